/** Which runs count for a job's deadline, and since when somebody could know of them. */

import { slotBefore } from "./slots.ts";
import { firstAtLeast, grow, type Spell, type Step, staleSpells, valueAt } from "./steps.ts";
import { EARLY_START_MS, SECOND } from "./tolerances.ts";
import type { JobTruth, RunTruth } from "./truth.ts";

/** A run did its work: it ended well, and not sooner than it can have. */
export function isGood(job: JobTruth, run: RunTruth): boolean {
  const tookMs = (run.finishedAt ?? 0) - run.startedAt;
  const longEnough = tookMs >= (job.job.minRuntimeSeconds ?? 0) * SECOND;
  return (run.status === "succeeded" || run.status === "warned") && longEnough;
}

/** A run whose slot needs no other: a good one, or a failure of a kind that the plan tolerates a few of. */
function answers(job: JobTruth, run: RunTruth): boolean {
  if (run.finishedAt === null || run.status === "skipped") return false;
  return job.job.alertAfter === undefined ? isGood(job, run) : true;
}

/** When a slot was answered: the earliest end (or telling) of a run that began for it or later. */
interface Answered {
  readonly startedAt: number;
  readonly at: number;
}

/**
 * For each run that answers, in order of start, the earliest `when` of it and all that began later. A host whose clock is ahead
 * begins early, and for the slot that its clock shows: of two starts the later one counts.
 */
function answered(job: JobTruth, when: (run: RunTruth) => number | null): Answered[] {
  const begun = job.runs
    .map((run) => ({ run, startedAt: run.startedAt + Math.max(0, valueAt(job.host.clock, run.startedAt, 0)) }))
    .sort((a, b) => b.startedAt - a.startedAt);
  const list: Answered[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  for (const { run, startedAt } of begun) {
    const at = answers(job, run) ? when(run) : null;
    if (at === null) continue;
    earliest = Math.min(earliest, at);
    list.push({ startedAt, at: earliest });
  }
  return list.reverse();
}

/** When the slot was answered; Infinity when it never was. */
function slotAnsweredAt(list: readonly Answered[], slot: number): number {
  return firstAtLeast(list, slot - EARLY_START_MS, ({ startedAt }) => startedAt)?.at ?? Number.POSITIVE_INFINITY;
}

/** Start of the newest run that counts, as it was known from each instant on. */
export function newestStart(job: JobTruth, when: (run: RunTruth) => number | null): Step<number>[] {
  const known = job.runs.flatMap((run) => {
    const at = answers(job, run) ? when(run) : null;
    return at === null ? [] : [{ at, startedAt: run.startedAt }];
  });
  const steps: Step<number>[] = [];
  for (const { at, startedAt } of known.sort((a, b) => a.at - b.at)) grow(steps, at, startedAt);
  return steps;
}

/** The spells in which a slot's grace was over and no run had answered it by `when`. */
export function missSpells(
  job: JobTruth,
  when: (run: RunTruth) => number | null,
  { startAt, endAt }: { readonly startAt: number; readonly endAt: number },
): Spell[] {
  const graceMs = job.job.graceSeconds * SECOND;
  const { schedule } = job.job;
  if ("everySeconds" in schedule) {
    return staleSpells(newestStart(job, when), schedule.everySeconds * SECOND + graceMs, startAt, endAt);
  }
  const list = answered(job, when);
  const spells: Spell[] = [];
  for (const slot of job.slots ?? []) {
    const from = slot + graceMs;
    const until = Math.min(slotAnsweredAt(list, slot), endAt);
    const last = spells.at(-1);
    if (until <= from) continue;
    if (last !== undefined && from <= last.until) spells[spells.length - 1] = { from: last.from, until };
    else spells.push({ from, until });
  }
  return spells;
}

/** The slot that a look at `at` must have seen answered: the last one whose grace is over. */
export function lastDueSlot(job: JobTruth, at: number): number | undefined {
  return job.slots === undefined ? undefined : slotBefore(job.slots, at - job.job.graceSeconds * SECOND);
}
