/**
 * A job seen alone. Several things may be wrong with it at once: the gravest speaks. What was told as broken comes before
 * what is missing, what is missing before what is only unusual.
 */
import { byDeadline, type Deadline, type Own, type Temper } from "./deadline.ts";
import { ownReason } from "./own-reason.ts";
import { badReadings } from "./readings.ts";
import {
  type EndedRun,
  endedRuns,
  type Failing,
  failingSince,
  isBadRun,
  isTooFast,
  lastStartAt,
  openRuns,
} from "./runs.ts";
import { nextSlot } from "./schedule.ts";
import type { JobFacts, JobSpec, OwnReason, Reason, RunMark } from "./watch.ts";

/** A run that reached its limit is killed, looks at what arrived and reports: its end may be told this much later. */
const REPORT_MS = 300_000;
const FIRST_FAILURE = { failures: 1 } as const;

/** What the job is at `now`; `before` is the reason it had, which readings need to clear only beyond their lower level. */
export function jobStatus(
  spec: JobSpec,
  facts: JobFacts,
  before: Reason | undefined,
  now: number,
  temper: Temper,
): Own {
  const ended = endedRuns(facts.runs);
  const bad = ended.map((run) => isBadRun(spec, run));
  const failing = failingSince(ended, bad, spec.alertAfter ?? FIRST_FAILURE);
  const tolerated = failing === null && bad.at(-1) === true;
  const readings = readingsOf(spec, facts, before);
  const untempered = successDeadline(spec, facts, ended, tolerated, now);
  const success = untempered === null ? null : temper(untempered);
  const others = [startDeadline(spec, facts, now), ...endDeadlines(spec, facts, now)];
  const deadlines = [success, ...others.map((own) => own && temper(own))].filter((own) => own !== null);
  const told = (reason: OwnReason | null): Own[] =>
    reason === null ? [] : [{ status: "failed", reason, dueAt: null, missedAt: null }];
  const gravestFirst: Own[] = [
    ...told(readings?.verdict === "critical" ? readings : null),
    ...told(failing === null ? null : failureReason(spec, facts, ended, failing)),
    // The first that passed speaks, whenever one looks: an incident begins with it.
    ...deadlines.filter(({ status }) => status === "missed").sort((a, b) => (a.missedAt ?? 0) - (b.missedAt ?? 0)),
    ...told(readings?.verdict === "warning" ? readings : null),
    ...told(warnedReason(facts, ended)),
    ...told(anomalyReason(spec, facts, ended)),
    ...(tolerated ? [toleratedOwn(spec, facts, ended, bad)] : []),
    ...deadlines.filter(({ status }) => status === "late"),
    success ?? idle(facts),
  ];
  const [own = idle(facts)] = gravestFirst;
  return { ...own, dueAt: nextChange(own, deadlines, now) };
}

/** A schedule that never comes round asks for nothing more, but only a success makes a watch ok. */
function idle({ good }: JobFacts): Own {
  return { status: good === null ? "pending" : "ok", reason: { code: "fine" }, dueAt: null, missedAt: null };
}

/** Whatever speaks now, another deadline may pass before anything arrives. Beside a miss one that is excused changes nothing. */
function nextChange({ status }: Own, deadlines: readonly Own[], now: number): number | null {
  const counted = deadlines.filter(({ reason }) => status !== "missed" || reason.code !== "unseen");
  const coming = counted.flatMap(({ dueAt }) => (dueAt !== null && dueAt > now ? [dueAt] : []));
  return coming.length === 0 ? null : Math.min(...coming);
}

/** By when the next success has to be there. A failure that the plan tolerates answers its slot like a success. */
function successDeadline(
  spec: JobSpec,
  facts: JobFacts,
  ended: readonly EndedRun[],
  tolerated: boolean,
  now: number,
): Own | null {
  const counts = tolerated ? ended.at(-1) : lastGood(spec, facts, ended);
  const lastAt = counts?.startedAt ?? null;
  const dueAt = nextSlot(spec.schedule, lastAt ?? spec.plannedAt, lastAt !== null);
  if (dueAt === null) return null;
  return byDeadline({ dueAt, missedAt: extended(spec, facts, dueAt), lastAt }, now);
}

/** The newest success that took as long as one must. */
function lastGood(spec: JobSpec, facts: JobFacts, ended: readonly EndedRun[]): { readonly startedAt: number } | null {
  if (facts.good === null) return null;
  if (!isTooFast(spec, { ...facts.good, finishedAt: facts.good.finishedAt })) return facts.good;
  return ended.findLast((run) => !isBadRun(spec, run)) ?? null;
}

/** The end of grace; a run that began before it for this slot, and goes on, may take until its own limit. */
function extended(spec: JobSpec, facts: JobFacts, dueAt: number): number {
  const missedAt = dueAt + spec.graceSeconds * 1000;
  if (spec.hardLimitSeconds === undefined) return missedAt;
  const ofSlot = openRuns(facts.runs).filter(
    ({ startedAt }) => startedAt < missedAt && nextSlot(spec.schedule, startedAt, true) !== dueAt,
  );
  return Math.max(missedAt, ...ofSlot.flatMap((run) => endOf(spec, run) ?? []).map((at) => at + REPORT_MS));
}

/** By when the next run has to have begun, if the plan says so. */
function startDeadline(spec: JobSpec, facts: JobFacts, now: number): Own | null {
  if (spec.startWithinSeconds === undefined) return null;
  const lastAt = lastStartAt(facts.runs);
  const dueAt = nextSlot(spec.schedule, lastAt ?? spec.plannedAt, lastAt !== null);
  if (dueAt === null) return null;
  const missedAt = dueAt + spec.startWithinSeconds * 1000;
  return missedOr({ dueAt, missedAt, lastAt }, { code: "not_started", dueAt, deadlineAt: missedAt, lastAt }, now);
}

/** By when the runs that go on have to be over. */
function endDeadlines(spec: JobSpec, facts: JobFacts, now: number): Own[] {
  return openRuns(facts.runs).flatMap((run) => {
    const dueAt = endOf(spec, run);
    if (dueAt === null) return [];
    const missedAt = dueAt + REPORT_MS;
    const reason: OwnReason = { code: "overrun", startedAt: run.startedAt, dueAt, deadlineAt: missedAt };
    return [missedOr({ dueAt, missedAt, lastAt: run.startedAt }, reason, now)];
  });
}

/** The instant at which a run is killed; null when it may take as long as it likes. */
function endOf(spec: JobSpec, run: RunMark): number | null {
  const { maxRuntimeSeconds: most, hardLimitSeconds: hard } = spec;
  if (hard === undefined) return most === undefined ? null : run.startedAt + most * 1000;
  const limit = run.startedAt + hard * 1000;
  return most === undefined ? limit : Math.min((run.progressAt ?? run.startedAt) + most * 1000, limit);
}

/** As by the deadline, but before it is due this asks for nothing: other deadlines tell what the job is then. */
function missedOr(deadline: Deadline, reason: OwnReason, now: number): Own {
  const own = byDeadline(deadline, now);
  return own.status === "missed" || own.status === "late" ? { ...own, reason } : own;
}

function failureReason(spec: JobSpec, facts: JobFacts, ended: readonly EndedRun[], failing: Failing): OwnReason | null {
  const last = ended.findLast((run) => isBadRun(spec, run));
  if (last === undefined) return null;
  if (last.status !== "failed" && last.status !== "timed_out") {
    const tookSeconds = Math.round((last.finishedAt - last.startedAt) / 1000);
    return { code: "too_fast", at: failing.at, tookSeconds, leastSeconds: spec.minRuntimeSeconds ?? 0 };
  }
  const { count, of } = failing;
  const failures = of > 1 ? { failures: { count, of } } : {};
  return { code: "run", at: failing.at, status: last.status, text: textOf(facts, last), ...failures };
}

/** The last run ended with a warning: done, but not all of it. */
function warnedReason(facts: JobFacts, ended: readonly EndedRun[]): OwnReason | null {
  const last = ended.at(-1);
  if (last?.status !== "warned") return null;
  const text = facts.good?.id === last.id ? (facts.good.reason ?? howItEnded(facts.good)) : "it ended with a warning";
  return { code: "run", at: last.finishedAt, status: "warned", text };
}

/** What is unusual about the last run, as far as the plan has not muted it since. */
function anomalyReason(spec: JobSpec, facts: JobFacts, ended: readonly EndedRun[]): OwnReason | null {
  const last = ended.at(-1);
  if (last === undefined || facts.unusual?.run !== last.id) return null;
  const heard = facts.unusual.anomalies.filter(({ quantity }) => spec.anomalies?.[quantity] !== "off");
  const [worst, ...others] = heard.map(({ text }) => text);
  if (worst === undefined) return null;
  const more = others.length === 0 ? "" : `; also ${others.join("; ")}`;
  return { code: "anomaly", at: last.finishedAt, text: `${worst}${more}` };
}

function toleratedOwn(spec: JobSpec, facts: JobFacts, ended: readonly EndedRun[], bad: readonly boolean[]): Own {
  const { failures, of } = spec.alertAfter ?? { failures: 1, of: undefined };
  const last = ended.at(-1);
  const inARow = bad.length - 1 - bad.lastIndexOf(false);
  const count = of === undefined ? inARow : bad.slice(-of).filter(Boolean).length;
  const text = last === undefined ? "" : textOf(facts, last);
  const reason: OwnReason = { code: "tolerated", at: last?.finishedAt ?? 0, text, count, allowed: failures };
  return { status: "late", reason, dueAt: null, missedAt: null };
}

function textOf(facts: JobFacts, run: EndedRun): string {
  if (facts.bad?.id === run.id) return facts.bad.reason ?? howItEnded(facts.bad);
  return run.status === "timed_out" ? "it ran out of time and was ended" : "it failed";
}

function howItEnded(run: { status: string; exitCode?: number | undefined; signal?: string | undefined }): string {
  if (run.status === "timed_out") return "it ran out of time and was ended";
  if (run.signal !== undefined) return `it was ended by ${run.signal}`;
  const what = run.status === "warned" ? "it warned" : "it failed";
  return run.exitCode === undefined ? what : `it ended with exit code ${run.exitCode}`;
}

type ReadingReason = Extract<OwnReason, { code: "reading" }>;

function readingsOf(spec: JobSpec, facts: JobFacts, before: Reason | undefined): ReadingReason | null {
  if (facts.readings === null) return null;
  const own = before === undefined ? undefined : ownReason(before);
  const known = own?.code === "reading" ? own.names : [];
  const bad = badReadings(facts.readings.list, known, spec.thresholds);
  const [worst] = bad;
  if (worst === undefined) return null;
  const names = bad.map(({ name, verdict }) => ({ name, verdict }));
  return { code: "reading", at: facts.readings.at, verdict: worst.verdict, text: worst.text, names };
}
