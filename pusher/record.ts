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

/** The record of a finished run; `finishedAt` in milliseconds. */
export function finishedRecord(
  start: RunStart,
  finishedAt: number,
  outcome: JobOutcome,
  found: Found,
  logTail: string,
  redact: (text: string) => string,
): Run {
  const { reason, readings, depths, ...counts } = outcome;
  return {
    ...startedRecord(start),
    ...withoutUndefined(counts),
    // A clock that was set back during the run must not make a record that no schema takes.
    finishedAt: iso(Math.max(finishedAt, start.startedAt)),
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
