/** How many runs of a job did not happen while its incident lasted: what the closing alert tells. */
import { nextSlot } from "./schedule.ts";
import type { JobFacts, JobSpec } from "./watch.ts";

/** A slot is answered by a run that began at most this much before it. */
const EARLY_MS = 300_000;
/** Nobody reads a number beyond this as more than "many". */
const COUNT_MAX = 1_000;

/** Slots from `fromAt` on, before `untilAt`, in which no run began. */
export function missedRuns(spec: JobSpec, facts: JobFacts, fromAt: number, untilAt: number): number {
  const starts = facts.runs.filter(({ status }) => status !== "skipped").map(({ startedAt }) => startedAt);
  let missed = 0;
  let slot: number | null = fromAt;
  while (slot !== null && slot < untilAt && missed < COUNT_MAX) {
    const next: number | null = nextSlot(spec.schedule, slot, false);
    const [from, until] = [slot - EARLY_MS, (next ?? Number.POSITIVE_INFINITY) - EARLY_MS];
    if (!starts.some((at) => at >= from && at < until)) missed += 1;
    slot = next;
  }
  return missed;
}
