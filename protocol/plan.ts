/**
 * `PUT /v1/plan`: what one host will do and by when. The worker learns names, tiers, schedules and windows; commands,
 * paths and credentials never leave the host. The chains of a site follow from the plans of all its hosts.
 */
import * as z from "zod/mini";
import { anomalySettings } from "./anomalies.ts";
import { depthPolicy } from "./depth.ts";
import { count, name, seconds } from "./fields.ts";
import { DATASETS_MAX, FAILURES_MAX, JOBS_MAX } from "./limits.ts";
import { schedule } from "./schedule.ts";
import { thresholds } from "./thresholds.ts";

/** A body of data protected as one, and the tier it is born in. */
const dataset = z.strictObject({ name, born: name });

/** Alert after `failures` failed runs in a row, or, with `of`, when so many of the last `of` runs failed. */
export const alertAfter = z
  .strictObject({
    failures: z.int().check(z.minimum(1), z.maximum(FAILURES_MAX)),
    of: z.optional(z.int().check(z.minimum(1), z.maximum(FAILURES_MAX))),
  })
  .check(z.refine(({ failures, of }) => of === undefined || failures <= of, "failures must not be more than of"));
export type AlertAfter = z.infer<typeof alertAfter>;

const expectation = {
  name,
  kind: name,
  schedule,
  /** How long after its slot a job may still succeed; it covers the job's own run time. */
  graceSeconds: z.union([z.literal(0), seconds]),
  /** The job must have begun this long after its slot; without it only its success is awaited. */
  startWithinSeconds: z.optional(seconds),
  /** A success sooner than this is none: it cannot have done its work. */
  minRuntimeSeconds: z.optional(seconds),
  /** The pusher kills the job after this long, and its end has to be told by then. */
  maxRuntimeSeconds: z.optional(seconds),
  /** With it, each sign of progress starts `maxRuntimeSeconds` anew, until the run is this old. */
  hardLimitSeconds: z.optional(seconds),
  alertAfter: z.optional(alertAfter),
  anomalies: z.optional(anomalySettings),
};

/** A job that carries datasets from one tier to another. */
const carryingJob = z.strictObject({
  ...expectation,
  from: name,
  to: name,
  datasets: z.array(name).check(z.minLength(1), z.maxLength(DATASETS_MAX)),
  /** The greatest age the data in `to` may reach: the window of every copy this job feeds. */
  windowSeconds: seconds,
  /** `marker`: a farther host proves the copy's age. `run`: it is only claimed by the job's success, and shown unproven. */
  proof: z.enum(["marker", "run"]),
  /** How far back every copy this job feeds has to reach. */
  depth: z.optional(depthPolicy),
});

/** A job that only looks (pool health, free space). `tier` is the tier its readings speak of. */
const lookingJob = z.strictObject({
  ...expectation,
  tier: z.optional(name),
  /** Levels for its readings, in the place of the built-in ones. */
  thresholds: z.optional(thresholds),
  /** Never there. Named all the same, so that the faults of a carrying job are told as those of a carrying job. */
  to: z.optional(z.never()),
});

const job = z.union([carryingJob, lookingJob]);

export const plan = z.strictObject({
  /** How often the host beats, and how late a beat may be. */
  beat: z.strictObject({ everySeconds: seconds, graceSeconds: z.union([z.literal(0), seconds]) }),
  datasets: z.array(dataset).check(z.maxLength(DATASETS_MAX)),
  jobs: z.array(job).check(z.maxLength(JOBS_MAX)),
});

export const planAnswer = z.strictObject({ serverTime: z.string(), watches: count });

export type CarryingJob = z.infer<typeof carryingJob>;
export type Job = z.infer<typeof job>;
export type Plan = z.infer<typeof plan>;
export type PlanAnswer = z.infer<typeof planAnswer>;

/** True for a job that moves data, false for one that only looks. */
export function carries(candidate: Job): candidate is CarryingJob {
  return candidate.to !== undefined;
}
