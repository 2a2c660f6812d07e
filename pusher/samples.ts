/**
 * A few files of a dataset with their digests, for a marker to name. Each marker goes on where the last one stopped, so
 * that over many markers every file that can be sampled is.
 */
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { count } from "../protocol/fields.ts";
import { TEXT_MAX_CHARS } from "../protocol/limits.ts";
import { SAMPLE_MAX_BYTES, SAMPLE_SETTLED_MS, SAMPLES_MAX_BYTES, WALK_MAX_ENTRIES } from "./limits.ts";
import { type Budget, filesAfter } from "./walk.ts";

export const sample = z.strictObject({
  /** Inside the dataset, with `/` on every system. */
  path: z.string().check(z.minLength(1), z.maxLength(TEXT_MAX_CHARS)),
  size: count,
  mtimeMs: z.number(),
  /** Hexadecimal. */
  sha256: z.string(),
});
export type Sample = z.infer<typeof sample>;

export interface Drawn {
  readonly samples: readonly Sample[];
  /** Where the next drawing goes on. */
  readonly after: string;
}

/** What the files of one marker may come to, in bytes: each, and all together. */
export interface Most {
  readonly each: number;
  readonly all: number;
}
const MOST: Most = { each: SAMPLE_MAX_BYTES, all: SAMPLES_MAX_BYTES };

/** How one search goes: when (ms), until when, and within what. */
export interface Search {
  readonly now: number;
  readonly isOver?: () => boolean;
  readonly most?: Most;
}

/** Draws up to `wanted` files, those after `after` first, then from the start again. */
export async function drawSamples(root: string, wanted: number, after: string, search: Search): Promise<Drawn> {
  const { now, isOver, most = MOST } = search;
  const budget: Budget = { entries: WALK_MAX_ENTRIES, ...(isOver === undefined ? {} : { isOver }) };
  const samples: Sample[] = [];
  let bytes = 0;
  let last = after;
  for (const lap of [after, ""]) {
    for await (const path of filesAfter(root, lap, budget)) {
      if (lap === "" && after !== "" && !comesAfter(after, path)) return { samples, after: last };
      const drawn = await drawSample(join(root, path), path, most.each, most.all - bytes, now);
      // The next marker begins with it: to pass it over might be to pass it over each time.
      if (drawn === "too large now") return { samples, after: last };
      last = path;
      if (drawn === undefined) continue;
      samples.push(drawn);
      bytes += drawn.size;
      if (samples.length === wanted || bytes >= most.all) return { samples, after: last };
    }
    // It had to end among entries of which none is a file.
    if (budget.entries <= 0 || isOver?.() === true) return { samples, after: budget.at ?? last };
    if (after === "") break;
  }
  return { samples, after: last };
}

/** True when, in the walk's order, `path` does not lie behind `after`: the second lap ends there. */
function comesAfter(after: string, path: string): boolean {
  const a = after.split("/");
  const b = path.split("/");
  for (const [index, part] of b.entries()) {
    const other = a[index];
    if (other === undefined) return false;
    if (part !== other) return part < other;
  }
  return true;
}

async function drawSample(
  file: string,
  path: string,
  most: number,
  bytesLeft: number,
  now: number,
): Promise<Sample | "too large now" | undefined> {
  if (path.length > TEXT_MAX_CHARS) return undefined;
  try {
    const before = await lstat(file);
    if (!canProve(before, most, now)) return undefined;
    if (before.size > bytesLeft) return "too large now";
    const sha256 = await digestOf(createReadStream(file));
    const after = await lstat(file);
    // Written to meanwhile: the digest may be that of no version at all.
    if (after.mtimeMs !== before.mtimeMs || after.size !== before.size || after.ino !== before.ino) return undefined;
    return { path, size: before.size, mtimeMs: before.mtimeMs, sha256 };
  } catch {
    // Gone or not readable: another file is as good.
    return undefined;
  }
}

/** An empty file proves nothing, a large one takes too long, one just written may still be open. */
function canProve(stats: Stats, most: number, now: number): boolean {
  const settled = stats.mtimeMs <= now - SAMPLE_SETTLED_MS;
  return stats.isFile() && stats.size > 0 && stats.size <= most && settled;
}

/** SHA-256 of a stream's bytes, in hexadecimal. */
export async function digestOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}
