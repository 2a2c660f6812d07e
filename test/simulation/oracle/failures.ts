/** When the runs of a job that were told said that something is wrong. */
import { isGood } from "./answers.ts";
import type { Step } from "./steps.ts";
import type { JobTruth, RunTruth } from "./truth.ts";

/**
 * `must`: an owner has to hear of it. `may`: it is honest to tell (a state that changed while the run looked, an
 * unusual size).
 * `since` is the start of the first run of those that say so.
 */
export interface Said {
  readonly weight: "must" | "may" | "no";
  readonly since: number;
}

export const SAID_NOTHING: Said = { weight: "no", since: Number.NEGATIVE_INFINITY };

/** What the told runs said, from each telling on. */
export function saidBy(job: JobTruth): Step<Said>[] {
  const told = job.runs.filter((run) => run.toldAt !== null && run.finishedAt !== null && run.status !== "skipped");
  const byTelling = told.toSorted((a, b) => (a.toldAt ?? 0) - (b.toldAt ?? 0));
  const lookBack = Math.max(1, job.job.alertAfter?.of ?? job.job.alertAfter?.failures ?? 1);
  const steps: Step<Said>[] = [];
  let newest: RunTruth[] = [];
  for (const run of byTelling) {
    newest = [...newest, run].sort((a, b) => a.startedAt - b.startedAt).slice(-lookBack);
    const weight = judge(job, newest);
    steps.push({ at: run.toldAt ?? 0, value: { weight, since: sinceOf(weight, newest, steps.at(-1)?.value) } });
  }
  return steps;
}

/** Badness that goes on began when it first was said. */
function sinceOf(weight: Said["weight"], newest: readonly RunTruth[], before: Said | undefined): number {
  const began = Math.min(...newest.map(({ startedAt }) => startedAt));
  if (weight === "no") return SAID_NOTHING.since;
  return before === undefined || before.weight === "no" ? began : Math.min(before.since, began);
}

function judge(job: JobTruth, newest: readonly RunTruth[]): Said["weight"] {
  const weights = newest.map((run) => weigh(job, run));
  const needed = job.job.alertAfter?.failures ?? 1;
  const last = weights.at(-1) ?? "no";
  const failures = weights.filter((weight) => weight === "failed").length;
  if (last === "said" || (last === "failed" && failures >= needed)) return "must";
  return last === "may" || failures >= needed ? "may" : "no";
}

function weigh(job: JobTruth, run: RunTruth): "failed" | "said" | "may" | "fine" {
  if (!isGood(job, run)) return "failed";
  if (job.job.to === undefined && run.found === undefined) return "may";
  if (job.job.to === undefined && run.found !== "ok") return "said";
  if (run.status === "warned") return "said";
  return run.unusual ? "may" : "fine";
}
