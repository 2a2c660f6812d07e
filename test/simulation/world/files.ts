/** `node:fs` and `node:fs/promises` as the pusher uses them, over the simulated disks of the host that asks. */
import { Readable } from "node:stream";
import type { Disk, Inode } from "./disk.ts";
import { currentOf, type SimulatedProcess, type Who } from "./process.ts";

/** What a host must have for its processes to see files. */
export interface HasDisks {
  /** The disk that holds this path. */
  readonly diskOf: (path: string) => Disk;
  /** The host's own clock: it stamps the files. */
  readonly clock: () => number;
}

interface Open {
  readonly disk: Disk;
  readonly path: string;
  /** Undefined for a folder. */
  readonly inode: Inode | undefined;
}

/** Without a trace: most are asked for ("is there such a file?"), and traces are dear. */
function errorOf(code: string, path: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(`${code}: ${path}`), { code });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

export function fileModules<Host extends HasDisks>(who: Who<Host>) {
  const me = () => currentOf(who);
  const fs = syncFiles(me);
  return { fs, promises: asyncFiles(fs) };
}

function syncFiles<Host extends HasDisks>(me: () => SimulatedProcess<Host>) {
  let fds = 100;
  const diskOf = (path: string) => me().host.diskOf(path);
  const openSync = (path: string, flags: string): number => {
    const self = me();
    const disk = diskOf(path);
    fds += 1;
    if (flags === "w") {
      self.step();
      const inode = disk.create(path, self.host.clock());
      self.files.set(fds, { disk, path, inode } satisfies Open);
      return fds;
    }
    self.check();
    const inode = disk.file(path);
    if (inode === undefined && !disk.isFolder(path)) throw errorOf("ENOENT", path);
    self.files.set(fds, { disk, path, inode } satisfies Open);
    return fds;
  };
  return {
    openSync,
    closeSync: (fd: number) => void me().files.delete(fd),
    writeFileSync: (fd: number, data: string | Uint8Array) => {
      const self = me();
      self.step();
      const { disk, path, inode } = openOf(self, fd);
      if (inode === undefined) throw errorOf("EBADF", String(fd));
      disk.write(path, inode, typeof data === "string" ? data : Buffer.from(data).toString("utf8"), self.host.clock());
    },
    fsyncSync: (fd: number) => {
      const self = me();
      self.step();
      const { disk, path, inode } = openOf(self, fd);
      if (inode === undefined) disk.syncFolder(path);
      else inode.durable = inode.data;
    },
    mkdirSync: (path: string) => {
      me().check();
      diskOf(path).makeFolder(path);
    },
    renameSync: (from: string, to: string) => {
      me().step();
      if (!diskOf(from).rename(from, to)) throw errorOf("ENOENT", from);
    },
    unlinkSync: (path: string) => {
      me().step();
      if (!diskOf(path).remove(path)) throw errorOf("ENOENT", path);
    },
    rmSync: (path: string) => {
      me().step();
      diskOf(path).remove(path);
    },
    readFileSync: (path: string) => read(me(), path),
    existsSync: (path: string) => diskOf(path).file(path) !== undefined || diskOf(path).isFolder(path),
    readdirSync: (path: string, options?: object) => entriesOf(me(), path, options !== undefined),
    statSync: (path: string, { throwIfNoEntry = true }: { throwIfNoEntry?: boolean } = {}) => {
      const found = statOf(me(), path);
      if (found === undefined && throwIfNoEntry) throw errorOf("ENOENT", path);
      return found;
    },
    createReadStream: (path: string) => Readable.from([Buffer.from(read(me(), path))]),
  };
}

function asyncFiles(fs: ReturnType<typeof syncFiles>) {
  return {
    lstat: async (path: string) => fs.statSync(path),
    readFile: async (path: string) => fs.readFileSync(path),
    readdir: async (path: string, options?: object) => fs.readdirSync(path, options),
  };
}

function openOf<Host>(self: SimulatedProcess<Host>, fd: number): Open {
  const open = self.files.get(fd);
  if (typeof open !== "object" || open === null || !("disk" in open)) throw errorOf("EBADF", String(fd));
  return open as Open;
}

function read<Host extends HasDisks>(self: SimulatedProcess<Host>, path: string): string {
  self.check();
  if (path.startsWith("/proc/")) return procOf(self, path);
  const inode = self.host.diskOf(path).file(path);
  if (inode === undefined) throw errorOf("ENOENT", path);
  return inode.data;
}

/** The two files of proc(5) that tell a living process from a dead one with its number. */
function procOf<Host>({ machine }: SimulatedProcess<Host>, path: string): string {
  if (path === "/proc/sys/kernel/random/boot_id") return `${machine.bootId}\n`;
  const pid = Number(/^\/proc\/(\d+)\/stat$/.exec(path)?.[1]);
  const found = machine.table.get(pid);
  if (found === undefined) throw errorOf("ENOENT", path);
  return `${pid} (simulated) S ${"0 ".repeat(18)}${found.startTicks} 0`;
}

function entriesOf<Host extends HasDisks>(self: SimulatedProcess<Host>, path: string, typed: boolean): unknown[] {
  self.check();
  const entries = self.host.diskOf(path).list(path);
  if (entries === undefined) throw errorOf("ENOENT", path);
  if (!typed) return entries.map(({ name }) => name);
  return entries.map(({ name, isFolder }) => ({ name, isDirectory: () => isFolder, isFile: () => !isFolder }));
}

function statOf<Host extends HasDisks>(self: SimulatedProcess<Host>, path: string) {
  self.check();
  const disk = self.host.diskOf(path);
  const inode = disk.file(path);
  const isFolder = disk.isFolder(path);
  if (inode === undefined && !isFolder) return undefined;
  return {
    size: inode === undefined ? 0 : Buffer.byteLength(inode.data),
    mtimeMs: inode?.mtimeMs ?? 0,
    ino: inode?.ino ?? 0,
    isFile: () => inode !== undefined,
    isDirectory: () => inode === undefined && isFolder,
  };
}
