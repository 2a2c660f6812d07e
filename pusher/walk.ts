/**
 * The files of a tree in one fixed order, from any place in it, and no more of the tree read than is asked for. Links
 * are not followed, and what tools put beside the data (Syncthing's folders and conflict copies, our own markers) is
 * left out: it is not the same in every tier.
 */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Names of files and folders that are no data. */
function isLeftOut(name: string): boolean {
  return (
    name.startsWith(".tierwatch") ||
    name === ".stfolder" ||
    name === ".stversions" ||
    name === ".stignore" ||
    name.startsWith(".syncthing.") ||
    name.startsWith("~syncthing~") ||
    name.includes(".sync-conflict-") ||
    name === ".zfs" ||
    name === "System Volume Information" ||
    name === "$RECYCLE.BIN"
  );
}

/** Counts down the entries a walk may still look at. */
export interface Budget {
  entries: number;
}

/**
 * Relative paths (with `/`) of the files that come after `after` in the tree's order (folder by folder, names by code
 * unit); all of them when it is empty. Folders that cannot be read are passed over.
 */
export async function* filesAfter(root: string, after: string, budget: Budget): AsyncGenerator<string> {
  yield* below(root, "", after === "" ? [] : after.split("/"), budget);
}

async function* below(root: string, folder: string, after: readonly string[], budget: Budget): AsyncGenerator<string> {
  const [bound] = after;
  for (const entry of await entriesOf(join(root, folder))) {
    if (isLeftOut(entry.name) || (bound !== undefined && entry.name < bound)) continue;
    if (budget.entries <= 0) return;
    budget.entries -= 1;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const onTheWay = entry.name === bound;
    if (entry.isDirectory()) yield* below(root, path, onTheWay ? after.slice(1) : [], budget);
    else if (entry.isFile() && !onTheWay) yield path;
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
