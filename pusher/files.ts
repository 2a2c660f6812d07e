/**
 * Files that are either wholly there or not at all. Everything the pusher keeps goes through `replaceFile`: a temp file
 * in the same folder, then a rename; `durable` adds fsync of the file and its folder, so that it outlives a power cut.
 * Windows has no fsync of folders, and fails to rename or delete for a moment while a virus scanner looks at a file.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

const TEMP_PREFIX = ".tmp-";
const HELD_TRIES = 14;
const HELD_PAUSE_MS = 20;
let temps = 0;

export interface ReplaceOptions {
  readonly durable: boolean;
  /** POSIX permission bits of a new file; 0600 unless told. */
  readonly mode?: number;
  /** How the temp file's name begins, where others see the folder. */
  readonly tempPrefix?: string;
}

/** Writes a whole file at once; throws what the file system says. The folder is made if it is not there. */
export function replaceFile(path: string, data: string | Uint8Array, options: ReplaceOptions): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  temps += 1;
  const temp = join(folder, `${options.tempPrefix ?? TEMP_PREFIX}${process.pid}-${temps}-${basename(path)}`);
  try {
    const fd = openSync(temp, "w", options.mode ?? 0o600);
    try {
      writeFileSync(fd, data);
      if (options.durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    rename(temp, path);
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
  if (options.durable) syncFolder(folder);
}

/** Writes a file that must not be there yet; throws what the file system says. */
export function writeNew(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: "wx", mode: 0o644 });
}

/** Writes into a file that is there, whose rights stay as they are; durably. */
export function fillFile(path: string, data: string): void {
  const fd = openSync(path, "r+");
  try {
    writeFileSync(fd, data);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Moves a file over another in the same volume. */
export function rename(from: string, to: string): void {
  patiently(() => renameSync(from, to), process.platform);
}

/** What Windows answers while somebody else has a file open. */
const HELD = ["EPERM", "EACCES", "EBUSY"];

/** Does something with a file; on Windows again for a while (about two seconds), because scanners and indexers let go soon. */
export function patiently<T>(act: () => T, platform: NodeJS.Platform): T {
  for (let tries = 1; ; tries += 1) {
    try {
      return act();
    } catch (error) {
      const held = platform === "win32" && HELD.includes(codeOf(error) ?? "");
      if (!held || tries === HELD_TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_PAUSE_MS * tries);
    }
  }
}

/** Makes renames and deletions in a folder outlive a power cut, where the system can. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A file's text, or undefined when there is none; throws what else the file system says. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Names in a folder, sorted; none when the folder is not there. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Deletes a file that may already be gone. */
export function removeIfThere(path: string): void {
  try {
    patiently(() => unlinkSync(path), process.platform);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** A temp file that a pusher left which is no more. */
export interface LeftTemp {
  readonly name: string;
  /** The file that it was to become. */
  readonly meant: string;
}

/** Temp files that a killed pusher, or a power cut, left in a folder; those of a living process are its own. */
export function leftTemps(
  folder: string,
  isAlive: (pid: number) => boolean,
  prefix: string = TEMP_PREFIX,
): readonly LeftTemp[] {
  return namesIn(folder).flatMap((name) => {
    const [, pid, meant] = name.startsWith(prefix) ? (/^(\d+)-\d+-(.*)$/.exec(name.slice(prefix.length)) ?? []) : [];
    return meant === undefined || isAlive(Number(pid)) ? [] : [{ name, meant }];
  });
}

export function sweepTemps(folder: string, isAlive: (pid: number) => boolean, prefix: string = TEMP_PREFIX): void {
  for (const { name } of leftTemps(folder, isAlive, prefix)) removeIfThere(join(folder, name));
}

/** The system's error code (`ENOENT`), or undefined when the error is none of the system's. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EIO: "the disk reported an input/output error",
  EBUSY: "another program has it open",
  EMFILE: "too many files are open",
};

/** An error as words for the owner. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) return REASONS[code] ?? code;
  return error instanceof Error ? error.message : String(error);
}
