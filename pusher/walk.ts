/**
 * The files of a tree in one fixed order, from any place in it, in constant memory: of a folder no more than a page of names
 * is kept, however many files lie in it. Links are not followed, and what tools put beside the data (Syncthing's folders and
 * conflict copies, our own markers) is left out: it is not the same in every tier.
 */
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { WALK_PAGE_NAMES } from "./limits.ts";

/** Entries that are read from a folder at once: more are quicker, and garbage of as many megabytes. */
const READ_AT_ONCE = 64;

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

/** What a walk may cost. */
export interface Budget {
  /** Counts down the entries that it may still look at. */
  entries: number;
  /** The last entry that was looked at: a walk that had to end goes on after it. */
  at?: string;
  /** Its time is up. */
  readonly isOver?: () => boolean;
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
  for await (const { name, isFolder } of entriesFrom(join(root, folder), bound ?? "", budget)) {
    if (budget.entries <= 0 || budget.isOver?.() === true) return;
    budget.entries -= 1;
    const path = folder === "" ? name : `${folder}/${name}`;
    const onTheWay = name === bound;
    budget.at = path;
    if (isFolder) yield* below(root, path, onTheWay ? after.slice(1) : [], budget);
    else if (!onTheWay) yield path;
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Files and folders from the name `from` on, in order. A folder of many pages is read anew for each. */
async function* entriesFrom(folder: string, from: string, budget: Budget): AsyncGenerator<Entry> {
  let page = await firstFrom(folder, (name) => name >= from);
  for (;;) {
    yield* page;
    const last = page.at(-1)?.name;
    if (last === undefined || page.length < WALK_PAGE_NAMES || budget.entries <= 0 || budget.isOver?.() === true)
      return;
    page = await firstFrom(folder, (name) => name > last);
  }
}

/** The first page of those names that are `wanted`, in order. */
async function firstFrom(folder: string, wanted: (name: string) => boolean): Promise<Entry[]> {
  let kept: Entry[] = [];
  let highest: string | undefined;
  const trim = () => {
    kept.sort((a, b) => (a.name < b.name ? -1 : 1));
    kept = kept.slice(0, WALK_PAGE_NAMES);
    if (kept.length === WALK_PAGE_NAMES) highest = kept.at(-1)?.name;
  };
  try {
    for await (const entry of await opendir(folder, { bufferSize: READ_AT_ONCE })) {
      const { name } = entry;
      const isFolder = entry.isDirectory();
      if ((!isFolder && !entry.isFile()) || isLeftOut(name) || !wanted(name)) continue;
      if (highest !== undefined && name > highest) continue;
      kept.push({ name, isFolder });
      if (kept.length === 2 * WALK_PAGE_NAMES) trim();
    }
  } catch {
    // Gone, or not this account's to read.
  }
  trim();
  return kept;
}
