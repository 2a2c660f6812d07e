/**
 * Which files a restore drill asks for. A random few of those that the farther tier has to hold: they lay in the nearer copy,
 * as they are now, before the marker was written that the farther tier holds. Bounded in number, bytes and memory.
 */
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RESTORE_SETTLED_MS, RESTORE_WALK_MAX_ENTRIES } from "../limits.ts";
import { filesAfter } from "../walk.ts";

export interface Bounds {
  readonly files: number;
  readonly bytes: number;
}

export interface Drawn {
  /** Inside the dataset, with `/` on every system. */
  readonly path: string;
  readonly size: number;
}

/** Drawn by rank, and more than are wanted: some turn out to be too new or too large. */
const SPARE = 8;

/**
 * Up to `bounds.files` files below `root` that have not changed since before `provenAt` (ms). `seed` makes the choice: the same
 * seed draws the same files, and over seeds each file is drawn as often as any other.
 */
export async function drawFiles(root: string, provenAt: number, bounds: Bounds, seed: string): Promise<Drawn[]> {
  const drawn: Drawn[] = [];
  let bytes = 0;
  for (const path of await ranked(root, bounds.files * SPARE, seed)) {
    if (drawn.length === bounds.files) break;
    const size = await settledSize(join(root, path), provenAt);
    if (size === undefined || bytes + size > bounds.bytes) continue;
    drawn.push({ path, size });
    bytes += size;
  }
  return drawn;
}

/** The first `wanted` of all files in the order of their rank, which is random but for the seed. */
async function ranked(root: string, wanted: number, seed: string): Promise<string[]> {
  let kept: { readonly path: string; readonly rank: string }[] = [];
  const shrink = () => {
    kept = kept.sort((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, wanted);
  };
  for await (const path of filesAfter(root, "", { entries: RESTORE_WALK_MAX_ENTRIES })) {
    kept.push({ path, rank: createHash("sha256").update(`${seed}/${path}`).digest("hex") });
    if (kept.length >= wanted * 8) shrink();
  }
  shrink();
  return kept.map(({ path }) => path);
}

/**
 * Its size, when nothing happened to the file since `provenAt`; an empty file proves nothing. Tools set a file's own time back to
 * what it was elsewhere, but not the time at which it came here (ctime; on NTFS the change time).
 */
async function settledSize(file: string, provenAt: number): Promise<number | undefined> {
  try {
    const { size, mtimeMs, ctimeMs } = await lstat(file);
    return size > 0 && Math.max(mtimeMs, ctimeMs) <= provenAt - RESTORE_SETTLED_MS ? size : undefined;
  } catch {
    return undefined;
  }
}

/** True when a folder on the way to the file changed since: the file may have had another name when the marker was written. */
export async function mayHaveMoved(root: string, path: string, provenAt: number): Promise<boolean> {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    try {
      if ((await lstat(join(root, folder))).ctimeMs > provenAt - RESTORE_SETTLED_MS) return true;
    } catch {
      return true;
    }
  }
  return false;
}
