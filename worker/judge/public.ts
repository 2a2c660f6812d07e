/**
 * What everybody may know of a site that is public: names, states and ages. This is the allow-list, and the only one: each
 * public value is built here field by field, so a new field of a summary does not compile until somebody decides here
 * whether it is public. What tools printed, readings, sizes, channels and the settings' faults are the owner's.
 */
import type { CopySummary, HostSummary, IncidentSummary, JobSummary, SiteSummary, Summary } from "./summary.ts";
import { copyKey, hostKey, jobKey, type OwnReason, type Reason, type RunFact } from "./watch.ts";
import { nameOf } from "./words.ts";

/** Names of sites. */
export type Sites = "all" | readonly string[];

/** In place of faults: that something is wrong is public, lest good news look better than it is. */
const FAULTS = ["Something about Tierwatch itself is not as it should be. Its owner sees what."];
/** In place of what a tool said. */
const UNTOLD = "its owner sees why";

export function publicSummary(summary: Summary, sites: Sites): Summary {
  const seen = summary.sites.filter(({ name }) => sites === "all" || sites.includes(name));
  return {
    generatedAt: summary.generatedAt,
    lastSweepAt: summary.lastSweepAt,
    view: seen.length === 0 && summary.sites.length > 0 ? "hiding" : "public",
    faults: summary.faults.length === 0 ? [] : FAULTS,
    blinds: summary.blinds.map(({ fromAt, untilAt }) => ({ fromAt, untilAt })),
    sites: seen.map(publicSite),
    deadLetters: [],
    confirmations: [],
  };
}

function publicSite(site: SiteSummary): SiteSummary {
  return {
    name: site.name,
    status: site.status,
    // It names datasets and ages.
    loss: site.loss,
    losses: site.losses.map(({ dataset, ageMs, proven }) => ({ dataset, ageMs, proven })),
    tiers: site.tiers.map(({ name, status }) => ({ name, status })),
    chains: site.chains.map(({ dataset, born, tiers }) => ({ dataset, born, tiers })),
    copies: site.copies.map(publicCopy),
    jobs: site.jobs.map(publicJob),
    hosts: site.hosts.map(publicHost),
    incidents: site.incidents.map(publicIncident),
    // When nobody is told is for nobody else to know.
    held: [],
  };
}

function publicCopy(copy: CopySummary): CopySummary {
  return {
    dataset: copy.dataset,
    tier: copy.tier,
    status: copy.status,
    reason: publicReason(copyKey(copy.dataset, copy.tier), copy.reason),
    recoveryAt: copy.recoveryAt,
    proven: copy.proven,
    seenAt: copy.seenAt,
    sampled: copy.sampled,
    matched: copy.matched,
    windowSeconds: copy.windowSeconds,
    // How far back it reaches is an age, too.
    depth: copy.depth === null ? null : { versions: copy.depth.versions, oldestAt: copy.depth.oldestAt },
    feeds: copy.feeds,
  };
}

function publicJob(job: JobSummary): JobSummary {
  return {
    host: job.host,
    job: job.job,
    // Which software runs there is nobody's business.
    tool: "",
    from: job.from,
    to: job.to,
    tier: job.tier,
    datasets: job.datasets,
    status: job.status,
    reason: publicReason(jobKey(job.host, job.job), job.reason),
    runningSince: job.runningSince,
    last: publicRun(job.last),
    lastGood: publicRun(job.lastGood),
    dueAt: job.dueAt,
    readings: [],
    recent: job.recent,
  };
}

function publicRun(run: RunFact | null): RunFact | null {
  if (run === null) return null;
  const { status, startedAt, finishedAt } = run;
  return { id: "", seq: 0, status, startedAt, finishedAt, receivedAt: finishedAt };
}

function publicHost(host: HostSummary): HostSummary {
  return {
    host: host.host,
    status: host.status,
    reason: publicReason(hostKey(host.host), host.reason),
    heardAt: host.heardAt,
    everySeconds: host.everySeconds,
    missingRuns: [],
    clockOffsetSeconds: 0,
  };
}

export function publicIncident(incident: IncidentSummary): IncidentSummary {
  return {
    id: incident.id,
    root: incident.root,
    subject: incident.subject,
    severity: incident.severity,
    openedAt: incident.openedAt,
    closedAt: incident.closedAt,
    reason: publicReason(incident.subject, incident.reason),
    // That somebody knows is good to know; how its owner is told is not for others.
    silenced: false,
    acknowledged: incident.acknowledged,
    snoozedUntil: null,
    flapping: incident.flapping,
    blocked: incident.blocked,
  };
}

/** The same reason without what a tool or a reading said; `key` is the watch that it is of. */
function publicReason(key: string, reason: Reason): Reason {
  switch (reason.code) {
    case "blocked":
      return { code: reason.code, by: reason.by, own: publicOwn(key, reason.own) };
    case "waiting":
      return { code: reason.code, by: reason.by, untilAt: reason.untilAt, own: publicOwn(key, reason.own) };
    case "paused":
      return { code: reason.code, untilAt: reason.untilAt };
    case "catching_up":
      return { code: reason.code, after: reason.after, untilAt: reason.untilAt, own: publicOwn(key, reason.own) };
    default:
      return publicOwn(key, reason);
  }
}

function publicOwn(key: string, own: OwnReason): OwnReason {
  switch (own.code) {
    case "fine":
      return { code: own.code };
    case "never":
      return { code: own.code, deadlineAt: own.deadlineAt };
    case "overdue":
    case "not_started":
      return { code: own.code, dueAt: own.dueAt, deadlineAt: own.deadlineAt, lastAt: own.lastAt };
    case "unseen":
      return { code: own.code, deadlineAt: own.deadlineAt, untilAt: own.untilAt };
    case "overrun":
      return { code: own.code, startedAt: own.startedAt, dueAt: own.dueAt, deadlineAt: own.deadlineAt };
    case "too_fast":
      return { code: own.code, at: own.at, tookSeconds: own.tookSeconds, leastSeconds: own.leastSeconds };
    default:
      return publicText(key, own);
  }
}

type Worded = Extract<OwnReason, { readonly text: string }>;

/** Reasons that carry somebody else's words, each with words of our own that fit the same sentences. */
function publicText(key: string, own: Worded): OwnReason {
  switch (own.code) {
    case "run":
      return { code: own.code, at: own.at, status: own.status, text: UNTOLD, failures: own.failures };
    case "tolerated":
      return { code: own.code, at: own.at, text: UNTOLD, count: own.count, allowed: own.allowed };
    case "anomaly":
      return { code: own.code, at: own.at, text: "what it moved is not as usual" };
    case "depth":
      return { code: own.code, at: own.at, severity: own.severity, text: "does not reach back as far as it should" };
    case "reading":
      return { code: own.code, at: own.at, verdict: own.verdict, text: readingText(key, own.verdict), names: [] };
    case "mismatch":
      return { code: own.code, at: own.at, text: "A sampled file differs from its source" };
  }
}

function readingText(key: string, verdict: string): string {
  return `${nameOf(key)} read something ${verdict === "critical" ? "critical" : "worth a warning"}`;
}
