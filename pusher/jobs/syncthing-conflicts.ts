/**
 * Conflict copies in a folder (`NAME.sync-conflict-20261123-101010-ABCDEFG.jpg`): two sides changed one file, and Syncthing kept
 * both. Its REST interface tells of none. https://docs.syncthing.net/users/syncing.html#conflicting-changes
 */
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { CONFLICTS_MAX_ENTRIES } from "../limits.ts";
import { type Few, few } from "./few.ts";

const CONFLICT = /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}/;
/** Where Syncthing keeps what it replaced. */
const VERSIONS = ".stversions";

export interface Conflicts {
  readonly found: Few;
  /** Whether the whole folder was looked at. */
  readonly all: boolean;
}

/** Looks for them below `root`, at no more than so many entries. A folder that cannot be read holds none. */
export async function conflictsIn(root: string, most: number = CONFLICTS_MAX_ENTRIES): Promise<Conflicts> {
  const found = few();
  const folders = [""];
  let entries = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const entry of await opendir(join(root, folder))) {
        entries += 1;
        if (entries > most) return { found, all: false };
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory() && entry.name !== VERSIONS) folders.push(path);
        else if (entry.isFile() && CONFLICT.test(entry.name)) found.add(path);
      }
    } catch {
      // Gone, not this account's to read, or inside a container.
    }
  }
  return { found, all: true };
}
