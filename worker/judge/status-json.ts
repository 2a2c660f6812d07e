/**
 * The summary as `GET /status.json` tells it: the same values, with instants in RFC 3339. What is the owner's alone is left
 * out for others: an empty list would say that there is none.
 */
import type { Confirmation } from "./confirmation.ts";
import type {
  CopySummary,
  DeadLetter,
  HostSummary,
  IncidentSummary,
  JobSummary,
  SiteSummary,
  Summary,
} from "./summary.ts";

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export function statusJson(summary: Summary) {
  const isOwner = summary.view === "owner";
  const channels = summary.confirmations.map(confirmationJson);
  return {
    generatedAt: instant(summary.generatedAt),
    lastSweepAt: instant(summary.lastSweepAt),
    view: summary.view,
    blindIntervals: summary.blinds.map(({ fromAt, untilAt }) => ({
      fromAt: instant(fromAt),
      untilAt: instant(untilAt),
    })),
    sites: summary.sites.map((site) => siteJson(site, isOwner)),
    ...(isOwner ? { deadLetters: summary.deadLetters.map(letterJson), channels } : {}),
  };
}

function letterJson({ channel, title, end, at, error }: DeadLetter) {
  return { channel, title, end, at: instant(at), error };
}

function confirmationJson({ channel, state, at }: Confirmation) {
  const since = state === "confirmed" ? { confirmedAt: instant(at) } : { unconfirmedSince: instant(at) };
  return { name: channel, state, ...since };
}

function siteJson(site: SiteSummary, isOwner: boolean) {
  const { name, status, loss, tiers, chains } = site;
  const copies = site.copies.map(copyJson);
  const jobs = site.jobs.map((job) => jobJson(job, isOwner));
  const hosts = site.hosts.map((host) => hostJson(host, isOwner));
  const incidents = site.incidents.map((incident) => incidentJson(incident, isOwner));
  return { name, status, loss, tiers, chains, copies, jobs, hosts, incidents };
}

function copyJson({
  dataset,
  tier,
  status,
  reason,
  recoveryAt,
  proven,
  seenAt,
  sampled,
  matched,
  windowSeconds,
}: CopySummary) {
  const proof = { recoveryAt: instant(recoveryAt), proven, seenAt: instant(seenAt), sampled, matched };
  return { dataset, tier, status, reason: reason.code, windowSeconds, ...proof };
}

function jobJson(of: JobSummary, isOwner: boolean) {
  const { host, job, from, to, tier, datasets, status, reason, last, lastGood, dueAt } = of;
  const tool = isOwner ? { tool: of.tool } : {};
  const times = {
    lastStartedAt: instant(last?.startedAt ?? null),
    lastStatus: last?.status ?? null,
    lastSucceededAt: instant(lastGood?.finishedAt ?? null),
    dueAt: instant(dueAt),
  };
  return { name: job, host, ...tool, from, to, tier, datasets, status, reason: reason.code, ...times };
}

function hostJson(of: HostSummary, isOwner: boolean) {
  const { host, status, reason, heardAt, everySeconds, missingRuns, clockOffsetSeconds } = of;
  const known = { name: host, status, reason: reason.code, heardAt: instant(heardAt), everySeconds };
  return isOwner ? { ...known, missingRuns, clockOffsetSeconds } : known;
}

function incidentJson(incident: IncidentSummary, isOwner: boolean) {
  const { id, root, subject, severity, openedAt, closedAt, reason, blocked } = incident;
  const { silenced, acknowledged, snoozedUntil, flapping } = incident;
  const times = { openedAt: instant(openedAt), closedAt: instant(closedAt) };
  const told = isOwner ? { silenced, snoozedUntil: instant(snoozedUntil) } : {};
  return {
    id,
    root,
    subject,
    severity,
    reason: reason.code,
    blocked,
    ...told,
    acknowledged,
    flapping,
    ...times,
  };
}
