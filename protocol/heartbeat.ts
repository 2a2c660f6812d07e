/**
 * `POST /v1/heartbeats`: one signed message of a host: "alive", with any runs and what they found. Heartbeats commute:
 * delivered in any order and any number of times they leave the same state, because runs are known by their id and
 * times only move forward.
 */
import * as z from "zod/mini";
import { count, id, instant, name, text } from "./fields.ts";
import {
  DEPTHS_MAX,
  EXAMPLES_MAX,
  LOG_TAIL_MAX_CHARS,
  MARKERS_MAX,
  READING_NAME_MAX_CHARS,
  READINGS_MAX,
  RUNS_MAX,
} from "./limits.ts";

export const runStatus = z.enum(["started", "succeeded", "warned", "failed", "timed_out", "skipped"]);

/** A marker written into a dataset's birth tier before a job read it. */
const birth = z.strictObject({ marker: id, dataset: name, tier: name, at: instant });

/**
 * A marker found in a farther tier, and what became of the files it names: of `sampled` files `matched` have the same
 * digest, `changed` were written again since, `missing` are not there, `mismatched` differ though nobody changed them.
 */
export const sighting = z
  .strictObject({
    marker: id,
    dataset: name,
    tier: name,
    at: instant,
    sampled: count,
    matched: count,
    changed: count,
    missing: count,
    mismatched: count,
    /** A few files that are missing or mismatched: each path inside the dataset, of the latter with both digests. */
    examples: z.optional(z.array(text).check(z.maxLength(EXAMPLES_MAX))),
  })
  .check(z.refine(addsUp, "matched, changed, missing and mismatched have to add up to sampled"));

function addsUp(counts: Record<"sampled" | "matched" | "changed" | "missing" | "mismatched", number>): boolean {
  return counts.matched + counts.changed + counts.missing + counts.mismatched === counts.sampled;
}

export const verdict = z.enum(["ok", "warning", "critical"]);

/** A fact measured on a host by a job: `name` says which (`pool.archive.state`), `text` says it to a person. */
export const reading = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(READING_NAME_MAX_CHARS)),
  value: z.union([z.number(), text]),
  unit: z.optional(z.string().check(z.maxLength(20))),
  verdict,
  text,
});

/** How far back a copy reaches: its restorable versions (snapshots), and the times of the oldest and newest of them. */
const depth = z.strictObject({
  dataset: name,
  tier: name,
  at: instant,
  versions: count,
  oldestAt: z.optional(instant),
  newestAt: z.optional(instant),
});

export const run = z
  .strictObject({
    id,
    job: name,
    /** The host numbers its runs from 1; a hole in the numbers is a run that never arrived. */
    seq: z.int().check(z.minimum(1)),
    status: runStatus,
    startedAt: instant,
    /** Of a run that goes on: when it last moved. Told again with a later instant it extends the run's time. */
    progressAt: z.optional(instant),
    /** Absent exactly when the status is `started`. */
    finishedAt: z.optional(instant),
    exitCode: z.optional(z.int()),
    signal: z.optional(z.string().check(z.maxLength(20))),
    /** Why it is not simply `succeeded`. */
    reason: z.optional(text),
    /** What the run carried. */
    bytes: z.optional(count),
    /** All files that the tool looked at, where it tells them: what is unusual is held against them. */
    files: z.optional(count),
    /** Files that the run deleted in the target. */
    deletions: z.optional(count),
    errors: z.optional(count),
    born: z.optional(z.array(birth).check(z.maxLength(MARKERS_MAX))),
    seen: z.optional(z.array(sighting).check(z.maxLength(MARKERS_MAX))),
    readings: z.optional(z.array(reading).check(z.maxLength(READINGS_MAX))),
    depths: z.optional(z.array(depth).check(z.maxLength(DEPTHS_MAX))),
    logTail: z.optional(z.string().check(z.maxLength(LOG_TAIL_MAX_CHARS))),
  })
  .check(z.refine(endsWhenOver, "finishedAt has to be absent exactly when status is started"))
  .check(z.refine(movesWhileStarted, "progressAt is only for a run whose status is started"));

function endsWhenOver(told: { status: RunStatus; finishedAt?: string | undefined }): boolean {
  return (told.status === "started") === (told.finishedAt === undefined);
}

function movesWhileStarted(told: { status: RunStatus; progressAt?: string | undefined }): boolean {
  return told.status === "started" || told.progressAt === undefined;
}

export const heartbeat = z.strictObject({
  runs: z.array(run).check(z.maxLength(RUNS_MAX)),
  /** Markers found outside any run (a beat looks at what has arrived by itself). */
  seen: z.optional(z.array(sighting).check(z.maxLength(MARKERS_MAX))),
  /** Host clock minus server clock, where the pusher knows it is off; the worker takes it off every time above. */
  clockOffsetSeconds: z.optional(z.int()),
  pusherVersion: z.optional(z.string().check(z.maxLength(40))),
});

export const heartbeatAnswer = z.strictObject({
  /** Ids of the runs of this heartbeat that are durably held; only these may leave the spool. */
  runs: z.array(z.string()),
  serverTime: z.string(),
  /** When the worker last looked for missed deadlines; null when it never did. */
  lastSweepAt: z.nullable(z.string()),
});

export type RunStatus = z.infer<typeof runStatus>;
export type Birth = z.infer<typeof birth>;
export type Sighting = z.infer<typeof sighting>;
export type Depth = z.infer<typeof depth>;
export type Verdict = z.infer<typeof verdict>;
export type Reading = z.infer<typeof reading>;
export type Run = z.infer<typeof run>;
export type Heartbeat = z.infer<typeof heartbeat>;
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswer>;
