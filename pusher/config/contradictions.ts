/** What each table says is well formed, but do they fit together? */
import { Cron } from "croner";
import { DATASETS_MAX, JOBS_MAX } from "../../protocol/limits.ts";
import type { PreparedJob } from "../jobs/kind.ts";
import { type Fault, inTable } from "./faults.ts";
import type { Path } from "./lines.ts";
import { nearest } from "./nearest.ts";
import type { RawDataset, RawJob, Root } from "./schema.ts";

/** Every contradiction in a document whose tables are each well formed; `prepared` are its jobs, those that could be. */
export function contradictions(root: Root, prepared: readonly (PreparedJob | undefined)[]): Fault[] {
  const jobs = root.jobs ?? [];
  const datasets = root.datasets ?? [];
  return [
    ...tooMany("jobs", jobs.length, JOBS_MAX),
    ...tooMany("datasets", datasets.length, DATASETS_MAX),
    ...repeated("jobs", jobs),
    ...repeated("datasets", datasets),
    ...datasets.flatMap((dataset, index) => ofDataset(dataset, index)),
    ...jobs.flatMap((job, index) => ofJob(job, index, datasets)),
    ...prepared.flatMap((job, index) => ofPolicies(job, index, root)),
  ].map((fault) => ({ path: fault.path, text: fault.text + inTable(tableOf(fault.path), root) }));
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

function ofJob(job: RawJob, index: number, datasets: readonly RawDataset[]): Fault[] {
  const at = (key: string): Path => ["jobs", index, key];
  const faults: Fault[] = [...ofSchedule(job, at("schedule"))];
  const given = CARRYING.filter((key) => job[key] !== undefined);
  const carries = given.length > 0 || job.proof !== undefined;
  if (carries && given.length < CARRYING.length) {
    const lacking = CARRYING.filter((key) => job[key] === undefined).map((key) => `\`${key}\``);
    faults.push({ path: ["jobs", index], text: `a job that carries data also needs ${lacking.join(", ")}` });
  }
  if (carries && job.tier !== undefined) {
    faults.push({ path: at("tier"), text: "`tier` is for a job that only looks; this one carries data" });
  }
  if (job.from !== undefined && job.from === job.to) {
    faults.push({ path: at("to"), text: `\`from\` and \`to\` are the same tier \`${job.from}\`` });
  }
  for (const name of job.datasets ?? []) faults.push(...ofCarried(name, job, at("datasets"), datasets));
  return faults;
}

function ofCarried(name: string, job: RawJob, path: Path, datasets: readonly RawDataset[]): Fault[] {
  const dataset = datasets.find((candidate) => candidate.name === name);
  if (dataset === undefined) {
    const meant = nearest(
      name,
      datasets.map((candidate) => candidate.name),
    );
    const hint = meant === undefined ? "; add it under [[datasets]]" : `; did you mean \`${meant}\`?`;
    return [{ path, text: `there is no dataset \`${name}\`${hint}` }];
  }
  if (dataset.born !== job.to) return [];
  return [{ path, text: `\`${name}\` is born in \`${dataset.born}\`; no job can carry it there` }];
}

/** Whether an expression ever names a time does not hang on today. */
const SOME_DAY = new Date("2024-01-01T00:00:00Z");

function ofSchedule(job: RawJob, path: Path): Fault[] {
  const { cron, zone, every } = job.schedule;
  const known =
    every === undefined ? cron !== undefined && zone !== undefined : cron === undefined && zone === undefined;
  if (!known) {
    return [{ path, text: '`schedule` is { cron = "0 2 * * *", zone = "Europe/Berlin" } or { every = "15m" }' }];
  }
  if (cron === undefined || zone === undefined) return [];
  try {
    const next = new Cron(cron, { timezone: zone, paused: true, mode: "5-part" }).nextRun(SOME_DAY);
    return next === null ? [{ path, text: `the cron expression "${cron}" names no time that ever comes` }] : [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ path, text: `the schedule "${cron}" in zone "${zone}" is not understood (${why})` }];
  }
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
