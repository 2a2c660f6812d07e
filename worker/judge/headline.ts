/**
 * The one sentence that stands above everything: how a site is, in plain words. It never says that all is well while
 * something is unknown. Incidents are titled here for the page; an alert has its own words (say.ts).
 */
import type { RunStatus } from "../../protocol/heartbeat.ts";
import { mostLost } from "./loss.ts";
import { ownReason } from "./own-reason.ts";
import { type IncidentSummary, type SiteSummary, type Summary, sweepIsStale, type TierStatus } from "./summary.ts";
import { copyKey, hostKey, jobKey, type OwnReason, siteKey } from "./watch.ts";
import { list, moment, nameOf, span } from "./words.ts";

/** Watches a sentence names before it counts them. */
const NAMES_MAX = 4;

export interface Headline {
  /** `unproven`: everything says it is ok, but of some copies only their jobs do. */
  readonly status: TierStatus | "unproven";
  readonly text: string;
}

/** Of the whole page. Several sites: the worst of them, named. */
export function pageHeadline(summary: Summary): Headline {
  const [first, ...others] = summary.sites.map((site) => ({ site, ...siteHeadline(site, summary.generatedAt) }));
  if (first === undefined) {
    const text = summary.view === "hiding" ? "What is watched here is private." : "Nothing is watched yet.";
    return { status: "pending", text };
  }
  const bad = [first, ...others].filter(({ status }) => status !== "ok");
  const worst = bad.find(({ site }) => openIncidents(site).length > 0) ?? bad[0];
  if (worst !== undefined) {
    return { status: worst.status, text: others.length === 0 ? worst.text : `${worst.site.name}: ${worst.text}` };
  }
  if (sweepIsStale(summary.lastSweepAt, summary.generatedAt)) {
    const never = summary.lastSweepAt === null;
    const text = never ? "Deadlines were never checked." : "All was well when deadlines were last checked.";
    return { status: "late", text };
  }
  return { status: "ok", text: others.length === 0 ? first.text : `All ${others.length + 1} sites are fresh.` };
}

/** How long it has been well, as far as incidents are kept; null while one is open, and when there never was one. */
export function lastIncident({ sites, generatedAt }: Summary): string | null {
  const all = sites.flatMap(({ incidents }) => incidents);
  const ends = all.flatMap(({ openedAt, closedAt }) => (closedAt === null ? [] : [{ openedAt, closedAt }]));
  const last = ends.sort((a, b) => b.closedAt - a.closedAt)[0];
  if (last === undefined || ends.length < all.length) return null;
  return `The last incident ended ${span(generatedAt - last.closedAt)} ago, after ${span(last.closedAt - last.openedAt)}.`;
}

/** What would be lost, in one sentence: of all sites, since any of them may burn. Null when nothing is copied. */
export function pageLoss({ sites }: Summary): string | null {
  const losses = sites.flatMap((site) =>
    site.losses.map((lost) => (sites.length === 1 ? lost : { ...lost, dataset: `${lost.dataset} at ${site.name}` })),
  );
  return mostLost(losses, sites.length === 1 ? "the site" : "one of them");
}

/** Of one site as of `now`, in milliseconds. */
export function siteHeadline(site: SiteSummary, now: number): Headline {
  const [gravest, ...more] = openIncidents(site);
  if (gravest !== undefined) {
    const others = more.length === 0 ? "" : ` ${more.length} more ${more.length === 1 ? "incident is" : "are"} open.`;
    const status = gravest.severity === "critical" ? "failed" : "degraded";
    return { status, text: `${incidentTitle(gravest, site, now)}.${others}` };
  }
  switch (site.status) {
    case "ok":
      return fresh(site);
    case "pending":
      return { status: "pending", text: `Waiting for the first word of ${named(site)}.` };
    case "late":
      return { status: "late", text: `Nothing is missed, but late: ${named(site)}.` };
    case "paused":
      return { status: "paused", text: `Paused, so not judged: ${named(site)}.` };
    default:
      return { status: site.status, text: `Not well, and not yet looked into: ${named(site)}.` };
  }
}

function fresh({ tiers, copies }: SiteSummary): Headline {
  const text = tiers.length === 1 ? "The one tier is fresh" : `All ${tiers.length} tiers are fresh`;
  const claimed = copies.filter(({ proven }) => !proven).length;
  if (claimed === 0) return { status: "ok", text: `${text}.` };
  return { status: "unproven", text: `${text}, as far as jobs say: ${counted(claimed, "copy")} unproven.` };
}

/** The watches with the site's own status: by name while they are few, else how many of which kind. */
function named(site: SiteSummary): string {
  const { status } = site;
  const names = watchesOf(site, status);
  if (names.length <= NAMES_MAX) return list(names);
  const count = (all: readonly { readonly status: TierStatus }[]) => all.filter((one) => one.status === status).length;
  const kinds = [
    [count(site.hosts), "host"],
    [count(site.jobs), "job"],
    [count(site.copies), "copy"],
  ] as const;
  return list(kinds.flatMap(([n, kind]) => (n === 0 ? [] : [counted(n, kind)])));
}

function counted(n: number, kind: "host" | "job" | "copy"): string {
  return n === 1 ? `1 ${kind}` : `${n} ${kind === "copy" ? "copies" : `${kind}s`}`;
}

function watchesOf(site: SiteSummary, status: TierStatus): string[] {
  const of = <One extends { readonly status: TierStatus }>(all: readonly One[], key: (one: One) => string) =>
    all.filter((one) => one.status === status).map((one) => nameOf(key(one)));
  return [
    ...of(site.hosts, ({ host }) => hostKey(host)),
    ...of(site.jobs, ({ host, job }) => jobKey(host, job)),
    ...of(site.copies, ({ dataset, tier }) => copyKey(dataset, tier)),
  ];
}

/** The gravest first; among equals the one that began first. */
export function openIncidents(site: SiteSummary): IncidentSummary[] {
  const rank = ({ severity }: IncidentSummary) => (severity === "critical" ? 0 : 1);
  return site.incidents
    .filter(({ closedAt }) => closedAt === null)
    .sort((a, b) => rank(a) - rank(b) || a.openedAt - b.openedAt);
}

/** What is wrong and where, without a full stop: `Staging has not moved for 31 h: sync on nas says it succeeded 2 h ago`. */
export function incidentTitle(incident: IncidentSummary, site: SiteSummary, now: number): string {
  const { root, reason, closedAt } = incident;
  const speaks = closedAt !== null || root === siteKey(site.name) || root.startsWith("host:");
  const stuck = speaks ? null : stuckCopy(root, site, now);
  if (stuck === null) return titleAlone(incident, site.name, now);
  return `${stuck}: ${hopWords(incident, ownReason(reason), site, now)}`;
}

/** The same for who has not read the rest of the site. */
export function titleAlone(incident: Told, site: string, now: number): string {
  const { root, reason, closedAt } = incident;
  const own = ownReason(reason);
  const [is, at] = closedAt === null ? ["is", now] : ["was", closedAt];
  if (root === siteKey(site)) return `${site} ${is} silent: no host was heard of${since(own, at)}`;
  return root.startsWith("host:") ? `${nameOf(root)} ${is} silent${since(own, at)}` : failure(incident, own);
}

type Told = Pick<IncidentSummary, "root" | "subject" | "reason" | "closedAt">;

function since(own: OwnReason, at: number): string {
  return own.code === "overdue" && own.lastAt !== null ? ` for ${span(at - own.lastAt)}` : "";
}

/** The oldest copy that missed its window because of this hop: data says more than jobs do. */
function stuckCopy(root: string, site: SiteSummary, now: number): string | null {
  const missed = site.copies.filter(
    (copy) => copy.status === "missed" && (copy.feeds.includes(root) || copyKey(copy.dataset, copy.tier) === root),
  );
  const [oldest] = missed.sort((a, b) => (a.recoveryAt ?? 0) - (b.recoveryAt ?? 0));
  if (oldest === undefined) return null;
  const { dataset, tier, recoveryAt } = oldest;
  if (recoveryAt === null) return `${dataset} never arrived in ${tier}`;
  const whose = site.chains.filter(({ tiers }) => tiers.includes(tier)).length > 1 ? ` (${dataset})` : "";
  return `${tier.slice(0, 1).toUpperCase()}${tier.slice(1)} has not moved for ${span(now - recoveryAt)}${whose}`;
}

/** What the job of a stuck hop did meanwhile. One that succeeds and moves nothing is the failure nobody else sees. */
function hopWords(incident: IncidentSummary, own: OwnReason, site: SiteSummary, now: number): string {
  const job = site.jobs.find(({ host, job }) => jobKey(host, job) === incident.root);
  if (!incident.subject.startsWith("copy:") || own.code === "mismatch") return failure(incident, own);
  const good = job?.status === "ok" ? job.lastGood : null;
  if (good === null) return `${nameOf(incident.root)} brings nothing new`;
  return `${nameOf(incident.root)} says it succeeded ${span(now - good.finishedAt)} ago`;
}

function failure({ root, subject, closedAt }: Omit<Told, "reason">, own: OwnReason): string {
  switch (own.code) {
    case "reading":
      return withoutStop(own.text);
    case "mismatch":
      return `${nameOf(subject)} ${closedAt === null ? "differs" : "differed"} from its source`;
    case "run":
      return `${nameOf(root)} ${OUTCOMES[own.status]}: ${withoutStop(own.text)}`;
    case "anomaly":
      return `${nameOf(root)} is unusual: ${withoutStop(own.text)}`;
    case "depth":
      return `${nameOf(subject)} ${withoutStop(own.text)}`;
    case "too_fast":
      return `${nameOf(root)} ended after ${span(own.tookSeconds * 1000)}, too soon to have done its work`;
    case "overrun":
      return `${nameOf(root)} began and never told its end`;
    case "not_started":
      return `${nameOf(root)} did not begin in time`;
    case "overdue":
      if (subject.startsWith("copy:")) return `${nameOf(subject)} missed its window`;
      if (closedAt !== null) return `${nameOf(root)} missed its time`;
      return own.lastAt === null
        ? `${nameOf(root)} never ran well`
        : `${nameOf(root)} has not run well since ${moment(own.lastAt)}`;
    default:
      return subject.startsWith("copy:") ? `${nameOf(subject)} missed its window` : `${nameOf(root)} missed its time`;
  }
}

const OUTCOMES: Record<RunStatus, string> = {
  started: "began",
  succeeded: "succeeded",
  warned: "ended with a warning",
  failed: "failed",
  timed_out: "took too long",
  skipped: "was skipped",
};

function withoutStop(text: string): string {
  return text.trim().replace(/\.$/, "");
}
