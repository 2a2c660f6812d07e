/** All that the page of one job shows, read by keys and by the index of its own runs. */
import { type Act, actsOf } from "../judge/acts.ts";
import type { Blind } from "../judge/blind.ts";
import { historyFrom, type PastRun } from "../judge/days.ts";
import type { LoggedRun } from "../judge/past-run.ts";
import { copyKey, hostKey, type JobFacts, type JobSpec, jobKey, type Watch } from "../judge/watch.ts";
import { actsOfSites } from "./acts.ts";
import { blindsSince } from "./blinds.ts";
import type { Database } from "./database.ts";
import { incidentsOfRoot } from "./incident-history.ts";
import { type JobName, outcomesSince, runsBefore } from "./runs.ts";
import { lastSweepAt } from "./sweeps.ts";
import type { KeptIncident } from "./verdicts.ts";
import { watchesByKey } from "./watches.ts";

/** Ninety days of a run each hour, and some more. A job that runs more often shows fewer days. */
const OUTCOMES_MAX = 2_500;
const PAGE_RUNS = 25;
const INCIDENTS_MAX = 5;

export interface JobHistory {
  readonly spec: JobSpec;
  readonly facts: JobFacts;
  /** The job's, its host's, and those of the copies that it feeds. */
  readonly watches: readonly Watch[];
  readonly incidents: readonly KeptIncident[];
  readonly acts: readonly Act[];
  readonly blinds: readonly Blind[];
  readonly lastSweepAt: number | null;
  readonly outcomes: readonly PastRun[];
  /** From when on all runs are among the outcomes. */
  readonly knownAt: number;
  readonly runs: readonly LoggedRun[];
  /** There are older runs than those. */
  readonly hasOlder: boolean;
}

/** Null when no such job is watched. `beforeAt`: runs are shown that began before. */
export async function readJob(db: Database, of: JobName, beforeAt: number, now: number): Promise<JobHistory | null> {
  const key = jobKey(of.host, of.job);
  const own = await watchesByKey(db, of.site, [key, hostKey(of.host)]);
  const watch = own.find((one) => one.key === key);
  if (watch?.spec.kind !== "job" || watch.facts.kind !== "job") return null;
  const { spec, facts } = watch;
  const { to } = spec;
  const fed = to === undefined ? [] : spec.datasets.map((dataset) => copyKey(dataset, to));
  const sinceAt = historyFrom(now);
  const [copies, incidents, acts, blinds, sweptAt, outcomes, runs] = await Promise.all([
    fed.length === 0 ? [] : watchesByKey(db, of.site, fed),
    incidentsOfRoot(db, of.site, key, INCIDENTS_MAX),
    actsOfSites(db, [of.site], sinceAt),
    blindsSince(db, sinceAt),
    lastSweepAt(db),
    outcomesSince(db, of, sinceAt, OUTCOMES_MAX),
    runsBefore(db, of, beforeAt, PAGE_RUNS + 1),
  ]);
  const oldest = outcomes[0];
  return {
    spec,
    facts,
    watches: [...own, ...copies],
    incidents,
    acts: actsOf(acts, watch),
    blinds,
    lastSweepAt: sweptAt,
    outcomes,
    knownAt: outcomes.length < OUTCOMES_MAX || oldest === undefined ? sinceAt : oldest.startedAt,
    runs: runs.slice(0, PAGE_RUNS),
    hasOlder: runs.length > PAGE_RUNS,
  };
}
