/** What each table says is well formed, but do they fit together? */
import { DATASETS_MAX, JOBS_MAX } from "../../protocol/limits.ts";
import { nearest } from "../../protocol/nearest.ts";
import type { PreparedJob } from "../jobs/kind.ts";
import { type Fault, placeOf } from "./faults.ts";
import type { Path } from "./lines.ts";
import { ruleFaults } from "./rules.ts";
import type { RawDataset, RawJob, Root } from "./schema.ts";

/** What is wrong with the texts of a schedule (config/schedule-fault.ts), or undefined. */
export type ScheduleFault = (schedule: RawJob["schedule"]) => string | undefined;

/** Every contradiction in a document whose tables are each well formed; `prepared` are its jobs, those that could be. */
export function contradictions(
  root: Root,
  prepared: readonly (PreparedJob | undefined)[],
  scheduleFault: ScheduleFault | undefined,
): Fault[] {
  const jobs = root.jobs ?? [];
  const datasets = root.datasets ?? [];
  return [
    ...tooMany("jobs", jobs.length, JOBS_MAX),
    ...tooMany("datasets", datasets.length, DATASETS_MAX),
    ...repeated("jobs", jobs),
    ...repeated("datasets", datasets),
    ...datasets.flatMap((dataset, index) => ofDataset(dataset, index)),
    ...jobs.flatMap((job, index) => ofJob(job, index, datasets, scheduleFault)),
    ...prepared.flatMap((job, index) => ofPolicies(job, index, root)),
    ...jobs.flatMap((job, index) => ofDepth(job, index, prepared[index])),
    ...jobs.flatMap((job, index) => ofRestored(job, index, prepared[index], datasets)),
  ].map((fault) => ({ path: fault.path, text: `${placeOf(tableOf(fault.path), root)}: ${fault.text}` }));
}

function tableOf(path: Path): Path {
  return path.slice(0, 2);
}

function tooMany(table: string, found: number, most: number): Fault[] {
  return found > most ? [{ path: [table, most], text: `more than ${most} ${table}` }] : [];
}

function repeated(table: string, entries: readonly { readonly name: string }[]): Fault[] {
  return entries.flatMap((entry, index) =>
    entries.findIndex((other) => other.name === entry.name) < index
      ? [{ path: [table, index, "name"], text: `the name \`${entry.name}\` is used twice` }]
      : [],
  );
}

function ofDataset(dataset: RawDataset, index: number): Fault[] {
  const both = Object.keys(dataset.fetch ?? {}).filter((tier) => Object.hasOwn(dataset.paths ?? {}, tier));
  const without = Object.entries(dataset.fetch ?? {}).filter(([, argv]) => !argv.some((arg) => arg.includes("{path}")));
  return [
    ...both.map((tier) => ({
      path: ["datasets", index, "fetch"],
      text: `tier \`${tier}\` has both a path and a fetch; keep one`,
    })),
    ...without.map(([tier]) => ({
      path: ["datasets", index, "fetch"],
      text: `the fetch of tier \`${tier}\` has no {path}: it says which file to print`,
    })),
  ];
}

const CARRYING = ["from", "to", "datasets", "window"] as const;

function ofJob(
  job: RawJob,
  index: number,
  datasets: readonly RawDataset[],
  scheduleFault: ScheduleFault | undefined,
): Fault[] {
  const at = (key: string): Path => ["jobs", index, key];
  const faults: Fault[] = [
    ...ofSchedule(job, at("schedule"), scheduleFault),
    ...ruleFaults(job).map(({ key, text }) => ({ path: at(key), text })),
  ];
  const given = CARRYING.filter((key) => job[key] !== undefined);
  const carries = given.length > 0 || job.proof !== undefined || job.depth !== undefined;
  if (carries && given.length < CARRYING.length) {
    const lacking = CARRYING.filter((key) => job[key] === undefined).map((key) => `\`${key}\``);
    faults.push({ path: ["jobs", index], text: `a job that carries data also needs ${lacking.join(", ")}` });
  }
  if (carries && job.tier !== undefined) {
    faults.push({ path: at("tier"), text: "`tier` is for a job that only looks; this one carries data" });
  }
  if (carries && job.thresholds !== undefined) {
    faults.push({ path: at("thresholds"), text: "`thresholds` are for a job that only looks; this one carries data" });
  }
  if (job.from !== undefined && job.from === job.to) {
    faults.push({ path: at("to"), text: `\`from\` and \`to\` are the same tier \`${job.from}\`` });
  }
  for (const name of job.datasets ?? []) faults.push(...ofCarried(name, job, at("datasets"), datasets));
  return faults;
}

function ofCarried(name: string, job: RawJob, path: Path, datasets: readonly RawDataset[]): Fault[] {
  const dataset = datasets.find((candidate) => candidate.name === name);
  if (dataset === undefined) return [{ path, text: noDataset(name, datasets) }];
  if (dataset.born !== job.to) return [];
  return [{ path, text: `\`${name}\` is born in \`${dataset.born}\`; no job can carry it there` }];
}

const SCHEDULES =
  '`schedule` is one of { cron = "0 2 * * *" }, { on_calendar = "Mon..Fri 02:00" } and { every = "15m" }; the first two ' +
  'may name a zone = "Europe/Berlin"';

function ofSchedule(job: RawJob, path: Path, scheduleFault: ScheduleFault | undefined): Fault[] {
  const { cron, on_calendar, zone, every } = job.schedule;
  const ways = [cron, on_calendar, every].filter((way) => way !== undefined).length;
  if (ways !== 1 || (every !== undefined && zone !== undefined)) return [{ path, text: SCHEDULES }];
  const fault = scheduleFault?.(job.schedule);
  return fault === undefined ? [] : [{ path, text: fault }];
}

/** A depth that nobody tells would never be judged. */
function ofDepth(job: RawJob, index: number, prepared: PreparedJob | undefined): Fault[] {
  if (job.depth === undefined || prepared === undefined || prepared.tellsDepth) return [];
  return [
    { path: ["jobs", index, "depth"], text: `a job of kind \`${job.kind}\` does not tell how far back a copy reaches` },
  ];
}

/** A drill restores one dataset from the tier it looks at, so this host has to know how that is read. */
function ofRestored(
  job: RawJob,
  index: number,
  own: PreparedJob | undefined,
  datasets: readonly RawDataset[],
): Fault[] {
  if (own?.restores === undefined) return [];
  const { tier } = job;
  if (tier === undefined) {
    return [{ path: ["jobs", index], text: "a restore drill needs `tier`, the tier that it restores from" }];
  }
  const path: Path = ["jobs", index, "dataset"];
  const dataset = datasets.find(({ name }) => name === own.restores);
  if (dataset === undefined) return [{ path, text: noDataset(own.restores, datasets) }];
  if (Object.hasOwn(dataset.fetch ?? {}, tier) || Object.hasOwn(dataset.paths ?? {}, tier)) return [];
  return [
    {
      path,
      text: `\`${dataset.name}\` has neither a fetch nor a path for tier \`${tier}\`: add one under [[datasets]]`,
    },
  ];
}

function noDataset(name: string, datasets: readonly RawDataset[]): string {
  const meant = nearest(
    name,
    datasets.map((candidate) => candidate.name),
  );
  const hint = meant === undefined ? "; add it under [[datasets]]" : `; did you mean \`${meant}\`?`;
  return `there is no dataset \`${name}\`${hint}`;
}

function ofPolicies(job: PreparedJob | undefined, index: number, root: Root): Fault[] {
  const known = Object.keys(root.policies ?? {});
  return (job?.policies ?? [])
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: ["jobs", index],
      text: `there is no policy \`${name}\`; add [policies.${name}]`,
    }));
}
