/** What a job's newest runs say together: which go on, which count as bad, and whether so many are that one must speak. */
import type { AlertAfter } from "../../protocol/plan.ts";
import type { JobSpec, RunMark } from "./watch.ts";

export interface EndedRun extends RunMark {
  readonly finishedAt: number;
}

/** Runs that ended, oldest start first; a skipped one never began. */
export function endedRuns(runs: readonly RunMark[]): EndedRun[] {
  return runs.flatMap((run) =>
    run.finishedAt === null || run.status === "skipped" ? [] : [{ ...run, finishedAt: run.finishedAt }],
  );
}

/** Runs whose end is still to be told. One that a later run followed to its end is not waited for: it died. */
export function openRuns(runs: readonly RunMark[]): RunMark[] {
  const last = endedRuns(runs).at(-1)?.startedAt ?? Number.NEGATIVE_INFINITY;
  return runs.filter(({ finishedAt, startedAt }) => finishedAt === null && startedAt > last);
}

/** The start of the newest run that really began; null when none ever did. */
export function lastStartAt(runs: readonly RunMark[]): number | null {
  return runs.findLast(({ status }) => status !== "skipped")?.startedAt ?? null;
}

/** True when a run ended sooner than the plan says it can have done its work. */
export function isTooFast(spec: Pick<JobSpec, "minRuntimeSeconds">, run: EndedRun): boolean {
  return run.finishedAt - run.startedAt < (spec.minRuntimeSeconds ?? 0) * 1000;
}

/** True for a run that was no success, whatever its exit code said. */
export function isBadRun(spec: Pick<JobSpec, "minRuntimeSeconds">, run: EndedRun): boolean {
  return run.status === "failed" || run.status === "timed_out" || isTooFast(spec, run);
}

export interface Failing {
  /** When the run ended that made it so many. */
  readonly at: number;
  /** Bad runs among the last `of`; `of` is the count itself for failures in a row. */
  readonly count: number;
  readonly of: number;
}

/** Whether the plan's policy asks for an alert, from runs in order of their start; null when not. */
export function failingSince(runs: readonly EndedRun[], bad: readonly boolean[], policy: AlertAfter): Failing | null {
  const width = policy.of ?? policy.failures;
  const counts = runs.map((_, i) => bad.slice(Math.max(0, i + 1 - width), i + 1).filter(Boolean).length);
  const met = counts.map((count) => count >= policy.failures);
  if (met.at(-1) !== true) return null;
  const first = runs[met.lastIndexOf(false) + 1];
  if (first === undefined) return null;
  const streak = bad.length - 1 - bad.lastIndexOf(false);
  return policy.of === undefined
    ? { at: first.finishedAt, count: streak, of: streak }
    : { at: first.finishedAt, count: counts.at(-1) ?? 0, of: Math.min(width, runs.length) };
}
