/**
 * What the cloud holds on a host, a job or a copy. `spec` is what the plan expects, `facts` what the hosts proved; both only
 * ever change by a plan or by a heartbeat. Status, reason, deadline and incident follow from them and are the judge's.
 */
import * as z from "zod/mini";
import { anomalySettings } from "../../protocol/anomalies.ts";
import { depthPolicy } from "../../protocol/depth.ts";
import { reading, runStatus, verdict } from "../../protocol/heartbeat.ts";
import { alertAfter } from "../../protocol/plan.ts";
import { schedule } from "../../protocol/schedule.ts";
import { thresholds } from "../../protocol/thresholds.ts";

const ms = z.int();

export const status = z.enum(["pending", "ok", "late", "missed", "failed", "blocked", "paused"]);
export type Status = z.infer<typeof status>;

const planned = {
  /** When the watch was first planned: what was never heard of counts from here. */
  plannedAt: ms,
  /** When a plan last asked for something else of it. */
  editedAt: z.optional(ms),
};

const hostSpec = z.object({
  kind: z.literal("host"),
  host: z.string(),
  everySeconds: z.number(),
  graceSeconds: z.number(),
  ...planned,
});

const jobSpec = z.object({
  kind: z.literal("job"),
  host: z.string(),
  job: z.string(),
  tool: z.string(),
  schedule,
  graceSeconds: z.number(),
  startWithinSeconds: z.optional(z.number()),
  minRuntimeSeconds: z.optional(z.number()),
  maxRuntimeSeconds: z.optional(z.number()),
  hardLimitSeconds: z.optional(z.number()),
  alertAfter: z.optional(alertAfter),
  anomalies: z.optional(anomalySettings),
  thresholds: z.optional(thresholds),
  ...planned,
  /** For a carrying job; all four or none. */
  from: z.optional(z.string()),
  to: z.optional(z.string()),
  proof: z.optional(z.enum(["marker", "run"])),
  datasets: z.array(z.string()),
  /** For a looking job: the tier its readings speak of. */
  tier: z.optional(z.string()),
});

const copySpec = z.object({
  kind: z.literal("copy"),
  dataset: z.string(),
  tier: z.string(),
  /** The tier the dataset is born in. */
  born: z.string(),
  windowSeconds: z.number(),
  proof: z.enum(["marker", "run"]),
  /** The jobs that bring data here, with the tier each takes it from. */
  depth: z.optional(depthPolicy),
  feeds: z.array(z.object({ key: z.string(), host: z.string(), from: z.string() })),
  ...planned,
});

export const spec = z.discriminatedUnion("kind", [hostSpec, jobSpec, copySpec]);
export type HostSpec = z.infer<typeof hostSpec>;
export type JobSpec = z.infer<typeof jobSpec>;
export type CopySpec = z.infer<typeof copySpec>;
export type Spec = z.infer<typeof spec>;

/** What is kept of one run for judging and for the page. */
const runFact = z.object({
  id: z.string(),
  seq: z.number(),
  status: runStatus,
  startedAt: ms,
  finishedAt: ms,
  receivedAt: ms,
  exitCode: z.optional(z.number()),
  signal: z.optional(z.string()),
  reason: z.optional(z.string()),
  bytes: z.optional(z.number()),
  files: z.optional(z.number()),
});
export type RunFact = z.infer<typeof runFact>;

const hostFacts = z.object({
  kind: z.literal("host"),
  heardAt: z.nullable(ms),
  /** Numbers of the runs that arrived, as closed ranges in rising order; a gap is a run that never arrived. */
  seqs: z.array(z.tuple([z.int(), z.int()])),
  clockOffset: z.nullable(z.object({ seconds: z.int(), at: ms })),
});

/** What is kept of each of a job's newest runs, for policies that look back. `finishedAt` is null while it runs. */
const runMark = z.object({
  id: z.string(),
  status: runStatus,
  startedAt: ms,
  finishedAt: z.nullable(ms),
  progressAt: z.optional(ms),
  bytes: z.optional(z.number()),
  files: z.optional(z.number()),
  deletions: z.optional(z.number()),
});
export type RunMark = z.infer<typeof runMark>;

/** Everything that one run read, told as a whole: what the next run does not read again is gone. */
const readings = z.object({ at: ms, run: z.string(), list: z.array(reading) });
export type Readings = z.infer<typeof readings>;

const unusual = z.object({
  run: z.string(),
  anomalies: z.array(z.object({ quantity: z.enum(["bytes", "files", "deletions", "seconds"]), text: z.string() })),
});

const jobFacts = z.object({
  kind: z.literal("job"),
  /** In full: the latest run that succeeded (perhaps with a warning), that did not, and that was skipped. */
  good: z.nullable(runFact),
  bad: z.nullable(runFact),
  skipped: z.nullable(runFact),
  /** The newest runs by start, each by its id, oldest first; bounded (merge.ts). */
  runs: z._default(z.array(runMark), []),
  readings: z._default(z.nullable(readings), null),
  /** What is unusual about the last run; it follows from `runs` (unusual.ts). */
  unusual: z._default(z.nullable(unusual), null),
});

/** A copy's proof: data of `recoveryAt` is there, as `host` saw at `seenAt`. Without a marker it is only claimed. */
const proof = z.object({
  recoveryAt: ms,
  seenAt: ms,
  host: z.string(),
  marker: z.nullable(z.string()),
  sampled: z.number(),
  matched: z.number(),
});
export type Proof = z.infer<typeof proof>;

/** `bornAt` is when the marker was written whose files differ: data older than that cannot prove them mended. */
const mismatch = z.object({
  at: ms,
  host: z.string(),
  marker: z.string(),
  bornAt: z._default(ms, 0),
  text: z.string(),
});
export type Mismatch = z.infer<typeof mismatch>;

/** What one look said of how far back a copy reaches. */
const depthLook = z.object({ at: ms, versions: z.number(), oldestAt: z.nullable(ms), newestAt: z.nullable(ms) });

const copyFacts = z.object({
  kind: z.literal("copy"),
  good: z.nullable(proof),
  bad: z.nullable(mismatch),
  /** The newest looks, bounded (depth.ts). */
  depth: z._default(z.array(depthLook), []),
});

export const facts = z.discriminatedUnion("kind", [hostFacts, jobFacts, copyFacts]);
export type HostFacts = z.infer<typeof hostFacts>;
export type JobFacts = z.infer<typeof jobFacts>;
export type CopyFacts = z.infer<typeof copyFacts>;
export type Facts = z.infer<typeof facts>;

/** Why a watch has the status it has; page, alert and tests read this one value. */
const ownReason = z.discriminatedUnion("code", [
  z.object({ code: z.literal("fine") }),
  /** Nothing ever came; it has to by `deadlineAt`. */
  z.object({ code: z.literal("never"), deadlineAt: ms }),
  /** Due since `dueAt`, missed from `deadlineAt` on; `lastAt` is the last success or sign of life. */
  z.object({ code: z.literal("overdue"), dueAt: ms, deadlineAt: ms, lastAt: z.nullable(ms) }),
  /** Past its deadline, which fell in a time that nobody looked or that a plan changed; judged at `untilAt`. */
  z.object({ code: z.literal("unseen"), deadlineAt: ms, untilAt: ms }),
  /** Its last start came too late or not at all; it had to begin by `deadlineAt`. */
  z.object({ code: z.literal("not_started"), dueAt: ms, deadlineAt: ms, lastAt: z.nullable(ms) }),
  /** The run begun at `startedAt` had to be over by `dueAt`, and told by `deadlineAt`. */
  z.object({ code: z.literal("overrun"), startedAt: ms, dueAt: ms, deadlineAt: ms }),
  /** Runs failed or warned, so many of the last `of` that the plan asks for an alert; `text` tells of the last. */
  z.object({
    code: z.literal("run"),
    at: ms,
    status: runStatus,
    text: z.string(),
    failures: z.optional(z.object({ count: z.number(), of: z.number() })),
  }),
  /** A success sooner than it can have done its work. */
  z.object({ code: z.literal("too_fast"), at: ms, tookSeconds: z.number(), leastSeconds: z.number() }),
  /** A success whose sizes are not what the job's own history says. */
  z.object({ code: z.literal("anomaly"), at: ms, text: z.string() }),
  /** A copy that does not reach back as far as it should, or as it did. */
  z.object({ code: z.literal("depth"), at: ms, severity: z.enum(["warning", "critical"]), text: z.string() }),
  /** Runs failed, but fewer than the plan asks for. */
  z.object({ code: z.literal("tolerated"), at: ms, text: z.string(), count: z.number(), allowed: z.number() }),
  /** The worst reading speaks; `names` are all that are bad, so that each clears only at its own lower level. */
  z.object({
    code: z.literal("reading"),
    at: ms,
    verdict,
    text: z.string(),
    names: z._default(z.array(z.object({ name: z.string(), verdict: z.enum(["warning", "critical"]) })), []),
  }),
  z.object({ code: z.literal("mismatch"), at: ms, text: z.string() }),
]);
export type OwnReason = z.infer<typeof ownReason>;

export const reason = z.union([
  ownReason,
  /** Bad only because `by` is. */
  z.object({ code: z.literal("blocked"), by: z.string(), own: ownReason }),
  /** Bad, but whether `by` is the cause is not known before `untilAt`. */
  z.object({ code: z.literal("waiting"), by: z.string(), untilAt: ms, own: ownReason }),
  /** Not judged, because its owner said so; null: until the owner says otherwise. */
  z.object({ code: z.literal("paused"), untilAt: z.nullable(ms) }),
  /** What held it back has recovered; it has until `untilAt` to follow. */
  z.object({ code: z.literal("catching_up"), after: z.string(), untilAt: ms, own: ownReason }),
]);
export type Reason = z.infer<typeof reason>;

/** What a watch follows after when it was no incident that held it back. */
export const PAUSE = "pause";

export interface Watch {
  readonly site: string;
  readonly key: string;
  readonly version: number;
  readonly spec: Spec;
  readonly facts: Facts;
  readonly status: Status;
  readonly reason: Reason;
  /** Since when it has this status. */
  readonly sinceAt: number;
  readonly dueAt: number | null;
  readonly heldUntil: number | null;
  readonly incidentId: string | null;
}

export function hostKey(host: string): string {
  return `host:${host}`;
}

export function jobKey(host: string, job: string): string {
  return `job:${host}/${job}`;
}

export function copyKey(dataset: string, tier: string): string {
  return `copy:${dataset}/${tier}`;
}

export function siteKey(site: string): string {
  return `site:${site}`;
}

/** The key a spec is watched under. */
export function keyOf(of: Spec): string {
  switch (of.kind) {
    case "host":
      return hostKey(of.host);
    case "job":
      return jobKey(of.host, of.job);
    case "copy":
      return copyKey(of.dataset, of.tier);
  }
}

/** Facts of a watch that nothing was heard of yet. */
export function noFacts(kind: Spec["kind"]): Facts {
  switch (kind) {
    case "host":
      return { kind, heardAt: null, seqs: [], clockOffset: null };
    case "job":
      return { kind, good: null, bad: null, skipped: null, runs: [], readings: null, unusual: null };
    case "copy":
      return { kind, good: null, bad: null, depth: [] };
  }
}

/** A bad status is one that an incident is about. */
export function isBad(candidate: Status): boolean {
  return candidate === "missed" || candidate === "failed";
}
