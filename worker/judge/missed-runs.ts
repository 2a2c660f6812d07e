/** How many runs of a job did not happen while its incident lasted: what the closing alert tells. */
import { RUNS_MAX } from "./merge.ts";
import { EARLY_MAX_MS, nextSlot } from "./schedule.ts";
import type { JobFacts, JobSpec } from "./watch.ts";

/** Nobody reads a number beyond this as more than "many". */
const COUNT_MAX = 1_000;

/** Slots from `fromAt` on, before `untilAt`, in which no run began; 0 when the runs that are kept do not reach back so far. */
export function missedRuns(spec: JobSpec, facts: JobFacts, fromAt: number, untilAt: number): number {
  const [oldest] = facts.runs;
  if (facts.runs.length >= RUNS_MAX && oldest !== undefined && oldest.startedAt > fromAt) return 0;
  const starts = facts.runs.filter(({ status }) => status !== "skipped").map(({ startedAt }) => startedAt);
  let missed = 0;
  let slot: number | null = fromAt;
  while (slot !== null && slot < untilAt && missed < COUNT_MAX) {
    const next: number | null = nextSlot(spec.schedule, slot, false);
    const period = (next ?? Number.POSITIVE_INFINITY) - slot;
    // As in the schedule: a slot is answered by a run that began at it, a little before it, or before the next one.
    const from = slot - Math.min(EARLY_MAX_MS, period / 4);
    if (!starts.some((at) => at >= from && at < from + period)) missed += 1;
    slot = next;
  }
  return missed;
}
