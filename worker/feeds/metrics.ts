/**
 * What is known, for Prometheus: text format 0.0.4, or OpenMetrics 1.0 where it is asked for. All are gauges, in base units.
 * A status is a set of states, of which one is 1. What is unknown has no value; it is never 0.
 */
import type { CopySummary, HostSummary, JobSummary, SiteSummary, Summary, TierStatus } from "../judge/summary.ts";

/** How many deliveries wait in a channel. */
export interface Waiting {
  readonly channel: string;
  readonly waiting: number;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [Labels, number | null | undefined];
/** Name, help, and the samples that there are. */
type Family = readonly [string, string, readonly Sample[]];

const STATES: readonly TierStatus[] = ["ok", "degraded", "late", "missed", "failed", "blocked", "paused", "pending"];

export const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
export const OPEN_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** The whole exposition; `now` in milliseconds. */
export function metrics(summary: Summary, waiting: readonly Waiting[], now: number, open = false): string {
  const families: Family[] = [
    ["last_sweep_timestamp_seconds", "When deadlines were last looked at.", [[{}, seconds(summary.lastSweepAt)]]],
    ...siteFamilies(summary.sites),
    ...copyFamilies(
      each(summary.sites, ({ copies }) => copies),
      now,
    ),
    ...hostFamilies(each(summary.sites, ({ hosts }) => hosts)),
    ...jobFamilies(each(summary.sites, ({ jobs }) => jobs)),
    ...readingFamilies(each(summary.sites, ({ jobs }) => jobs)),
    [
      "deliveries_pending",
      "Alerts that wait to be handed over.",
      waiting.map((of) => [{ channel: of.channel }, of.waiting]),
    ],
  ];
  const text = families.map(family).join("");
  return open ? `${text}# EOF\n` : text;
}

type Of<One> = readonly { readonly site: string; readonly of: One }[];

function each<One>(sites: readonly SiteSummary[], of: (site: SiteSummary) => readonly One[]): Of<One> {
  return sites.flatMap((site) => of(site).map((one) => ({ site: site.name, of: one })));
}

function siteFamilies(sites: readonly SiteSummary[]): Family[] {
  const open = (site: SiteSummary, severity: string): Sample => {
    const these = site.incidents.filter((incident) => incident.closedAt === null && incident.severity === severity);
    return [{ site: site.name, severity }, these.length];
  };
  return [
    ["site_status", "How a site is: its worst watch.", sites.flatMap((of) => states({ site: of.name }, of.status))],
    [
      "tier_status",
      "How a tier is: its worst copy or reading.",
      each(sites, ({ tiers }) => tiers).flatMap(({ site, of }) => states({ site, tier: of.name }, of.status)),
    ],
    ["incidents_open", "Incidents that are open.", sites.flatMap((of) => [open(of, "critical"), open(of, "warning")])],
  ];
}

function copyFamilies(copies: Of<CopySummary>, now: number): Family[] {
  const value = (of: (copy: CopySummary) => Sample[1]): Sample[] =>
    copies.map(({ site, of: copy }) => [{ site, dataset: copy.dataset, tier: copy.tier }, of(copy)]);
  const age = ({ recoveryAt }: CopySummary) => seconds(recoveryAt === null ? null : now - recoveryAt);
  return [
    [
      "copy_status",
      "How a copy of a dataset is.",
      copies.flatMap(({ site, of }) => states({ site, dataset: of.dataset, tier: of.tier }, of.status)),
    ],
    [
      "copy_recovery_point_timestamp_seconds",
      "The newest time whose data is there.",
      value(({ recoveryAt }) => seconds(recoveryAt)),
    ],
    ["copy_recovery_point_age_seconds", "How old the newest data of a copy is.", value(age)],
    ["copy_window_seconds", "How old it may become.", value(({ windowSeconds }) => windowSeconds)],
    ["copy_proven", "1 when a marker proves it, 0 when only a job says so.", value(({ proven }) => Number(proven))],
  ];
}

function hostFamilies(hosts: Of<HostSummary>): Family[] {
  const named = ({ site, of }: Of<HostSummary>[number]) => ({ site, host: of.host });
  return [
    ["host_status", "How a host is.", hosts.flatMap((one) => states(named(one), one.of.status))],
    [
      "host_heard_timestamp_seconds",
      "When a host was last heard of.",
      hosts.map((one) => [named(one), seconds(one.of.heardAt)]),
    ],
  ];
}

function jobFamilies(jobs: Of<JobSummary>): Family[] {
  const value = (of: (job: JobSummary) => Sample[1]): Sample[] => jobs.map((one) => [jobLabels(one), of(one.of)]);
  const took = ({ last }: JobSummary) => seconds(last === null ? null : last.finishedAt - last.startedAt);
  return [
    ["job_status", "How a job is.", jobs.flatMap((one) => states(jobLabels(one), one.of.status))],
    [
      "job_last_run_timestamp_seconds",
      "When its last run ended, however it ended.",
      value(({ last }) => seconds(last?.finishedAt ?? null)),
    ],
    [
      "job_last_success_timestamp_seconds",
      "When its last good run ended.",
      value(({ lastGood }) => seconds(lastGood?.finishedAt ?? null)),
    ],
    ["job_last_run_duration_seconds", "How long its last run took.", value(took)],
    ["job_last_run_bytes", "Bytes that its last run moved.", value(({ last }) => last?.bytes)],
    ["job_last_run_files", "Files that its last run moved.", value(({ last }) => last?.files)],
    ["job_due_timestamp_seconds", "When it is late unless something comes.", value(({ dueAt }) => seconds(dueAt))],
  ];
}

const POOL_CAPACITY = /^pool\.(.+)\.capacity$/s;

function readingFamilies(jobs: Of<JobSummary>): Family[] {
  const all = jobs.flatMap((one) => one.of.readings.map((reading) => ({ labels: jobLabels(one), reading })));
  const numbers = all.flatMap(({ labels, reading: { name, value, unit } }): Sample[] =>
    typeof value === "number" ? [[{ ...labels, reading: name, unit: unit ?? "" }, value]] : [],
  );
  const words = all.flatMap(({ labels, reading: { name, value } }): Sample[] =>
    typeof value === "string" ? [[{ ...labels, reading: name, state: value }, 1]] : [],
  );
  const pools = all.flatMap(({ labels, reading: { name, value } }): Sample[] => {
    const pool = POOL_CAPACITY.exec(name)?.[1];
    return pool === undefined || typeof value !== "number" ? [] : [[{ ...labels, pool }, value / 100]];
  });
  const verdicts = all.flatMap(({ labels, reading: { name, verdict } }) =>
    ["ok", "warning", "critical"].map(
      (one): Sample => [{ ...labels, reading: name, verdict: one }, Number(one === verdict)],
    ),
  );
  return [
    ["pool_capacity_ratio", "How full a pool is.", pools],
    ["reading_value", "A number that a job read.", numbers],
    ["reading_state", "A state that a job read.", words],
    ["reading_verdict", "What its host thinks of it.", verdicts],
  ];
}

function jobLabels({ site, of }: Of<JobSummary>[number]): Labels {
  return { site, host: of.host, job: of.job };
}

/** One sample a state; the one that holds is 1. */
function states(labels: Labels, holds: TierStatus): Sample[] {
  return STATES.map((status) => [{ ...labels, status }, Number(status === holds)]);
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function family([name, help, samples]: Family): string {
  const lines = samples.flatMap(([labels, value]) =>
    value === null || value === undefined ? [] : [`tierwatch_${name}${labelText(labels)} ${value}\n`],
  );
  if (lines.length === 0) return "";
  return `# HELP tierwatch_${name} ${help}\n# TYPE tierwatch_${name} gauge\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const all = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}
