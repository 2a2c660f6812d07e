/**
 * What tempers a watch's own word before anybody asks for the cause: a deadline that passed while nobody looked, or one
 * that an edit of the plan put into the past. And what an edit must not do: turn a miss into nothing.
 */
import { type Blind, blindUntil } from "./blind.ts";
import type { Own } from "./deadline.ts";
import { ownStatus } from "./own.ts";
import { ownReason } from "./own-reason.ts";
import { endedRuns, lastStartAt, openRuns } from "./runs.ts";
import type { Facts, OwnReason, Spec, Watch } from "./watch.ts";

/** The own status as it may be acted on at `now`. What is wrong beside a deadline that is excused goes on speaking. */
export function excusedStatus(watch: Watch, blinds: readonly Blind[], patienceMs: number, now: number): Own {
  const alone = ownStatus(watch, now);
  const temper = (deadline: Own) => excused(watch, deadline, blinds, patienceMs, now);
  const own = alone.status === "missed" ? ownStatus(watch, now, temper) : alone;
  return keptMiss(watch, own) ?? own;
}

/** One deadline: a miss that nobody could see is none yet. */
function excused(watch: Watch, own: Own, blinds: readonly Blind[], patienceMs: number, now: number): Own {
  if (own.status !== "missed" || own.missedAt === null || wasFound(watch, own.reason)) return own;
  const ends = [blindUntil(blinds, patienceMs, own.missedAt), edited(watch, own.missedAt)].filter(
    (end) => end !== null,
  );
  const untilAt = Math.max(0, ...ends);
  if (untilAt <= now) return own;
  const dueAt = own.dueAt === null ? untilAt : Math.min(untilAt, own.dueAt);
  return { status: "late", reason: { code: "unseen", deadlineAt: own.missedAt, untilAt }, dueAt, missedAt: untilAt };
}

/**
 * A miss that was found and not answered since stays found: by a sweep that died before it could write down that somebody looked,
 * or under a plan that asked for it at another time.
 */
function wasFound(watch: Watch, found: OwnReason): boolean {
  const reason = ownReason(watch.reason);
  return isMissedSoFar(watch) && isMiss(reason) && isSame(reason, found) && !isAnswered(watch, reason);
}

/** The same miss, whatever its deadline: of runs that go on too long each has its own. */
function isSame(a: Miss, b: OwnReason): boolean {
  return a.code === "overrun" ? b.code === "overrun" && b.startedAt === a.startedAt : a.code === b.code;
}

/**
 * A watch that had missed when its plan was edited is well again by an answer, not because the plan asks for less. Whatever
 * it became since (blocked, given time to follow), the deadline in its reason tells that the miss is older than the edit.
 */
function keptMiss(watch: Watch, own: Own): Own | null {
  const { editedAt } = watch.spec;
  const isBad = own.status === "missed" || own.status === "failed";
  if (editedAt === undefined || isBad || !isMissedSoFar(watch)) return null;
  const reason = ownReason(watch.reason);
  if (!isMiss(reason) || reason.deadlineAt > editedAt || isAnswered(watch, reason)) return null;
  return { status: "missed", reason, dueAt: own.dueAt, missedAt: reason.deadlineAt };
}

/** Also what waits to be told, or has time to follow: its miss was seen. */
function isMissedSoFar({ status, reason }: Watch): boolean {
  return ["missed", "blocked"].includes(status) || reason.code === "waiting" || reason.code === "catching_up";
}

type Miss = Extract<OwnReason, { code: "never" | "overdue" | "not_started" | "overrun" }>;

function isMiss(reason: OwnReason): reason is Miss {
  return ["never", "overdue", "not_started", "overrun"].includes(reason.code);
}

/** Whether what was missed has come since: a success or sign of life, a start, or the end of the run that went on. */
function isAnswered({ facts }: Watch, reason: Miss): boolean {
  switch (reason.code) {
    case "never":
      return answeredAt(facts) !== null;
    case "overdue":
      return isLater(answeredAt(facts), reason.lastAt);
    case "not_started":
      return isLater(facts.kind === "job" ? lastStartAt(facts.runs) : null, reason.lastAt);
    case "overrun":
      return facts.kind !== "job" || !openRuns(facts.runs).some(({ startedAt }) => startedAt === reason.startedAt);
  }
}

function isLater(at: number | null, than: number | null): boolean {
  return at !== null && (than === null || at > than);
}

/** The newest that can answer a deadline. Of a job any run that ended: one that failed is told by itself, or tolerated. */
function answeredAt(facts: Facts): number | null {
  switch (facts.kind) {
    case "host":
      return facts.heardAt;
    case "job":
      return endedRuns(facts.runs).at(-1)?.startedAt ?? facts.good?.startedAt ?? null;
    case "copy":
      return facts.good?.recoveryAt ?? null;
  }
}

/** A watch that was not bad before an edit gets the new plan's own tolerance, counted from the edit. */
function edited(watch: Watch, missedAt: number): number | null {
  const { editedAt } = watch.spec;
  if (editedAt === undefined || missedAt > editedAt) return null;
  return editedAt + toleranceOf(watch.spec) * 1000;
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
