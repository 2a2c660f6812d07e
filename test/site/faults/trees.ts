/** What lies in a folder, by digests: to see that nobody touched it. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MARKER_FILE } from "../../../pusher/marker.ts";

/** By path, the digest of each file. */
export type Tree = Readonly<Record<string, string>>;

/** Locks and caches of tools, and the marker that every run replaces. */
const NOT_DATA = new RegExp(
  `(^|/)(${MARKER_FILE.replaceAll(".", "\\.")}|\\.stfolder|locks/.*|lock\\..*|nonce|(index|hints|integrity)\\.\\d+|.*\\.tmp)$`,
);

/** Of every file below `folder` that is data. */
export function treeOf(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => !NOT_DATA.test(path));
  return Object.fromEntries(files.flatMap((path) => digested(join(folder, path)).map((digest) => [path, digest])));
}

function digested(file: string): string[] {
  // What a tool that was killed was about to remove may be gone by now.
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return [];
  return [createHash("sha256").update(readFileSync(file)).digest("hex")];
}

/** Files of `before` that are gone, or are not what they were. What came is no harm. */
export function harmedIn(before: Tree, after: Tree): string[] {
  return Object.keys(before).filter((path) => before[path] !== after[path]);
}
