/** The summary as `GET /status.json` tells it: the same values, with instants in RFC 3339. */
import type { ChannelProof } from "./channel-proof.ts";
import type { CopySummary, HostSummary, IncidentSummary, JobSummary, SiteSummary, Summary } from "./summary.ts";

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export function statusJson(summary: Summary) {
  return {
    generatedAt: instant(summary.generatedAt),
    lastSweepAt: instant(summary.lastSweepAt),
    blindIntervals: summary.blinds.map(({ fromAt, untilAt }) => ({
      fromAt: instant(fromAt),
      untilAt: instant(untilAt),
    })),
    deadLetters: summary.deadLetters.map(({ at, ...letter }) => ({ ...letter, at: instant(at) })),
    sites: summary.sites.map(siteJson),
    channels: summary.proofs.map(proofJson),
  };
}

function proofJson({ channel, state, at }: ChannelProof) {
  const since = state === "proven" ? { provenAt: instant(at) } : { unprovenSince: instant(at) };
  return { name: channel, state, ...since };
}

function siteJson(site: SiteSummary) {
  const { name, status, loss, tiers, chains } = site;
  const copies = site.copies.map(copyJson);
  const jobs = site.jobs.map(jobJson);
  const hosts = site.hosts.map(hostJson);
  return { name, status, loss, tiers, chains, copies, jobs, hosts, incidents: site.incidents.map(incidentJson) };
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

function jobJson({ host, job, tool, from, to, tier, datasets, status, reason, last, lastGood, dueAt }: JobSummary) {
  const times = {
    lastStartedAt: instant(last?.startedAt ?? null),
    lastStatus: last?.status ?? null,
    lastSucceededAt: instant(lastGood?.finishedAt ?? null),
    dueAt: instant(dueAt),
  };
  return { name: job, host, tool, from, to, tier, datasets, status, reason: reason.code, ...times };
}

function hostJson({ host, status, reason, heardAt, everySeconds, missingRuns, clockOffsetSeconds }: HostSummary) {
  return {
    name: host,
    status,
    reason: reason.code,
    heardAt: instant(heardAt),
    everySeconds,
    missingRuns,
    clockOffsetSeconds,
  };
}

function incidentJson(incident: IncidentSummary) {
  const { id, root, subject, severity, openedAt, closedAt, reason, blocked } = incident;
  const { silenced, acknowledged, snoozedUntil, flapping } = incident;
  const times = { openedAt: instant(openedAt), closedAt: instant(closedAt) };
  const told = { silenced, acknowledged, snoozedUntil: instant(snoozedUntil), flapping };
  return { id, root, subject, severity, reason: reason.code, blocked, ...told, ...times };
}
