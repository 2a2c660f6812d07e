/** Builds the wire's record of a run: inside the wire's limits, and with every known secret taken out. */
import type { Birth, Reading, Run, Sighting } from "../protocol/heartbeat.ts";
import { DEPTHS_MAX, MARKERS_MAX, READINGS_MAX, TEXT_MAX_CHARS } from "../protocol/limits.ts";
import type { JobOutcome } from "./jobs/job.ts";

export interface RunStart {
  readonly id: string;
  readonly job: string;
  readonly seq: number;
  /** Milliseconds. */
  readonly startedAt: number;
}

export interface Found {
  readonly born: readonly Birth[];
  readonly seen: readonly Sighting[];
}

export const NOTHING_FOUND: Found = { born: [], seen: [] };

/** The record of a run that goes on; `progressAt` (ms) is when it last moved, if that is known. */
export function startedRecord({ id, job, seq, startedAt }: RunStart, progressAt?: number): Run {
  const started: Run = { id, job, seq, status: "started", startedAt: iso(startedAt) };
  return progressAt === undefined ? started : { ...started, progressAt: iso(Math.max(progressAt, startedAt)) };
}

/** When a run ended by the host's clock, and how long it took by one that nobody sets; milliseconds. */
export interface RunEnd {
  readonly finishedAt: number;
  readonly tookMs: number;
}

/** Clocks that are only slewed differ by less: 0.5 ms a second at most (adjtime(3)). */
const SLACK_MS = 1_000;
const SLEW = 0.0005;

/**
 * When the run began, by the clock that told its end. A clock that was set meanwhile would make the run too short or too long,
 * and what the host says of its clock's offset is true of the end, not of the start.
 */
function beganAt({ startedAt }: RunStart, { finishedAt, tookMs }: RunEnd): number {
  const wasSet = Math.abs(finishedAt - startedAt - tookMs) > tookMs * SLEW + SLACK_MS;
  return wasSet ? finishedAt - Math.round(tookMs) : startedAt;
}

/** The record of a finished run. */
export function finishedRecord(
  start: RunStart,
  end: RunEnd,
  outcome: JobOutcome,
  found: Found,
  logTail: string,
  redact: (text: string) => string,
): Run {
  const { reason, readings, depths, ...counts } = outcome;
  const startedAt = beganAt(start, end);
  return {
    ...startedRecord({ ...start, startedAt }),
    ...withoutUndefined(counts),
    // A clock that was slewed back during a run of no length must not make a record that no schema takes.
    finishedAt: iso(Math.max(end.finishedAt, startedAt)),
    ...(reason === undefined ? {} : { reason: oneLine(redact(reason)) }),
    ...(found.born.length === 0 ? {} : { born: found.born.slice(0, MARKERS_MAX) }),
    ...(found.seen.length === 0 ? {} : { seen: found.seen.slice(0, MARKERS_MAX) }),
    ...(readings === undefined ? {} : { readings: readings.slice(0, READINGS_MAX).map((one) => clean(one, redact)) }),
    ...(depths === undefined ? {} : { depths: depths.slice(0, DEPTHS_MAX) }),
    ...(logTail === "" ? {} : { logTail }),
  };
}

function withoutUndefined<Value extends object>(value: Value): Value {
  // JSON leaves undefined members out; the wire's schema, asked before that, would not.
  return JSON.parse(JSON.stringify(value));
}

function clean(reading: Reading, redact: (text: string) => string): Reading {
  const value = typeof reading.value === "string" ? oneLine(redact(reading.value)) : reading.value;
  return { ...reading, value, text: oneLine(redact(reading.text)) };
}

/** One line for a person, within the wire's limit. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= TEXT_MAX_CHARS ? line : `${line.slice(0, TEXT_MAX_CHARS - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
