/**
 * `kind = "zfs-scrub"`: starts a scrub of one pool, follows it to its end and says how it ended. Never two: a scrub that
 * already runs is followed instead, one that was paused is continued, and where a resilver runs there is nothing to do now.
 *
 * The scrub is the kernel's: when this run is killed (`max_runtime`) or the machine starts anew, the scrub goes on, and the
 * next run follows it. It may take days: give the job a `max_runtime` and a `grace` that are as long.
 */
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { JobContext, JobOutcome } from "./job.ts";
import { defineKind } from "./kind.ts";
import { act } from "./zfs-call.ts";
import { disksOf, type PoolHealth } from "./zfs-pool.ts";
import { statusOf } from "./zfs-status.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

/** Between two looks at a scrub that runs. `sleep` is a program, so that whatever ends the run ends the wait too. */
const WAIT = ["sleep", "60"];
/** So many looks in a row may fail (a machine under load) before the run gives up following. */
const LOOKS_MAX = 5;
/** The log tells of progress in steps of so many percent. */
const STEP_PERCENT = 10;

const settings = z.strictObject({
  pool: z.string().check(z.regex(/^[A-Za-z][^\s@#/]*$/, "name a pool, as in archive")),
});

export const zfsScrub = defineKind({
  settings,
  programs: () => ["zpool", "sleep"],
  check: async (own, context) => (await import("./check-zfs.ts")).checkPool(own.pool, context),
  run: async ({ pool }, context) => {
    const begun = await begin(pool, context);
    return begun === null ? follow(pool, context) : begun;
  },
});

/** Sees to it that a scrub runs. Answers null when there is one to follow, else how the run has ended. */
async function begin(pool: string, context: JobContext): Promise<JobOutcome | null> {
  const before = await healthOf(pool, context);
  if (!before.ok) return { status: "failed", reason: before.failure };
  const { suspended, scan } = before.value;
  // `zpool scrub` would hang.
  if (suspended) return { status: "failed", reason: `pool ${pool}: its I/O is suspended; look at \`zpool status\`` };
  if (scan?.state === "running" && scan.kind === "resilver") return resilvering(pool);
  if (scan?.state === "running" && scan.kind === "scrub") {
    context.log(`pool ${pool}: a scrub runs already, it is followed`);
    return null;
  }
  context.log(scan?.state === "paused" ? `pool ${pool}: continuing the paused scrub` : `pool ${pool}: scrub started`);
  const started = await act(context, "zpool", "scrub", pool);
  // Somebody else was quicker.
  if (started.exitCode === 0 || /currently scrubbing/.test(started.stderr)) return null;
  if (/currently resilvering/.test(started.stderr)) return resilvering(pool);
  return { status: "failed", exitCode: started.exitCode ?? 1, reason: zfsTrouble(started, `pool ${pool}`) };
}

function resilvering(pool: string): JobOutcome {
  return { status: "skipped", reason: `pool ${pool} resilvers; it cannot be scrubbed until that is over` };
}

async function healthOf(pool: string, context: JobContext): Promise<Result<PoolHealth, string>> {
  const seen = await statusOf(pool, context);
  if (!seen.ok) return seen;
  return "missing" in seen.value ? failed(seen.value.missing) : ok(seen.value);
}

async function follow(pool: string, context: JobContext): Promise<JobOutcome> {
  let told = 0;
  for (let unanswered = 0; ; ) {
    const seen = await healthOf(pool, context);
    unanswered = seen.ok ? 0 : unanswered + 1;
    if (!seen.ok && unanswered >= LOOKS_MAX) return { status: "failed", reason: `not followed: ${seen.failure}` };
    if (seen.ok) {
      const { scan, suspended } = seen.value;
      if (suspended || scan?.kind !== "scrub" || scan.state !== "running") return endOf(seen.value);
      const step = Math.floor((scan.donePercent ?? 0) / STEP_PERCENT) * STEP_PERCENT;
      if (step > told) context.log(`pool ${pool}: ${step} % scrubbed`);
      told = Math.max(told, step);
    }
    const slept = await context.exec(WAIT, { quiet: true });
    if (slept.exitCode !== 0) {
      return { status: "failed", reason: `the run was ended; the scrub of pool ${pool} goes on without it` };
    }
  }
}

/** What a scrub that runs no longer came to. A scrub counts the errors that it could not repair; the pool remembers more. */
function endOf({ pool, suspended, scan, dataErrors, data, aside }: PoolHealth): JobOutcome {
  const not = (why: string): JobOutcome => ({ status: "failed", reason: `pool ${pool}: the scrub ${why}` });
  if (suspended) return not("cannot go on, the pool's I/O is suspended; look at `zpool status`");
  if (scan === null) return not("left no trace; look at `zpool status`");
  if (scan.kind !== "scrub") return not(`was replaced by a ${scan.kind}; it did not read everything`);
  if (scan.state === "paused") return not(`was paused${share(scan.donePercent)}; the next run continues it`);
  if (scan.state === "canceled") return not("was cancelled; it did not read everything");
  const counted = disksOf([...data, ...aside]).reduce(
    (sum, disk) => sum + disk.readErrors + disk.writeErrors + disk.checksumErrors,
    0,
  );
  const done: JobOutcome = { status: "succeeded", exitCode: 0, errors: dataErrors + counted };
  if (dataErrors > 0) {
    const reason = `pool ${pool} has ${dataErrors} permanent data errors: \`zpool status -v ${pool}\` names the files`;
    return { ...done, status: "warned", reason };
  }
  if (counted === 0) return done;
  const reason = `pool ${pool}: its disks made ${counted} errors, and no data is lost; \`zpool status ${pool}\` names the disks`;
  return { ...done, status: "warned", reason };
}

function share(percent: number | null): string {
  return percent === null ? "" : ` at ${Math.floor(percent)} %`;
}
