/**
 * A history, sorted by whom it concerns: what each host, job and copy truly did, and what the worker had been told of it by
 * when. One pass over the happenings; everything after it looks things up.
 */
import { type CarryingJob, carries, type Job } from "../../../protocol/plan.ts";
import type { Happening, History, SimulatedSite } from "../history.ts";
import { slotsOf } from "./slots.ts";
import { grow, type Step } from "./steps.ts";
import { SECOND } from "./tolerances.ts";

export interface HostTruth {
  readonly key: string;
  readonly everyMs: number;
  readonly graceMs: number;
  /** The newest instant the host is known to have lived at, as the worker learnt it. */
  readonly life: Step<number>[];
  /** How far its clock is ahead of true time. */
  readonly clock: Step<number>[];
  /** When disks of it lost what they had taken since. */
  readonly disks: { readonly at: number; readonly since: number }[];
}

export type RunStatus = Extract<Happening, { kind: "finished" }>["status"];

export interface RunTruth {
  readonly run: string;
  readonly startedAt: number;
  finishedAt: number | null;
  status: RunStatus | null;
  unusual: boolean;
  /** When the worker first heard of the run at all, and when of its end. */
  heardAt: number | null;
  toldAt: number | null;
  /** What a looking job had to find: the same from the run's start to its end, or undefined. */
  found: "ok" | "warning" | "critical" | undefined;
}

export interface JobTruth {
  readonly key: string;
  readonly job: Job;
  readonly host: HostTruth;
  /** Undefined for an interval. */
  readonly slots: readonly number[] | undefined;
  /** In order of their start. */
  readonly runs: RunTruth[];
}

export interface CopyTruth {
  readonly key: string;
  readonly dataset: string;
  readonly tier: string;
  readonly windowMs: number;
  /** The jobs that carry the dataset here. */
  readonly feeders: JobTruth[];
  /** True when some feeder promises markers: the copy's age is proven, not claimed. */
  readonly proven: boolean;
  /** The newest data it holds; the newest that was sighted; and of these, the newest whose birth was told too. */
  readonly held: Step<number>[];
  readonly sighted: Step<number>[];
  readonly told: Step<number>[];
  /** Hosts that ever told of it. */
  readonly sighters: Set<HostTruth>;
}

export interface SiteTruth {
  readonly site: string;
  readonly hosts: ReadonlyMap<string, HostTruth>;
  readonly jobs: ReadonlyMap<string, JobTruth>;
  readonly copies: ReadonlyMap<string, CopyTruth>;
  readonly runs: ReadonlyMap<string, { readonly run: RunTruth; readonly job: JobTruth }>;
}

interface Draft extends SiteTruth {
  readonly runs: Map<string, { readonly run: RunTruth; readonly job: JobTruth }>;
  /** What each looking job would find now, and its runs that have not ended, by job. */
  readonly states: Map<string, "ok" | "warning" | "critical">;
  readonly running: Map<string, Set<RunTruth>>;
  /** Births told, by dataset; sightings that wait for theirs, by dataset and birth. */
  readonly births: Set<string>;
  readonly unborn: Map<string, CopyTruth[]>;
}

const hostKeyOf = (host: string) => `host:${host}`;
const jobKeyOf = (host: string, job: string) => `job:${host}/${job}`;
export const copyKeyOf = (dataset: string, tier: string) => `copy:${dataset}/${tier}`;
export const siteKeyOf = (site: string) => `site:${site}`;

/** Every site's truth, by site. */
export function truthOf(history: History): ReadonlyMap<string, SiteTruth> {
  const sites = new Map(history.sites.map((site) => [site.site, draftOf(site, history)]));
  for (const happening of history.happenings) {
    if (!("site" in happening) || happening.site === null) continue;
    const draft = sites.get(happening.site);
    if (draft === undefined) throw new Error(`a happening at ${happening.site}, which is no site of this history`);
    take(draft, happening);
  }
  return sites;
}

function draftOf(site: SimulatedSite, { startAt, endAt }: History): Draft {
  const hosts = new Map<string, HostTruth>();
  const jobs = new Map<string, JobTruth>();
  const copies = new Map<string, CopyTruth>();
  for (const { host, plan } of site.hosts) {
    const { everySeconds, graceSeconds } = plan.beat;
    const truth = { key: hostKeyOf(host), everyMs: everySeconds * SECOND, graceMs: graceSeconds * SECOND };
    hosts.set(host, { ...truth, life: [], clock: [], disks: [] });
  }
  for (const { host, plan } of site.hosts) {
    for (const job of plan.jobs) {
      const slots = slotsOf(job.schedule, startAt, endAt);
      const truth = { key: jobKeyOf(host, job.name), job, host: known(hosts, host), slots, runs: [] };
      jobs.set(truth.key, truth);
      if (carries(job)) feed(copies, truth, job);
    }
  }
  const running = new Map([...jobs.keys()].map((key) => [key, new Set<RunTruth>()]));
  const empty = { runs: new Map(), states: new Map(), running, births: new Set<string>(), unborn: new Map() };
  return { site: site.site, hosts, jobs, copies, ...empty };
}

function feed(copies: Map<string, CopyTruth>, feeder: JobTruth, job: CarryingJob): void {
  for (const dataset of job.datasets) {
    const key = copyKeyOf(dataset, job.to);
    const before = copies.get(key);
    const windowMs = Math.max(before?.windowMs ?? 0, job.windowSeconds * SECOND);
    const feeders = [...(before?.feeders ?? []), feeder];
    const proven = before?.proven === true || job.proof === "marker";
    const grown = { held: [], sighted: [], told: [], sighters: new Set<HostTruth>() };
    copies.set(key, { key, dataset, tier: job.to, windowMs, feeders, proven, ...grown });
  }
}

function known<Value>(map: ReadonlyMap<string, Value>, key: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the history speaks of ${key}, which is in no plan`);
  return value;
}

function take(draft: Draft, happening: Happening): void {
  switch (happening.kind) {
    case "started":
      begin(draft, happening);
      return;
    case "finished":
      finish(draft, happening);
      return;
    case "data": {
      const copy = draft.copies.get(copyKeyOf(happening.dataset, happening.tier));
      if (copy !== undefined) grow(copy.held, happening.at, happening.bornAt);
      return;
    }
    case "state":
      draft.states.set(jobKeyOf(happening.host, happening.job), happening.verdict);
      for (const run of known(draft.running, jobKeyOf(happening.host, happening.job))) {
        if (run.found !== happening.verdict) run.found = undefined;
      }
      return;
    case "heard":
      hear(draft, happening);
      return;
    case "clock":
      known(draft.hosts, happening.host).clock.push({ at: happening.at, value: happening.offsetMs });
      return;
    case "disk":
      known(draft.hosts, happening.host).disks.push({ at: happening.at, since: happening.since });
      return;
    default:
      return;
  }
}

function begin(draft: Draft, { run, host, job, at }: Extract<Happening, { kind: "started" }>): void {
  const owner = known(draft.jobs, jobKeyOf(host, job));
  const found = draft.states.get(owner.key) ?? "ok";
  const truth = {
    run,
    startedAt: at,
    finishedAt: null,
    status: null,
    unusual: false,
    heardAt: null,
    toldAt: null,
    found,
  };
  owner.runs.push(truth);
  known(draft.running, owner.key).add(truth);
  draft.runs.set(run, { run: truth, job: owner });
}

function finish(draft: Draft, { run, at, status, unusual }: Extract<Happening, { kind: "finished" }>): void {
  const { run: truth, job } = known(draft.runs, run);
  known(draft.running, job.key).delete(truth);
  truth.finishedAt = at;
  truth.status = status;
  truth.unusual = unusual ?? false;
}

function hear(draft: Draft, { at, host, madeAt, runs, seen, born }: Extract<Happening, { kind: "heard" }>): void {
  const speaker = known(draft.hosts, host);
  grow(speaker.life, at, madeAt);
  for (const id of runs) {
    const { run } = known(draft.runs, id);
    run.heardAt ??= at;
    if (run.finishedAt !== null && run.finishedAt <= madeAt) run.toldAt ??= at;
  }
  for (const { dataset, bornAt } of born ?? []) bear(draft, `${dataset} ${bornAt}`, bornAt, at);
  for (const { dataset, tier, bornAt } of seen) {
    const copy = known(draft.copies, copyKeyOf(dataset, tier));
    copy.sighters.add(speaker);
    grow(copy.sighted, at, bornAt);
    const birth = `${dataset} ${bornAt}`;
    if (born === undefined || draft.births.has(birth)) grow(copy.told, at, bornAt);
    else draft.unborn.set(birth, [...(draft.unborn.get(birth) ?? []), copy]);
  }
}

function bear(draft: Draft, birth: string, bornAt: number, at: number): void {
  draft.births.add(birth);
  for (const copy of draft.unborn.get(birth) ?? []) grow(copy.told, at, bornAt);
  draft.unborn.delete(birth);
}
