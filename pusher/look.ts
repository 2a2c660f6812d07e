/**
 * Looking at a marker in a farther tier: are the files that it names there, and are they what they were?
 *
 * A file whose digest is the recorded one has matched. Where it is another, somebody wrote the file again after the
 * marker (`changed`, no fault), or the copy is wrong (`mismatched`). What tells them apart, the surest first:
 * 1. The source, where this host sees it: a file that still has its recorded size and time there was not changed, so the
 *    copy is wrong; one that has not, or is gone, was changed.
 * 2. The copy's own modification time: changed when it is newer than the recorded one; a copy that has the recorded time
 *    or an older one, and other bytes, is wrong.
 * 3. A tier that tells no times (a file printed from a repository): other bytes of the same size are wrong; another size
 *    counts as changed, because most writes change the size and a false alarm every night would be switched off.
 */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Sighting } from "../protocol/heartbeat.ts";
import { TEXT_MAX_CHARS } from "../protocol/limits.ts";
import type { Copy, FoundFile } from "./copies.ts";
import { codeOf } from "./files.ts";
import { MTIME_TOLERANCE_MS } from "./limits.ts";
import type { Marker } from "./marker.ts";
import type { Sample } from "./samples.ts";

const EXAMPLES_MAX = 5;
/** Hexadecimal digits of a digest that a person compares; five examples fit into a sentence of an alert. */
const DIGEST_SHOWN = 16;

export type Verdict = "matched" | "changed" | "missing" | "mismatched";

/** A file of the source as it is now: its facts, or that it is gone, or undefined when the source is not seen here. */
export type Source = { readonly size: number; readonly mtimeMs: number } | "gone" | undefined;

/** What became of one sampled file. */
export function judgeSample(recorded: Sample, found: FoundFile | undefined, source: Source): Verdict {
  if (found !== undefined && found.size === recorded.size && found.sha256 === recorded.sha256) return "matched";
  const wrong = found === undefined ? "missing" : "mismatched";
  if (source !== undefined) return source !== "gone" && isUntouched(recorded, source) ? wrong : "changed";
  if (found === undefined) return "missing";
  if (found.mtimeMs === undefined) return found.size === recorded.size ? "mismatched" : "changed";
  return found.mtimeMs > recorded.mtimeMs + MTIME_TOLERANCE_MS ? "changed" : "mismatched";
}

function isUntouched(recorded: Sample, source: { readonly size: number; readonly mtimeMs: number }): boolean {
  return source.size === recorded.size && Math.abs(source.mtimeMs - recorded.mtimeMs) <= MTIME_TOLERANCE_MS;
}

/** Looks at all samples of a marker found in `tier`. `sourceRoot` is where this host sees the source, if it does. */
export async function look(
  copy: Copy,
  found: Marker,
  tier: string,
  sourceRoot: string | undefined,
  now: () => number,
): Promise<Sighting> {
  const counts = { matched: 0, changed: 0, missing: 0, mismatched: 0 };
  const examples: string[] = [];
  for (const recorded of found.samples) {
    const file = await copy.file(recorded.path);
    const verdict = judgeSample(recorded, file, await sourceOf(sourceRoot, recorded.path));
    counts[verdict] += 1;
    const harmed = verdict === "missing" || verdict === "mismatched";
    if (harmed && examples.length < EXAMPLES_MAX) examples.push(exampleOf(recorded, file));
  }
  return {
    marker: found.id,
    dataset: found.dataset,
    tier,
    at: new Date(now()).toISOString(),
    sampled: found.samples.length,
    ...counts,
    ...(examples.length === 0 ? {} : { examples }),
  };
}

/** The file, and both digests where it is there with other bytes: what is needed to find out which of the two is right. */
function exampleOf({ path, sha256 }: Sample, found: FoundFile | undefined): string {
  if (found === undefined) return path;
  const whole = `${path} (sha256 ${shortOf(sha256)} was recorded, ${shortOf(found.sha256)} is there)`;
  return whole.length <= TEXT_MAX_CHARS ? whole : path;
}

function shortOf(sha256: string): string {
  return sha256.slice(0, DIGEST_SHOWN);
}

/** True when no sampled file is missing or wrong. */
export function isWhole(sighting: Sighting): boolean {
  return sighting.missing + sighting.mismatched === 0;
}

async function sourceOf(root: string | undefined, path: string): Promise<Source> {
  if (root === undefined) return undefined;
  try {
    const { size, mtimeMs } = await lstat(join(root, path));
    return { size, mtimeMs };
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "gone" : undefined;
  }
}
