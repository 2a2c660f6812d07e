/**
 * `kind = "zfs-health"`: looks at one pool and says how it is: state, disks, error counts, last scrub, space, and the age of
 * a dataset's newest snapshot. It succeeds when it could look; what it saw is in the readings' verdicts. Every call has a
 * time limit, because commands on a suspended pool hang.
 */
import * as z from "zod/mini";
import type { Reading } from "../../protocol/heartbeat.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { duration } from "../duration.ts";
import type { Ended, JobContext, JobOutcome } from "./job.ts";
import { defineKind } from "./kind.ts";
import { judgePool, judgeSnapshot, type Space } from "./zfs-judge.ts";
import type { PoolHealth } from "./zfs-pool.ts";
import { listSnapshots } from "./zfs-snapshots.ts";
import { parseStatusJson } from "./zfs-status-json.ts";
import { parseStatusText } from "./zfs-status-text.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

const LOOK_SECONDS = 60;
const SCRUB_MAX_AGE_SECONDS = 35 * 86_400;
const CAPACITY_WARN_PERCENT = 80;
const CAPACITY_CRITICAL_PERCENT = 90;

const percent = z.optional(
  z.int("write a whole number").check(z.minimum(1, "at least 1"), z.maximum(100, "at most 100")),
);

const settings = z.strictObject({
  pool: z.string().check(z.minLength(1, "must not be empty")),
  scrub_max_age: z.optional(duration),
  capacity_warn: percent,
  capacity_critical: percent,
  newest_snapshot: z.optional(z.strictObject({ dataset: z.string(), max_age: duration })),
});
type Settings = z.infer<typeof settings>;

export const zfsHealth = defineKind({ settings, programs: () => ["zpool", "zfs"], run: lookAtPool });

async function lookAtPool(own: Settings, context: JobContext): Promise<JobOutcome> {
  const health = await statusOf(own.pool, context);
  if (!health.ok) return { status: "failed", reason: health.failure };
  const space = await spaceOf(own.pool, context);
  const limits = {
    scrubMaxAgeSeconds: own.scrub_max_age ?? SCRUB_MAX_AGE_SECONDS,
    capacityWarnPercent: own.capacity_warn ?? CAPACITY_WARN_PERCENT,
    capacityCriticalPercent: own.capacity_critical ?? CAPACITY_CRITICAL_PERCENT,
  };
  const readings = judgePool(health.value, space, limits, context.now());
  // A suspended pool answers no question about its datasets, and its state says enough.
  if (own.newest_snapshot !== undefined && !health.value.suspended) {
    const newest = await newestSnapshot(own.newest_snapshot.dataset, own.newest_snapshot.max_age, context);
    if (!newest.ok) return { status: "failed", reason: newest.failure, readings };
    readings.push(newest.value);
  }
  for (const { verdict, text } of readings) context.log(`${verdict}: ${text}`);
  return { status: "succeeded", exitCode: 0, readings };
}

/** JSON where the version has it (2.3), else text. Asking for JSON is the only safe probe: 2.1's `version -j` lies. */
async function statusOf(pool: string, context: JobContext): Promise<Result<PoolHealth, string>> {
  const options = { timeoutSeconds: LOOK_SECONDS, quiet: true };
  const json = await context.exec(["zpool", "status", "-j", "--json-int", pool], { ...options, quietErrors: true });
  if (json.exitCode === 0) {
    const health = parseStatusJson(json.stdout, pool);
    if (health !== null) return ok(health);
  }
  if (json.startError !== undefined || json.timedOut) return failed(zfsTrouble(json, `pool ${pool}`));
  const text = await context.exec(["zpool", "status", pool], options);
  if (text.exitCode !== 0) return failed(zfsTrouble(text, `pool ${pool}`));
  const health = parseStatusText(text.stdout, pool);
  // "no pools available" is exit 0 on stderr: the pool was not imported after a boot.
  return health === null ? failed(zfsTrouble(text, `pool ${pool}`)) : ok(health);
}

async function spaceOf(pool: string, context: JobContext): Promise<Space> {
  const ask = (property: string): Promise<Ended> =>
    context.exec(["zpool", "list", "-H", "-o", property, pool], {
      timeoutSeconds: LOOK_SECONDS,
      quiet: true,
      quietErrors: true,
    });
  const percentOf = ({ exitCode, stdout }: Ended) => {
    const digits = /^(\d+)%?$/.exec(stdout.trim())?.[1];
    return exitCode === 0 && digits !== undefined ? Number(digits) : null;
  };
  return {
    capacityPercent: percentOf(await ask("capacity")),
    fragmentationPercent: percentOf(await ask("fragmentation")),
  };
}

async function newestSnapshot(dataset: string, maxAge: number, context: JobContext): Promise<Result<Reading, string>> {
  const listed = await listSnapshots(dataset, context);
  if (!listed.ok) return listed;
  const newestAt = listed.value.reduce<number | null>(
    (newest, { createdAt }) => Math.max(newest ?? 0, createdAt),
    null,
  );
  return ok(judgeSnapshot(dataset, newestAt, maxAge, context.now()));
}
