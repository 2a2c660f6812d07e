/**
 * Gets files out of a tier as an owner would who lost everything nearer: each into a scratch folder, through the tier's own
 * tool. What was restored is read again from the disk, and the folder is gone at the end, also when a run before was killed.
 */
import { closeSync, createReadStream, createWriteStream, openSync, writeSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { reasonOf } from "../files.ts";
import { FETCH_MAX_SECONDS } from "../limits.ts";
import { digestOf } from "../samples.ts";
import type { Ended } from "./job.ts";
import type { KindContext, Restorable } from "./kind.ts";

export interface Restored {
  /** Where it lies now. */
  readonly file: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A scratch folder of this job alone, with room for `bytes`. */
export async function scratchFor(parent: string, job: string, bytes: number): Promise<Result<string, string>> {
  const prefix = `tierwatch-restore-${job}-`;
  try {
    // The job's lock says that no run of it is alive: what lies here is left of one that was killed.
    for (const name of await readdir(parent)) {
      if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
    }
    const { bavail, bsize } = await statfs(parent);
    if (bavail * bsize < bytes) {
      return failed(
        `${parent} has no room for ${Math.ceil(bytes / 1e6)} MB; set \`scratch\`, or a smaller \`max_bytes\``,
      );
    }
    return ok(await mkdtemp(join(parent, prefix)));
  } catch (error) {
    return failed(`${parent}: ${reasonOf(error)}; set \`scratch\` to a folder on a disk with room`);
  }
}

/** One file of the dataset, restored; the failure says why it is not to be had. */
export async function restoreFile(
  from: Restorable,
  path: string,
  scratch: string,
  context: Pick<KindContext, "exec" | "folder">,
): Promise<Result<Restored, string>> {
  const file = join(scratch, path);
  try {
    await mkdir(dirname(file), { recursive: true });
    const trouble =
      "root" in from ? await copyOut(join(from.root, path), file) : await fetchOut(from, path, file, context);
    if (trouble !== undefined) return failed(trouble);
    const { size } = await lstat(file);
    return ok({ file, size, sha256: await digestOf(createReadStream(file)) });
  } catch (error) {
    return failed(reasonOf(error));
  }
}

async function copyOut(source: string, file: string): Promise<undefined> {
  // Loaded when it is needed: the start of every command would take longer.
  const { pipeline } = await import("node:stream/promises");
  await pipeline(createReadStream(source), createWriteStream(file));
  return undefined;
}

async function fetchOut(
  from: Extract<Restorable, { fetch: unknown }>,
  path: string,
  file: string,
  context: Pick<KindContext, "exec" | "folder">,
): Promise<string | undefined> {
  const fd = openSync(file, "w", 0o600);
  try {
    const ended = await context.exec(
      from.fetch.map((word) => word.replaceAll("{path}", path)),
      {
        cwd: context.folder,
        env: from.env,
        timeoutSeconds: FETCH_MAX_SECONDS,
        onStdout: (chunk) => {
          writeSync(fd, chunk);
          return true;
        },
      },
    );
    return troubleOf(ended);
  } finally {
    closeSync(fd);
  }
}

/** What a tool says last is mostly why it gave up; of many files that fail, a sentence holds no more. */
const SAID_MAX_CHARS = 120;

function troubleOf({ exitCode, signal, startError, timedOut, stderr }: Ended): string | undefined {
  if (startError !== undefined) return startError;
  if (timedOut) return `it was not there after ${FETCH_MAX_SECONDS} s`;
  if (signal !== undefined) return `the fetch was ended by ${signal}`;
  if (exitCode === 0) return undefined;
  const said = stderr.trimEnd().split("\n").at(-1)?.trim().slice(0, SAID_MAX_CHARS) ?? "";
  return `the fetch ended with ${exitCode}${said === "" ? "" : `: ${said}`}`;
}
