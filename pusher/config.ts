/**
 * `pusher.toml`, read strictly: unknown keys, wrong values and contradictions are faults, each with its line, and all
 * are told at once. What comes out is complete: durations in seconds, paths absolute, every job's settings checked by
 * its kind. Secrets stay references until they are used.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import * as z from "zod/mini";
import type { DepthPolicy } from "../protocol/depth.ts";
import { failed, ok, type Result } from "../protocol/result.ts";
import type { Thresholds } from "../protocol/thresholds.ts";
import { type AlarmConfig, alarmOf } from "./config/alarm.ts";
import { contradictions, type ScheduleFault } from "./config/contradictions.ts";

import { type Fault, faultsOf } from "./config/faults.ts";
import { lineFinder } from "./config/lines.ts";
import { type Rules, rulesOf } from "./config/rules.ts";
import { commonJob, type RawDataset, type RawJob, root } from "./config/schema.ts";
import { reasonOf } from "./files.ts";
import type { Policy, PreparedJob } from "./jobs/kind.ts";
import { KINDS } from "./jobs/kinds.ts";

export interface Config {
  /** Absolute path of pusher.toml, and its folder. */
  readonly file: string;
  readonly folder: string;
  /** Origin of the worker, without a slash at its end. */
  readonly worker: string;
  /** Absolute path of the folder for spool, locks and what the pusher remembers. */
  readonly state: string;
  /** Reference of the host's private key. */
  readonly key: string;
  readonly beat: { readonly everySeconds: number; readonly graceSeconds: number };
  /** Absent when this host has no way of its own to tell its owner. */
  readonly alarm?: AlarmConfig;
  readonly policies: Readonly<Record<string, Policy>>;
  readonly datasets: readonly DatasetConfig[];
  readonly jobs: readonly JobConfig[];
}

export interface DatasetConfig {
  readonly name: string;
  readonly born: string;
  /** Absolute folders where this host sees the dataset, by tier. */
  readonly paths: Readonly<Record<string, string>>;
  /** Command lines that print one file of the dataset (`{path}`), by tier. */
  readonly fetch: Readonly<Record<string, readonly string[]>>;
  readonly samples: number;
}

export interface Carries {
  readonly from: string;
  readonly to: string;
  readonly datasets: readonly string[];
  readonly windowSeconds: number;
  readonly proof: "marker" | "run";
  readonly depth?: DepthPolicy | undefined;
}

/** Without a zone it is the host's own, which only the plan has to know. */
export type ScheduleConfig =
  | { readonly cron: string; readonly zone?: string | undefined }
  | { readonly onCalendar: string; readonly zone?: string | undefined }
  | { readonly everySeconds: number };

export interface JobConfig {
  readonly name: string;
  readonly kind: string;
  readonly schedule: ScheduleConfig;
  readonly graceSeconds: number;
  readonly rules: Rules;
  readonly carries?: Carries;
  readonly tier?: string;
  readonly thresholds?: Thresholds | undefined;
  readonly prepared: PreparedJob;
}

const SAMPLES_DEFAULT = 20;

/**
 * Reads and checks a config file. The failure is every fault, each one line for the owner. Without `scheduleFault` cron
 * expressions and the like are taken as they are: a run does not need them, and checking takes longer than many a job.
 */
export function loadConfig(path: string, scheduleFault?: ScheduleFault): Result<Config, readonly string[]> {
  const file = resolve(path);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return failed([`${path}: cannot be read: ${reasonOf(error)}; name the file with --config FILE`]);
  }
  return checkConfig(text, file, path, scheduleFault);
}

/** Checks a config's text; `shown` is how faults name the file, `file` its absolute path. */
export function checkConfig(
  text: string,
  file: string,
  shown: string,
  scheduleFault?: ScheduleFault,
): Result<Config, readonly string[]> {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const sentence = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    return failed([`${shown}:${error.line}: not valid TOML: ${sentence}`]);
  }
  const checked = check(document, file, scheduleFault);
  if (checked.ok) return checked;
  const lineOf = lineFinder(text);
  const located = checked.failure.map((fault) => ({ line: lineOf(fault.path), text: fault.text }));
  located.sort((a, b) => a.line - b.line);
  return failed(located.map((fault) => `${shown}:${fault.line}: ${fault.text}`));
}

function check(document: unknown, file: string, scheduleFault: ScheduleFault | undefined): Result<Config, Fault[]> {
  const folder = dirname(file);
  const parsed = z.safeParse(root, document);
  const faults = parsed.success ? [] : faultsOf(parsed.error, root, document);
  const jobs = (parsed.success ? (parsed.data.jobs ?? []) : looseJobs(document)).map((job, index) =>
    prepare(job, index, document),
  );
  for (const job of jobs) if (!job.ok) faults.push(...job.failure);
  if (!parsed.success) return failed(faults);
  const { data } = parsed;
  const prepared = jobs.map((job) => (job.ok ? job.value : undefined));
  faults.push(...contradictions(data, prepared, scheduleFault));
  if (faults.length > 0) return failed(faults);
  const datasets = (data.datasets ?? []).map((dataset) => datasetOf(dataset, folder));
  return ok({
    file,
    folder,
    worker: new URL(data.worker).origin,
    state: resolve(folder, data.state ?? "tierwatch-state"),
    key: data.key,
    beat: { everySeconds: data.beat.every, graceSeconds: data.beat.grace },
    ...(data.alarm === undefined ? {} : { alarm: alarmOf(data.alarm) }),
    policies: data.policies ?? {},
    datasets,
    jobs: (data.jobs ?? []).flatMap((job, index) => {
      const own = prepared[index];
      return own === undefined ? [] : [jobOf(job, own, datasets)];
    }),
  });
}

/** The job tables of a document that has faults elsewhere: their own settings are still worth checking. */
function looseJobs(document: unknown): Record<string, unknown>[] {
  const loose = z.safeParse(z.object({ jobs: z.array(z.record(z.string(), z.unknown())) }), document);
  return loose.success ? loose.data.jobs : [];
}

function prepare(job: Record<string, unknown>, index: number, document: unknown): Result<PreparedJob, Fault[]> {
  const path = ["jobs", index];
  if (typeof job.kind !== "string") return failed([]);
  const kind = Object.hasOwn(KINDS, job.kind) ? KINDS[job.kind] : undefined;
  if (kind === undefined) {
    const known = Object.keys(KINDS).join(", ");
    return failed([{ path: [...path, "kind"], text: `there is no kind \`${job.kind}\`; the kinds are ${known}` }]);
  }
  const own = Object.fromEntries(Object.entries(job).filter(([key]) => !Object.hasOwn(commonJob, key)));
  const prepared = kind.prepare(own);
  if (prepared.ok) return prepared;
  return failed(faultsOf(prepared.failure, kind.settings, document, path, Object.keys(commonJob)));
}

function datasetOf(raw: RawDataset, folder: string): DatasetConfig {
  const paths = Object.entries(raw.paths ?? {}).map(([tier, path]) => [tier, resolve(folder, path)] as const);
  return {
    name: raw.name,
    born: raw.born,
    paths: Object.fromEntries(paths),
    fetch: raw.fetch ?? {},
    samples: raw.samples ?? SAMPLES_DEFAULT,
  };
}

function jobOf(raw: RawJob, prepared: PreparedJob, datasets: readonly DatasetConfig[]): JobConfig {
  const carries = carriesOf(raw, datasets);
  return {
    name: raw.name,
    kind: raw.kind,
    schedule: scheduleOf(raw),
    graceSeconds: raw.grace,
    rules: rulesOf(raw),
    ...(carries === undefined ? {} : { carries }),
    ...(raw.tier === undefined ? {} : { tier: raw.tier }),
    thresholds: raw.thresholds,
    prepared,
  };
}

function scheduleOf(raw: RawJob): ScheduleConfig {
  const { cron, on_calendar, zone, every } = raw.schedule;
  if (every !== undefined) return { everySeconds: every };
  return on_calendar === undefined ? { cron: cron ?? "", zone } : { onCalendar: on_calendar, zone };
}

function carriesOf(raw: RawJob, datasets: readonly DatasetConfig[]): Carries | undefined {
  const { from, to, datasets: names, window, depth } = raw;
  if (from === undefined || to === undefined || names === undefined || window === undefined) return undefined;
  return { from, to, datasets: names, windowSeconds: window, proof: raw.proof ?? defaultProof(names, datasets), depth };
}

/** Markers prove a copy where this host takes part in them: it sees every dataset of the job somewhere. */
function defaultProof(names: readonly string[], datasets: readonly DatasetConfig[]): "marker" | "run" {
  const seen = (name: string) =>
    datasets.some((dataset) => dataset.name === name && Object.keys(dataset.paths).length > 0);
  return names.every(seen) ? "marker" : "run";
}
