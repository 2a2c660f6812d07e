/**
 * What the owner sees on the page, in `status.json` and in the feeds: paths, logs and keys are not in it because nothing here
 * reads them. What everybody may see of it is decided in public.ts.
 */
import type { Reading, RunStatus } from "../../protocol/heartbeat.ts";
import { type Act, type Held, heldAt } from "./acts.ts";
import type { Blind } from "./blind.ts";
import { byDataset, chainOf, joined } from "./chain.ts";
import type { Confirmation } from "./confirmation.ts";
import type { Incident } from "./incident.ts";
import { type Lost, lossOf, lostOf } from "./loss.ts";
import { missingSeqs } from "./merge.ts";
import type { ShownWatch } from "./recent.ts";
import { severityOf } from "./severity.ts";
import type { CopySpec, JobFacts, JobSpec, Reason, RunFact, Status, Watch } from "./watch.ts";

/** The page's own word beside those of watches: it does its work, but something about it is not as it should be. */
export type TierStatus = Status | "degraded";

export interface TierSummary {
  readonly name: string;
  readonly status: TierStatus;
}

export interface CopySummary {
  readonly dataset: string;
  readonly tier: string;
  readonly status: TierStatus;
  readonly reason: Reason;
  readonly recoveryAt: number | null;
  /** Seen and re-hashed by a marker, not only claimed by a job. */
  readonly proven: boolean;
  readonly seenAt: number | null;
  readonly sampled: number;
  readonly matched: number;
  readonly windowSeconds: number;
  /** How far back it reaches, as it was last looked at; null when nobody looked. */
  readonly depth: { readonly versions: number; readonly oldestAt: number | null } | null;
  readonly feeds: readonly string[];
}

export interface JobSummary {
  readonly host: string;
  readonly job: string;
  readonly tool: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly tier: string | null;
  readonly datasets: readonly string[];
  readonly status: TierStatus;
  readonly reason: Reason;
  readonly runningSince: number | null;
  readonly last: RunFact | null;
  readonly lastGood: RunFact | null;
  readonly dueAt: number | null;
  readonly readings: readonly Reading[];
  /** How the newest runs went, oldest first. */
  readonly recent: readonly RunStatus[];
}

export interface HostSummary {
  readonly host: string;
  readonly status: Status;
  readonly reason: Reason;
  readonly heardAt: number | null;
  readonly everySeconds: number;
  /** Numbers of runs that never arrived, at most five of them. */
  readonly missingRuns: readonly number[];
  readonly clockOffsetSeconds: number;
}

export interface IncidentSummary {
  readonly id: string;
  readonly root: string;
  readonly subject: string;
  readonly severity: "warning" | "critical";
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly reason: Reason;
  /** A silence holds its alert back. */
  readonly silenced: boolean;
  readonly acknowledged: boolean;
  readonly snoozedUntil: number | null;
  readonly flapping: boolean;
  /** Keys of the watches that are blocked behind it. */
  readonly blocked: readonly string[];
}

export interface ChainSummary {
  readonly dataset: string;
  readonly born: string;
  /** From the birth tier on. */
  readonly tiers: readonly string[];
}

export interface SiteSummary {
  readonly name: string;
  readonly status: TierStatus;
  /** "If the site were lost now: …" */
  readonly loss: string;
  /** The same by dataset. */
  readonly losses: readonly Lost[];
  readonly tiers: readonly TierSummary[];
  readonly chains: readonly ChainSummary[];
  readonly copies: readonly CopySummary[];
  readonly jobs: readonly JobSummary[];
  readonly hosts: readonly HostSummary[];
  readonly incidents: readonly IncidentSummary[];
  /** Silences and pauses that hold now. */
  readonly held: readonly Held[];
}

/** A delivery that was given up. */
export interface DeadLetter {
  readonly channel: string;
  readonly title: string;
  /** `refused`: its receiver said a no that stays one; `expired`: it was tried for three days. */
  readonly end: "refused" | "expired";
  readonly at: number;
  /** What the receiver said last, without secrets. */
  readonly error: string;
}

export interface Summary {
  readonly generatedAt: number;
  readonly lastSweepAt: number | null;
  /** For whom it is: the owner, or anybody; `hiding`: this reader may see none of what is watched. */
  readonly view: "owner" | "public" | "hiding";
  readonly faults: readonly string[];
  /** When nobody looked at deadlines, the newest first. */
  readonly blinds: readonly Blind[];
  readonly sites: readonly SiteSummary[];
  /** The newest first. */
  readonly deadLetters: readonly DeadLetter[];
  /** What drills showed of the channels; none without drills. */
  readonly confirmations: readonly Confirmation[];
}

export interface SummaryInput {
  readonly now: number;
  readonly lastSweepAt: number | null;
  readonly faults: readonly string[];
  readonly blinds: readonly Blind[];
  readonly deadLetters: readonly DeadLetter[];
  readonly confirmations: readonly Confirmation[];
  readonly watches: readonly ShownWatch[];
  /** Silences and pauses of these sites. */
  readonly acts: readonly Act[];
  readonly incidents: readonly (Incident & { readonly closedAt: number | null })[];
}

/** How long a blind interval stays on the page. */
const BLINDS_SHOWN_MS = 30 * 86_400_000;

/** Older than this the last sweep is no sign of a watch that works. */
const SWEEP_STALE_MS = 300_000;

/** True when deadlines were not looked at lately, or never: statuses may then be older than they look. */
export function sweepIsStale(lastSweepAt: number | null, now: number): boolean {
  return lastSweepAt === null || now - lastSweepAt > SWEEP_STALE_MS;
}

/** From best to worst: a tier is as good as its worst copy. */
const ORDER: readonly TierStatus[] = ["ok", "paused", "pending", "degraded", "late", "blocked", "missed", "failed"];

function worst(statuses: readonly TierStatus[]): TierStatus {
  return statuses.reduce<TierStatus>((bad, next) => (ORDER.indexOf(next) > ORDER.indexOf(bad) ? next : bad), "ok");
}

export function summarize(input: SummaryInput): Summary {
  const bySite = Map.groupBy(input.watches, ({ site }) => site);
  return {
    generatedAt: input.now,
    lastSweepAt: input.lastSweepAt,
    view: "owner",
    faults: input.faults,
    confirmations: input.confirmations,
    deadLetters: input.deadLetters,
    blinds: input.blinds.filter(({ untilAt }) => untilAt > input.now - BLINDS_SHOWN_MS),
    sites: [...bySite.keys()].sort().map((site) => summarizeSite(site, bySite.get(site) ?? [], input)),
  };
}

function summarizeSite(site: string, watches: readonly ShownWatch[], input: SummaryInput): SiteSummary {
  const copies = watches.flatMap(copySummary);
  const jobs = watches.flatMap(jobSummary);
  const specs = watches.flatMap(({ spec }) => (spec.kind === "copy" ? [spec] : []));
  const chains = chainsOf(specs);
  const losses = lostOf(watches, input.now);
  return {
    name: site,
    status: worst(watches.map(shownStatus)),
    loss: lossOf(losses),
    losses,
    tiers: tiersOf(chains, jobs).map((name) => ({ name, status: tierStatus(name, copies, jobs, chains) })),
    chains,
    copies,
    jobs,
    hosts: watches.flatMap(hostSummary),
    incidents: input.incidents.filter((incident) => incident.site === site).map((of) => incidentSummary(of, watches)),
    held: heldAt(
      input.acts.filter((act) => act.site === site),
      input.now,
    ),
  };
}

function shownStatus({ status, reason }: Pick<Watch, "status" | "reason">): TierStatus {
  return status === "failed" && severityOf(reason) === "warning" ? "degraded" : status;
}

function copySummary(watch: Watch): CopySummary[] {
  const { spec, facts, reason } = watch;
  if (spec.kind !== "copy" || facts.kind !== "copy") return [];
  const status = shownStatus(watch);
  const { good } = facts;
  const { dataset, tier, windowSeconds } = spec;
  const proof = {
    recoveryAt: good?.recoveryAt ?? null,
    proven: good !== null && good.marker !== null,
    seenAt: good?.seenAt ?? null,
    sampled: good?.sampled ?? 0,
    matched: good?.matched ?? 0,
  };
  const look = facts.depth[0];
  const depth = look === undefined ? null : { versions: look.versions, oldestAt: look.oldestAt };
  return [{ dataset, tier, status, reason, windowSeconds, depth, feeds: spec.feeds.map(({ key }) => key), ...proof }];
}

function jobSummary(watch: ShownWatch): JobSummary[] {
  const { spec, facts, reason, dueAt, recent } = watch;
  if (spec.kind !== "job" || facts.kind !== "job") return [];
  const status = shownStatus(watch);
  const ended = [facts.good, facts.bad, facts.skipped].filter((run) => run !== null);
  return [
    {
      ...placeOf(spec),
      status,
      reason,
      runningSince: runningSince(facts),
      last: ended.sort((a, b) => b.startedAt - a.startedAt)[0] ?? null,
      lastGood: facts.good,
      dueAt,
      readings: facts.readings?.list ?? [],
      recent,
    },
  ];
}

/** The start of the newest run whose end is not told; of one that a later run followed to its end nobody waits. */
function runningSince({ runs, good, bad }: JobFacts): number | null {
  const endedAt = Math.max(good?.startedAt ?? 0, bad?.startedAt ?? 0);
  return runs.findLast(({ finishedAt, startedAt }) => finishedAt === null && startedAt > endedAt)?.startedAt ?? null;
}

function placeOf({ host, job, tool, from, to, tier, datasets }: JobSpec) {
  return { host, job, tool, from: from ?? null, to: to ?? null, tier: tier ?? null, datasets };
}

function hostSummary({ spec, facts, status, reason }: Watch): HostSummary[] {
  if (spec.kind !== "host" || facts.kind !== "host") return [];
  const { host, everySeconds } = spec;
  const missingRuns = missingSeqs(facts.seqs, 5);
  const clockOffsetSeconds = facts.clockOffset?.seconds ?? 0;
  return [{ host, status, reason, heardAt: facts.heardAt, everySeconds, missingRuns, clockOffsetSeconds }];
}

export function incidentSummary(
  incident: SummaryInput["incidents"][number],
  watches: readonly Watch[],
): IncidentSummary {
  const { id, root, subject, severity, openedAt, closedAt, reason, attention } = incident;
  const blocked = watches
    .filter((watch) => watch.incidentId === id && watch.status === "blocked")
    .map(({ key }) => key);
  const { saidAt, ackedAt, snoozedUntil, flapping } = attention;
  const told = { silenced: saidAt === null, acknowledged: ackedAt !== null, snoozedUntil, flapping };
  return { id, root, subject, severity, openedAt, closedAt, reason, ...told, blocked };
}

function chainsOf(specs: readonly CopySpec[]): ChainSummary[] {
  return byDataset(specs, ({ dataset }) => dataset).flatMap(([dataset, own]) => {
    const tiers = chainOf(own, dataset);
    return tiers[0] === undefined ? [] : [{ dataset, born: tiers[0], tiers }];
  });
}

/** All tiers, in the order of their chains; tiers that only a looking job names come last. */
function tiersOf(chains: readonly ChainSummary[], jobs: readonly JobSummary[]): string[] {
  const looked = jobs.flatMap(({ tier }) => (tier === null ? [] : [tier]));
  return [...new Set([...joined(chains.map(({ tiers }) => tiers)), ...looked])];
}

function tierStatus(
  tier: string,
  copies: readonly CopySummary[],
  jobs: readonly JobSummary[],
  chains: readonly ChainSummary[],
): TierStatus {
  const held = copies.filter((copy) => copy.tier === tier).map(({ status }) => status);
  const read = jobs.filter((job) => job.tier === tier).map(lookStatus);
  const born = chains.some((chain) => chain.born === tier);
  return held.length === 0 && !born && read.length === 0 ? "pending" : worst([...held, ...read]);
}

/** What a looking job says of its tier. That it was never heard of leaves the tier unknown, not well. */
function lookStatus({ status, reason }: JobSummary): TierStatus {
  if (reason.code === "reading") return reason.verdict === "critical" ? "failed" : "degraded";
  return status === "pending" ? "pending" : "ok";
}
