/**
 * `kind = "disk"`: how much space, and how many inodes, are left on the file system that holds a path; Windows volumes too. The
 * readings are named after the job (`volume.JOB.free`): the path stays on this host. It succeeds when it could look.
 *
 * With `mount = true` the path must itself be where a file system is mounted: one that was not mounted leaves an empty folder
 * of the disk below it, with plenty of space, into which backups then go unseen.
 */
import { realpath, statfs } from "node:fs/promises";
import { resolve } from "node:path";
import * as z from "zod/mini";
import type { Reading } from "../../protocol/heartbeat.ts";
import { filled } from "../config/fields.ts";
import { codeOf, reasonOf } from "../files.ts";
import { isMountPoint } from "./disk-mount.ts";
import type { JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";

/** A dead network file system answers nothing, ever. */
const ANSWER_MS = 30_000;

const settings = z.strictObject({
  path: filled,
  mount: z.optional(z.boolean()),
});

export const disk = defineKind({
  settings,
  programs: () => [],
  check: async (own, context) => {
    const path = resolve(context.folder, own.path);
    const seen = await withinTime(see(path, own.mount === true));
    if (seen === "late") return [{ what: path, fault: "gives no answer; is it a network folder that is gone?" }];
    return [typeof seen === "string" ? { what: path, fault: seen } : { what: `${path} is a file system that answers` }];
  },
  run: look,
});

async function look(own: z.infer<typeof settings>, context: KindContext): Promise<JobOutcome> {
  const path = resolve(context.folder, own.path);
  const seen = await withinTime(see(path, own.mount === true));
  if (seen === "late")
    return { status: "failed", reason: `${path}: no answer in 30 s; is it a network folder that is gone?` };
  if (typeof seen === "string") return { status: "failed", reason: seen };
  const readings = readingsOf(context.job, seen);
  for (const { text } of readings) context.log(text);
  return { status: "succeeded", exitCode: 0, readings };
}

/** The numbers of statvfs(3) that count; blocks are of `bsize` bytes. */
export interface Volume {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  /** Free for those who are not root. */
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

async function see(path: string, mustBeMount: boolean): Promise<Volume | string> {
  try {
    const real = await realpath(path);
    if (mustBeMount && !(await isMountPoint(real))) {
      return `${path} is an ordinary folder: what should be mounted there is not (see \`mount\` and /etc/fstab)`;
    }
    return await statfs(real);
  } catch (error) {
    const drive = codeOf(error) === "ENOENT" && /^[A-Za-z]:/.test(path);
    return `${path}: ${reasonOf(error)}${drive ? "; is the drive there?" : ""}`;
  }
}

async function withinTime(seeing: Promise<Volume | string>): Promise<Volume | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done("late"), ANSWER_MS);
  });
  const first = await Promise.race([seeing, late]);
  clearTimeout(timer);
  return first;
}

/** Free space as df(1) counts it, and inodes where the file system has a fixed number of them. */
export function readingsOf(job: string, volume: Volume): Reading[] {
  const { bsize, blocks, bfree, bavail, files, ffree } = volume;
  const usable = blocks - bfree + bavail;
  const free = percent(bavail, usable);
  const space: Reading = {
    name: `volume.${job}.free`,
    value: free,
    unit: "%",
    verdict: "ok",
    text: `${job}: ${free} % free, ${sizeOf(bavail * bsize)} of ${sizeOf(usable * bsize)}`,
  };
  // Windows and btrfs tell 0.
  if (files === 0) return [space];
  const freeInodes = percent(ffree, files);
  const text = `${job}: ${freeInodes} % of its inodes are free, ${ffree} of ${files}`;
  return [space, { name: `volume.${job}.inodes_free`, value: freeInodes, unit: "%", verdict: "ok", text }];
}

/** Down to a tenth, so that nothing looks freer than it is; a file system of no size at all is full. */
function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.floor((1000 * part) / whole) / 10;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

function sizeOf(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Math.floor(bytes / 1000 ** step)} ${UNITS[step]}`;
}
