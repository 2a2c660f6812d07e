/** What the worker could know was wrong at an instant, by what it had been told until then. */
import { SAID_NOTHING } from "./failures.ts";
import { slotAfter } from "./slots.ts";
import { valueAt } from "./steps.ts";
import { EARLY_START_MS, END_TOLD_WITHIN_MS, ROUNDING_MS, SECOND } from "./tolerances.ts";
import type { HostTruth } from "./truth.ts";
import type { JobView, SiteView } from "./view.ts";

export function hostOf(view: SiteView, key: string): HostTruth | undefined {
  return view.hosts.find((host) => host.key === key);
}

/** When a host that says no more counts as silent. */
export function deadlineOf(view: SiteView, host: HostTruth, at: number): number {
  return valueAt(host.life, at, view.startAt) + host.everyMs + host.graceMs;
}

/** Whether a host was silent at `at`, by what had been heard of it then; `slackMs` more may be told of its times. */
export function isSilent(view: SiteView, host: HostTruth, at: number, slackMs: number): boolean {
  return deadlineOf(view, host, at) <= at + slackMs;
}

/**
 * Since when the thing was wrong, by what the worker had been told at `at`; undefined when it was well. `slackMs` is how
 * far the told times may be off.
 */
export function wrongSince(view: SiteView, key: string, at: number, slackMs = ROUNDING_MS): number | undefined {
  const job = view.jobs.get(key);
  const copy = view.copies.get(key);
  const host = hostOf(view, key);
  const since = job
    ? jobWrongSince(view, job, at)
    : copy
      ? valueAt(copy.told, at, view.startAt) + copy.windowMs
      : host
        ? deadlineOf(view, host, at)
        : Number.POSITIVE_INFINITY;
  return since <= at + slackMs ? since : undefined;
}

function jobWrongSince(view: SiteView, job: JobView, at: number): number {
  const said = valueAt(job.said, at, SAID_NOTHING);
  const failing = said.weight === "no" ? Number.POSITIVE_INFINITY : said.since;
  return Math.min(failing, missedSince(view, job, at), unbegunSince(view, job, at), unendedSince(job, at));
}

function missedSince(view: SiteView, { job, slots, toldStart }: JobView, at: number): number {
  const last = valueAt(toldStart, at, view.startAt);
  const graceMs = job.graceSeconds * SECOND;
  if ("everySeconds" in job.schedule) return last + job.schedule.everySeconds * SECOND + graceMs;
  return slotAfter(slots ?? [], last === view.startAt ? last : last + EARLY_START_MS) + graceMs;
}

export function unbegunSince(view: SiteView, { job, slots, heardStart }: JobView, at: number): number {
  if (job.startWithinSeconds === undefined) return Number.POSITIVE_INFINITY;
  const last = valueAt(heardStart, at, view.startAt);
  return slotAfter(slots ?? [], last === view.startAt ? last : last + EARLY_START_MS) + job.startWithinSeconds * SECOND;
}

/** A run that was heard to begin and not to end, though it had its time. One that a later run followed is not waited for. */
export function unendedSince({ job, runs }: JobView, at: number): number {
  const { maxRuntimeSeconds } = job;
  let since = Number.POSITIVE_INFINITY;
  if (maxRuntimeSeconds === undefined) return since;
  for (const { startedAt, heardAt, toldAt, status } of runs.toReversed()) {
    const ended = toldAt !== null && toldAt <= at;
    if (ended && status !== "skipped") break;
    if (heardAt === null || heardAt > at || ended) continue;
    since = Math.min(since, startedAt + maxRuntimeSeconds * SECOND + END_TOLD_WITHIN_MS);
  }
  return since;
}
