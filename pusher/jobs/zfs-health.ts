/**
 * `kind = "zfs-health"`: looks at one pool and says how it is: state, disks, error counts, last scrub, space, and the age of
 * a dataset's newest snapshot. It succeeds when it could look, also when it saw that there is no such pool; what it saw is in
 * the readings, and the levels of those that are numbers are the plan's (`thresholds`) or the worker's own.
 */
import * as z from "zod/mini";
import { duration } from "../../protocol/duration.ts";
import type { Reading } from "../../protocol/heartbeat.ts";
import { ok, type Result } from "../../protocol/result.ts";
import type { JobContext, JobOutcome } from "./job.ts";
import { defineKind } from "./kind.ts";
import { ask } from "./zfs-call.ts";
import { judgePool, judgeSnapshot, missingReading, type Space } from "./zfs-judge.ts";
import { listSnapshots } from "./zfs-snapshots.ts";
import { statusOf } from "./zfs-status.ts";

const settings = z.strictObject({
  pool: z.string().check(z.minLength(1, "must not be empty")),
  newest_snapshot: z.optional(z.strictObject({ dataset: z.string(), max_age: duration })),
});
type Settings = z.infer<typeof settings>;

export const zfsHealth = defineKind({
  settings,
  programs: () => ["zpool", "zfs"],
  check: async (own, context) => (await import("./check-zfs.ts")).checkPool(own.pool, context),
  run: lookAtPool,
});

async function lookAtPool(own: Settings, context: JobContext): Promise<JobOutcome> {
  const seen = await statusOf(own.pool, context);
  if (!seen.ok) return { status: "failed", reason: seen.failure };
  const health = seen.value;
  if ("missing" in health) return told([missingReading(own.pool, health.missing)], context);
  const readings = judgePool(health, await spaceOf(own.pool, context), context.now());
  // A suspended pool answers no question about its datasets, and its state says enough.
  if (own.newest_snapshot === undefined || health.suspended) return told(readings, context);
  const newest = await newestSnapshot(own.newest_snapshot.dataset, own.newest_snapshot.max_age, context);
  if (newest.ok) return told([...readings, newest.value], context);
  return { ...told(readings, context), status: "failed", exitCode: 1, reason: newest.failure };
}

function told(readings: readonly Reading[], context: JobContext): JobOutcome {
  for (const { verdict, text } of readings) context.log(verdict === "ok" ? text : `${verdict}: ${text}`);
  return { status: "succeeded", exitCode: 0, readings };
}

async function spaceOf(pool: string, context: JobContext): Promise<Space> {
  return {
    capacityPercent: await percentOf("capacity", pool, context),
    fragmentationPercent: await percentOf("fragmentation", pool, context),
  };
}

/** Asked one by one: a version that lacks one property answers none of several. */
async function percentOf(property: string, pool: string, context: JobContext): Promise<number | null> {
  const { exitCode, stdout } = await ask(context, "zpool", "list", "-H", "-o", property, pool);
  const digits = /^(\d+)%?$/.exec(stdout.trim())?.[1];
  return exitCode === 0 && digits !== undefined ? Number(digits) : null;
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
