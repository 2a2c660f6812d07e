/**
 * A disk in memory that forgets like a real one. What a program writes is seen at once by every program; a power cut leaves
 * only what was made durable, and of the rest what happened to have reached the platter: names in the order they were
 * changed, up to a point, and contents that may be torn. POSIX promises no more than this.
 */
import type { Chance } from "./chance.ts";

/** The longest that a system keeps written data in memory alone, in milliseconds (Linux: dirty_expire_centisecs). */
export const WRITE_BACK_MS = 30_000;

export class Inode {
  readonly ino: number;
  data = "";
  mtimeMs = 0;
  /** What a power cut cannot take; undefined while nothing of it is durable. */
  durable: string | undefined = undefined;

  constructor(ino: number) {
    this.ino = ino;
  }
}

/** A change of a name that is not durable yet; without `inode` the name goes. */
interface Change {
  readonly path: string;
  readonly inode: Inode | undefined;
}

export interface Snapshot {
  readonly takenAt: number;
  readonly files: ReadonlyMap<string, { readonly data: string; readonly mtimeMs: number }>;
}

export interface Disk {
  readonly file: (path: string) => Inode | undefined;
  readonly isFolder: (path: string) => boolean;
  readonly makeFolder: (path: string) => void;
  readonly create: (path: string, at: number) => Inode;
  /** The whole of a file's contents, by the name that it was opened under. */
  readonly write: (path: string, inode: Inode, data: string, mtimeMs: number) => void;
  readonly rename: (from: string, to: string) => boolean;
  readonly remove: (path: string) => boolean;
  /** Names in a folder with whether each is a folder, sorted; undefined when there is no such folder. */
  readonly list: (folder: string) => readonly { readonly name: string; readonly isFolder: boolean }[] | undefined;
  /** Writes a whole file that is durable at once (a copying program that ended well). */
  readonly put: (path: string, data: string, mtimeMs: number) => void;
  /** Makes a folder's names durable. */
  readonly syncFolder: (folder: string) => void;
  /** Makes everything durable. */
  readonly sync: () => void;
  /** The power goes: what was not durable may be gone. */
  readonly cut: (chance: Chance) => void;
  readonly snapshot: (at: number) => Snapshot;
  readonly restore: (snapshot: Snapshot) => void;
}

/** What a disk tells the world, which knows everything. */
export interface DiskEvents {
  /** A file got this name by a rename: that is how the pusher makes anything appear. */
  readonly named: (path: string, data: string) => void;
  readonly written: (path: string, data: string) => void;
  /** A power cut can no longer take this file. */
  readonly durable: (path: string, data: string) => void;
}

/** An empty disk. */
export function newDisk(events: DiskEvents): Disk {
  let inodes = 0;
  let names = new Map<string, Inode>();
  let durable = new Map<string, Inode>();
  let folders = new Map<string, Set<string>>([["/", new Set()]]);
  let pending: Change[] = [];

  const makeFolder = (path: string): void => {
    if (folders.has(path)) return;
    folders.set(path, new Set());
    if (path === "/") return;
    makeFolder(parentOf(path));
    folders.get(parentOf(path))?.add(baseOf(path));
  };
  const name = (path: string, inode: Inode) => {
    names.set(path, inode);
    folders.get(parentOf(path))?.add(baseOf(path));
    pending.push({ path, inode });
  };
  const unname = (path: string) => {
    names.delete(path);
    folders.get(parentOf(path))?.delete(baseOf(path));
    pending.push({ path, inode: undefined });
  };
  const harden = ({ path, inode }: Change) => {
    if (inode === undefined) {
      durable.delete(path);
      return;
    }
    durable.set(path, inode);
    if (names.get(path) === inode && inode.durable !== undefined) events.durable(path, inode.durable);
  };
  const putDurable = (path: string, data: string, mtimeMs: number) => {
    makeFolder(parentOf(path));
    const inode = new Inode(++inodes);
    Object.assign(inode, { data, mtimeMs, durable: data });
    names.set(path, inode);
    durable.set(path, inode);
    folders.get(parentOf(path))?.add(baseOf(path));
  };
  const disk: Disk = {
    file: (path) => names.get(path),
    isFolder: (path) => folders.has(path),
    makeFolder,
    create: (path, at) => {
      const inode = new Inode(++inodes);
      inode.mtimeMs = at;
      name(path, inode);
      return inode;
    },
    write: (path, inode, data, mtimeMs) => {
      Object.assign(inode, { data, mtimeMs });
      events.written(path, data);
    },
    rename: (from, to) => {
      const inode = names.get(from);
      if (inode === undefined) return false;
      unname(from);
      name(to, inode);
      events.named(to, inode.data);
      return true;
    },
    remove: (path) => {
      if (!names.has(path)) return false;
      unname(path);
      return true;
    },
    list: (folder) => {
      const entries = folders.get(folder);
      if (entries === undefined) return undefined;
      const prefix = folder === "/" ? "/" : `${folder}/`;
      return [...entries].sort().map((entry) => ({ name: entry, isFolder: folders.has(prefix + entry) }));
    },
    put: putDurable,
    syncFolder: (folder) => {
      const kept: Change[] = [];
      for (const change of pending) {
        if (parentOf(change.path) === folder) harden(change);
        else kept.push(change);
      }
      pending = kept;
    },
    sync: () => {
      for (const { inode } of pending) if (inode !== undefined) inode.durable = inode.data;
      const changes = pending;
      pending = [];
      changes.forEach(harden);
    },
    cut: (chance) => {
      const reached = chance.whole(0, pending.length + 1);
      for (const { path, inode } of pending.slice(0, reached)) {
        if (inode === undefined) durable.delete(path);
        else durable.set(path, inode);
      }
      const survivors = [...durable].map(([path, inode]) => ({ path, data: tornOf(inode, chance), inode }));
      restoreFiles(survivors.map(({ path, data, inode }) => [path, { data, mtimeMs: inode.mtimeMs }] as const));
      for (const { path, data } of survivors) events.durable(path, data);
    },
    snapshot: (takenAt) => ({
      takenAt,
      files: new Map(
        [...durable].map(([path, { data, durable: kept, mtimeMs }]) => [path, { data: kept ?? data, mtimeMs }]),
      ),
    }),
    restore: ({ files }) => restoreFiles(files),
  };
  const restoreFiles = (files: Iterable<readonly [string, { readonly data: string; readonly mtimeMs: number }]>) => {
    const kept = [...files];
    const empty = [...folders.keys()];
    names = new Map();
    durable = new Map();
    folders = new Map([["/", new Set()]]);
    pending = [];
    for (const folder of empty) makeFolder(folder);
    for (const [path, { data, mtimeMs }] of kept) putDurable(path, data, mtimeMs);
  };
  return disk;
}

/** What a power cut leaves of a file's contents. */
function tornOf({ data, durable }: Inode, chance: Chance): string {
  if (durable === data) return data;
  const kept = chance.pick(["old", "empty", "torn", "whole"]);
  if (kept === "whole") return data;
  if (kept === "torn") return data.slice(0, chance.whole(0, data.length + 1));
  return kept === "old" ? (durable ?? "") : "";
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
