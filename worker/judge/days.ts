/**
 * The last 90 days of a job, day by day in the zone of its schedule: how its runs ended, which slots nobody answered, and
 * which days tell less than they seem to, because alerts were held back, nothing was judged, or nobody looked.
 */
import type { RunStatus } from "../../protocol/heartbeat.ts";
import { type Act, heldIntervals } from "./acts.ts";
import type { Blind } from "./blind.ts";
import { missedSlots } from "./missed-slots.ts";
import type { JobSpec } from "./watch.ts";
import { readingOf, wallOf } from "./zone-clock.ts";

export const DAYS = 90;
const DAY_MS = 86_400_000;

/** What a day was, the gravest of it. `before`: the job was not planned yet, or its runs are not known so far back. */
export type DayMark = "failed" | "missed" | "warned" | "succeeded" | "skipped" | "none" | "before";

export interface Day {
  /** `2026-11-23`, in the zone of the schedule. */
  readonly date: string;
  readonly mark: DayMark;
  readonly counts: Readonly<Record<"succeeded" | "warned" | "failed" | "skipped" | "missed", number>>;
  readonly silenced: boolean;
  readonly paused: boolean;
  readonly blind: boolean;
}

export interface PastRun {
  readonly status: RunStatus;
  readonly startedAt: number;
}

export interface History {
  /** Runs since `knownAt`, oldest first. */
  readonly runs: readonly PastRun[];
  /** From when on all runs are in `runs`. */
  readonly knownAt: number;
  readonly acts: readonly Act[];
  readonly blinds: readonly Blind[];
}

/** The instant from which a history of so many days begins. */
export function historyFrom(now: number): number {
  return now - (DAYS + 1) * DAY_MS;
}

/** The days, oldest first; the last is today. */
export function daysOf(spec: JobSpec, history: History, now: number): Day[] {
  const zone = "zone" in spec.schedule ? spec.schedule.zone : "UTC";
  const starts = dayStarts(zone, now);
  const knownAt = Math.max(history.knownAt, spec.plannedAt);
  const began = history.runs.filter(({ status }) => status !== "skipped").map(({ startedAt }) => startedAt);
  const missed = missedSlots(spec.schedule, spec.graceSeconds * 1000, began, Math.max(knownAt, starts[0] ?? 0), now);
  const held = (kind: Act["kind"]) => heldIntervals(history.acts, kind, starts[0] ?? now, now);
  const [silences, pauses] = [held("silence"), held("pause")];
  return starts.map((fromAt, i): Day => {
    const untilAt = starts[i + 1] ?? Number.POSITIVE_INFINITY;
    const within = (at: number) => at >= fromAt && at < untilAt;
    const touches = (of: { readonly fromAt: number; readonly untilAt: number }) =>
      of.fromAt < untilAt && of.untilAt > fromAt && of.fromAt < now;
    const counts = counted(
      history.runs.filter(({ startedAt }) => within(startedAt)),
      missed.filter(within).length,
    );
    return {
      date: new Date(wallOf(zone, fromAt + DAY_MS / 4)).toISOString().slice(0, 10),
      mark: untilAt <= knownAt ? "before" : markOf(counts),
      counts,
      silenced: silences.some(touches),
      paused: pauses.some(touches),
      blind: history.blinds.some(touches),
    };
  });
}

/** When each of the days begins in the zone. */
function dayStarts(zone: string, now: number): number[] {
  const today = Math.floor(wallOf(zone, now) / DAY_MS) * DAY_MS;
  return Array.from({ length: DAYS }, (_, i) => {
    const reading = readingOf(zone, today - (DAYS - 1 - i) * DAY_MS);
    if (reading.kind === "once") return reading.at;
    return reading.kind === "repeated" ? reading.firstAt : reading.jump.at;
  });
}

function counted(runs: readonly PastRun[], missed: number): Day["counts"] {
  const count = (...statuses: RunStatus[]) => runs.filter(({ status }) => statuses.includes(status)).length;
  return {
    succeeded: count("succeeded"),
    warned: count("warned"),
    failed: count("failed", "timed_out"),
    skipped: count("skipped"),
    missed,
  };
}

const GRAVEST = ["failed", "missed", "warned", "succeeded", "skipped"] as const;

function markOf(counts: Day["counts"]): DayMark {
  return GRAVEST.find((mark) => counts[mark] > 0) ?? "none";
}
