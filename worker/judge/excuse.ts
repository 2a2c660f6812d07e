/**
 * What tempers a watch's own word before anybody asks for the cause: a deadline that passed while nobody looked, or one
 * that an edit of the plan put into the past. And what an edit must not do: turn a miss into nothing.
 */
import { type Blind, blindUntil } from "./blind.ts";
import type { Own } from "./deadline.ts";
import { ownReason } from "./own-reason.ts";
import type { Spec, Watch } from "./watch.ts";

/** The own status as it may be acted on at `now`. */
export function excused(watch: Watch, own: Own, blinds: readonly Blind[], patienceMs: number, now: number): Own {
  const kept = keptMiss(watch, own);
  if (kept !== null) return kept;
  if (own.status !== "missed" || own.missedAt === null) return own;
  const ends = [blindUntil(blinds, patienceMs, own.missedAt), edited(watch, own.missedAt)].filter(
    (end) => end !== null,
  );
  const untilAt = Math.max(0, ...ends);
  if (untilAt <= now) return own;
  const dueAt = own.dueAt === null ? untilAt : Math.min(untilAt, own.dueAt);
  return { status: "late", reason: { code: "unseen", deadlineAt: own.missedAt, untilAt }, dueAt, missedAt: untilAt };
}

/** A watch that had missed when its plan was edited is well again by a success, not because the plan asks for less. */
function keptMiss(watch: Watch, own: Own): Own | null {
  const { editedAt } = watch.spec;
  if (editedAt === undefined || editedAt < watch.sinceAt) return null;
  const reason = ownReason(watch.reason);
  const bad = watch.status === "missed" || watch.status === "blocked";
  if (!bad || own.status === "missed" || own.status === "failed") return null;
  if (reason.code !== "never" && reason.code !== "overdue") return null;
  const lastAt = reason.code === "never" ? null : reason.lastAt;
  if (lastSuccess(watch) !== lastAt) return null;
  return { status: "missed", reason, dueAt: own.dueAt, missedAt: reason.deadlineAt };
}

/** Of a job also a failure that the plan tolerates is an answer: the newest start of a run that ended. */
function lastSuccess({ facts }: Watch): number | null {
  switch (facts.kind) {
    case "host":
      return facts.heardAt;
    case "job":
      return facts.good?.startedAt ?? null;
    case "copy":
      return facts.good?.recoveryAt ?? null;
  }
}

/** A watch that was not bad before an edit gets the new plan's own tolerance, counted from the edit. */
function edited({ spec, status }: Watch, missedAt: number): number | null {
  if (spec.editedAt === undefined || missedAt > spec.editedAt || status === "missed" || status === "blocked")
    return null;
  return spec.editedAt + toleranceOf(spec) * 1000;
}

function toleranceOf(spec: Spec): number {
  switch (spec.kind) {
    case "host":
      return spec.everySeconds + spec.graceSeconds;
    case "job":
      return Math.max(300, spec.graceSeconds);
    case "copy":
      return spec.windowSeconds;
  }
}
