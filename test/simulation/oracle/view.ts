/** One site of a history with everything the rules look up, each computed once. */

import { carries } from "../../../protocol/plan.ts";
import type { History, SeenIncident } from "../history.ts";
import { newestStart } from "./answers.ts";
import type { Clocks } from "./clocks.ts";
import { type Said, saidBy } from "./failures.ts";
import { grow, type Step } from "./steps.ts";
import {
  type CopyTruth,
  copyKeyOf,
  type HostTruth,
  type JobTruth,
  type RunTruth,
  type SiteTruth,
  siteKeyOf,
} from "./truth.ts";

export interface JobView extends JobTruth {
  /** Start of the newest run that counts, as told; of the newest run at all, as heard. */
  readonly toldStart: readonly Step<number>[];
  readonly heardStart: readonly Step<number>[];
  readonly said: readonly Step<Said>[];
}

export interface SiteView {
  readonly site: string;
  readonly startAt: number;
  readonly endAt: number;
  readonly clocks: Clocks;
  readonly hosts: readonly HostTruth[];
  readonly jobs: ReadonlyMap<string, JobView>;
  readonly copies: ReadonlyMap<string, CopyTruth>;
  /** What may stand for a thing in an incident, by its key. */
  readonly roots: ReadonlyMap<string, ReadonlySet<string>>;
  readonly runs: SiteTruth["runs"];
  readonly incidents: readonly SeenIncident[];
  readonly incidentsById: ReadonlyMap<string, SeenIncident>;
  /** In order of their notice. */
  readonly incidentsByRoot: ReadonlyMap<string, readonly SeenIncident[]>;
}

export function viewOf(
  history: History,
  truth: SiteTruth,
  incidents: readonly SeenIncident[],
  clocks: Clocks,
): SiteView {
  const inOrder = incidents.toSorted((a, b) => a.noticedAt - b.noticedAt);
  const jobs = new Map([...truth.jobs].map(([key, job]) => [key, jobView(job)]));
  const copies = new Map([...truth.copies].map(([key, copy]) => [key, copyView(copy)]));
  const keys = [...[...truth.hosts.values()].map(({ key }) => key), ...jobs.keys(), ...copies.keys()];
  return {
    site: truth.site,
    startAt: history.startAt,
    endAt: history.endAt,
    clocks,
    hosts: [...truth.hosts.values()],
    jobs,
    copies,
    roots: new Map(keys.map((key) => [key, rootsOf(truth.site, jobs, copies, key)])),
    runs: truth.runs,
    incidents: inOrder,
    incidentsById: new Map(incidents.map((incident) => [incident.id, incident])),
    incidentsByRoot: Map.groupBy(inOrder, ({ root }) => root),
  };
}

function jobView(job: JobTruth): JobView {
  const heard = job.runs.flatMap(({ heardAt, startedAt }) => (heardAt === null ? [] : [{ at: heardAt, startedAt }]));
  const heardStart: Step<number>[] = [];
  for (const { at, startedAt } of heard.sort((a, b) => a.at - b.at)) grow(heardStart, at, startedAt);
  return { ...job, toldStart: newestStart(job, ({ toldAt }) => toldAt), heardStart, said: saidBy(job) };
}

/** A copy that nobody sights is as new as the whole runs that feed it claim; one that warned left something behind. */
function copyView(copy: CopyTruth): CopyTruth {
  if (copy.proven) return copy;
  const whole = ({ status, toldAt }: RunTruth) => (status === "succeeded" ? toldAt : null);
  const claims = copy.feeders.flatMap((job) => newestStart(job, whole));
  const told: Step<number>[] = [];
  for (const { at, value } of claims.sort((a, b) => a.at - b.at)) grow(told, at, value);
  return { ...copy, sighted: told, told };
}

/** The jobs a copy's data comes through, the nearest hop first. */
export function hopsTo(copies: ReadonlyMap<string, CopyTruth>, copy: CopyTruth): JobTruth[][] {
  const hops: JobTruth[][] = [];
  const seen = new Set<string>();
  let here: CopyTruth | undefined = copy;
  while (here !== undefined && !seen.has(here.key)) {
    seen.add(here.key);
    hops.push(here.feeders);
    const from: string | undefined = here.feeders.flatMap(({ job }) => (carries(job) ? [job.from] : []))[0];
    here = from === undefined ? undefined : copies.get(copyKeyOf(copy.dataset, from));
  }
  return hops;
}

type Jobs = ReadonlyMap<string, JobTruth>;
type Copies = ReadonlyMap<string, CopyTruth>;

/** A thing itself, its host, its site, and for a copy whatever its data comes through. */
function rootsOf(site: string, jobs: Jobs, copies: Copies, key: string): Set<string> {
  const roots = new Set([key, siteKeyOf(site)]);
  const job = jobs.get(key);
  const copy = copies.get(key);
  for (const root of job === undefined ? [] : [job.host.key, ...fedBy(job)]) roots.add(root);
  for (const feeder of copy === undefined ? [] : hopsTo(copies, copy).flat()) {
    roots.add(feeder.key).add(feeder.host.key);
    for (const fed of fedBy(feeder)) if (copies.get(fed)?.dataset === copy?.dataset) roots.add(fed);
  }
  for (const host of copy === undefined ? [] : seersOf(jobs, copy)) roots.add(host.key);
  return roots;
}

/** Hosts that tell of a copy; while none ever did, those that read from it. */
function seersOf(jobs: Jobs, { dataset, tier, sighters }: CopyTruth): Iterable<HostTruth> {
  if (sighters.size > 0) return sighters;
  const readers = [...jobs.values()].filter(
    ({ job }) => carries(job) && job.from === tier && job.datasets.includes(dataset),
  );
  return readers.map(({ host }) => host);
}

/** Copies that a job carries data to: a hop that several jobs feed is named by its copy. */
function fedBy({ job }: JobTruth): string[] {
  return carries(job) ? job.datasets.map((dataset) => copyKeyOf(dataset, job.to)) : [];
}

/** What may stand for a thing in an incident; of something that is in no plan only itself. */
export function rootsFor(view: SiteView, key: string): ReadonlySet<string> {
  return view.roots.get(key) ?? new Set([key]);
}

/** The hosts whose silence a thing may hang on. */
export function hostsOf(view: SiteView, key: string): HostTruth[] {
  const roots = rootsFor(view, key);
  return view.hosts.filter((host) => roots.has(host.key));
}
