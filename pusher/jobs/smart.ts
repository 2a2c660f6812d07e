/**
 * `kind = "smart"`: asks disks how they are, by `smartctl --json` of smartmontools 7 or newer: wear, spare blocks, media errors
 * and temperature of NVMe disks; reallocated and unreadable sectors of others. It succeeds when it could look, also when it
 * saw a disk that fails or is gone; what it saw is in the readings.
 *
 * smartctl's exit code is a set of bits, most of which say how the disk is, not that the question failed.
 */
import * as z from "zod/mini";
import type { Reading } from "../../protocol/heartbeat.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Ended, JobContext } from "./job.ts";
import { defineKind } from "./kind.ts";
import { type Device, parseDisk, parseScan } from "./smart-answer.ts";
import { EXIT, judgeDisk, missingReading } from "./smart-judge.ts";

/** A disk that is asleep takes seconds to spin up; a dying one may take much longer to answer. */
const CALL_SECONDS = 120;

const settings = z.strictObject({
  /** Paths, best those of /dev/disk/by-id, which stay the same. All that smartctl finds unless told. */
  devices: z.optional(
    z
      .array(z.string().check(z.regex(/^[^-]/, "name a device, as in /dev/nvme0 or /dev/disk/by-id/ata-…")))
      .check(z.minLength(1, "name at least one device, or leave `devices` out to look at all that smartctl finds")),
  ),
});

export const smart = defineKind({
  settings,
  programs: () => ["smartctl"],
  check: async ({ devices }, context) => {
    const found = devices === undefined ? await scan(context) : ok(devices.map((path): Device => ({ path })));
    if (!found.ok) return [{ what: "disks", fault: found.failure }];
    const seen = await Promise.all(
      found.value.map(async (device) => ({ device, answer: await look(device, context) })),
    );
    return seen.map(({ device: { path }, answer }) =>
      answer.ok ? { what: `disk ${path} tells of its health` } : { what: `disk ${path}`, fault: answer.failure },
    );
  },
  run: async ({ devices }, context) => {
    const found = devices === undefined ? await scan(context) : ok(devices.map((path): Device => ({ path })));
    if (!found.ok) return { status: "failed", reason: found.failure };
    const readings: Reading[] = [];
    const troubles: string[] = [];
    for (const device of found.value) {
      const seen = await look(device, context);
      if (seen.ok) readings.push(...seen.value);
      else troubles.push(seen.failure);
    }
    for (const { verdict, text } of readings) context.log(verdict === "ok" ? text : `${verdict}: ${text}`);
    if (troubles.length === 0) return { status: "succeeded", exitCode: 0, readings };
    return { status: "failed", reason: troubles.join("; "), readings };
  },
});

type Exec = Pick<JobContext, "exec">;

const ask = (context: Exec, ...args: readonly string[]): Promise<Ended> =>
  context.exec(["smartctl", "--json", ...args], { timeoutSeconds: CALL_SECONDS, quiet: true });

async function scan(context: Exec): Promise<Result<readonly Device[], string>> {
  const ended = await ask(context, "--scan");
  if (ended.startError !== undefined) return failed(`${ended.startError}: install smartmontools`);
  const devices = parseScan(ended.stdout);
  if (devices === null) return failed("smartctl gave no JSON: smartmontools 7 or newer is needed");
  const none = "smartctl finds no disk on this machine (a virtual machine has none): name them in `devices`";
  return devices.length === 0 ? failed(none) : ok(devices);
}

async function look({ path, type }: Device, context: Exec): Promise<Result<Reading[], string>> {
  const ended = await ask(context, "--all", ...(type === undefined ? [] : ["--device", type]), path);
  if (ended.startError !== undefined) return failed(`${ended.startError}: install smartmontools`);
  if (ended.timedOut) return failed(`${path}: no answer in ${CALL_SECONDS} s; a dying disk can hang`);
  const disk = parseDisk(ended.stdout);
  if (disk === null) return failed(`${path}: smartctl gave no JSON: smartmontools 7 or newer is needed`);
  const name = nameOf(path, type);
  const [said] = disk.messages;
  if ((disk.exitBits & EXIT.open) !== 0) {
    if (/[Pp]ermission denied|Operation not permitted/.test(said ?? "")) {
      return failed(`${path}: permission denied; reading SMART data needs root`);
    }
    return ok([missingReading(name, path, said ?? "it cannot be opened")]);
  }
  if ((disk.exitBits & EXIT.commandLine) !== 0) return failed(said ?? `${path}: smartctl did not take the command`);
  return ok(judgeDisk(name, disk));
}

/** Several disks behind one RAID controller have one path, and their number in the type (`megaraid,3`). */
function nameOf(path: string, type: string | undefined): string {
  const last = path.split(/[\\/]/).at(-1) ?? path;
  const number = /,(\d+)/.exec(type ?? "")?.[1];
  return number === undefined ? last : `${last}-${number}`;
}
