/**
 * The words of a digest: how old the data is in each tier and what proves it, what is open, what is held back, and what did
 * not arrive. That it comes is itself the news that Tierwatch works, so it says what to do when it does not.
 */
import { type Act, coveredUntil } from "./acts.ts";
import { confirmationWords } from "./confirmation.ts";
import type { Digest } from "./digest.ts";
import type { Routing } from "./route.ts";
import { type Alert, oneLine, title } from "./say.ts";
import type { CopySummary, IncidentSummary, SiteSummary, Summary } from "./summary.ts";
import { list, moment, nameOf, span } from "./words.ts";

/** More copies of one site than this nobody reads; the page has all of them. */
const COPIES_MAX = 40;

/** Alerts that a channel did not take, since the last digest. */
export interface Lost {
  readonly channel: string;
  readonly count: number;
  readonly error: string | null;
}

export interface DigestInput {
  readonly digest: Digest;
  readonly routing: Routing;
  readonly slot: number;
  readonly summary: Summary;
  readonly acts: readonly Act[];
  readonly lost: readonly Lost[];
}

/** The digest of one channel: of the sites and tiers that it hears of, at `summary.generatedAt`. */
export function sayDigest(input: DigestInput): Alert {
  const { digest, routing, slot, summary } = input;
  const now = summary.generatedAt;
  const sites = summary.sites.filter(({ name }) => routing.sites?.includes(name) ?? true);
  const open = sites.flatMap(({ incidents }) => incidents.filter(({ closedAt }) => closedAt === null));
  const lines = [
    ...(sites.length === 0 ? [noSite(routing)] : []),
    ...sites.flatMap((site) => [...siteLines(site, routing, now), ...actLines(site.name, input.acts, now)]),
    ...summary.faults.map((fault) => `To mend: ${fault.replace(/\.$/, "")}.`),
    ...input.lost.map(lostLine),
    ...summary.confirmations.map(
      (confirmation) => `Channel "${confirmation.channel}": ${confirmationWords(confirmation)}.`,
    ),
    signOfLife(digest),
  ];
  return {
    kind: "digest",
    incidentId: `digest@${slot}`,
    site: "",
    root: "monitor",
    severity: "warning",
    title: title(titleOf(digest, sites, open.length, summary.faults.length + input.lost.length)),
    lines: lines.map(oneLine),
    openedAt: slot,
    at: now,
  };
}

function titleOf({ every }: Digest, sites: readonly SiteSummary[], open: number, toMend: number): string {
  const kind = every === "daily" ? "Daily digest" : "Weekly digest";
  const parts = [
    ...(open > 0 ? [counted(open, "open incident")] : []),
    ...(toMend > 0 ? [`${toMend} to mend in Tierwatch`] : []),
  ];
  if (parts.length > 0) return `${kind}: ${parts.join(", ")}`;
  const bad = sites.find(({ status }) => status !== "ok");
  return `${kind}: ${bad === undefined ? "all is well" : `nothing open, ${bad.name} is ${bad.status}`}`;
}

/** A misspelt name looks just like a site that is not watched yet. */
function noSite({ sites }: Routing): string {
  if (sites === null) return "No site is watched yet.";
  return `No site named ${list(sites)} is watched: look at "sites" in this channel's table.`;
}

function siteLines(site: SiteSummary, { tiers }: Routing, now: number): string[] {
  const isHeard = (tier: string) => tiers?.includes(tier) ?? true;
  const copies = site.copies.filter(({ tier }) => isHeard(tier));
  const open = site.incidents.filter(({ closedAt }) => closedAt === null);
  const more = copies.length - COPIES_MAX;
  return [
    `${site.name}: ${site.status}. ${site.loss}`,
    ...site.tiers.filter(({ name }) => isHeard(name)).map((tier) => tierLine(tier.name, tier.status, copies, now)),
    ...copies.slice(0, COPIES_MAX).map((copy) => proofLine(copy, now)),
    ...(more > 0 ? [`And ${more} more copies, on the page.`] : []),
    ...(open.length === 0 ? [`No incident is open at ${site.name}.`] : open.map(incidentLine)),
  ];
}

/** A tier is as good as its worst copy: the one that is nearest to the end of its window, or beyond it. */
function tierLine(tier: string, status: string, copies: readonly CopySummary[], now: number): string {
  const held = copies.filter((copy) => copy.tier === tier);
  const worst = held.reduce<CopySummary | undefined>(
    (bad, copy) => (bad === undefined || used(copy, now) > used(bad, now) ? copy : bad),
    undefined,
  );
  if (worst === undefined) return `${tier}: ${status}.`;
  const { dataset, recoveryAt, windowSeconds } = worst;
  const age = recoveryAt === null ? "never seen there" : `${span(now - recoveryAt)} old`;
  return `${tier}: ${status}. Its oldest data: ${dataset}, ${age}; ${span(windowSeconds * 1000)} are allowed.`;
}

/** How much of its window a copy's age is; what was never seen is worst. */
function used({ recoveryAt, windowSeconds }: CopySummary, now: number): number {
  return recoveryAt === null ? Number.POSITIVE_INFINITY : (now - recoveryAt) / windowSeconds;
}

function proofLine({ dataset, tier, recoveryAt, proven, seenAt, sampled, matched }: CopySummary, now: number): string {
  if (recoveryAt === null) return `- ${dataset} in ${tier}: nothing proves that it can be recovered.`;
  const point = `data of ${moment(recoveryAt)}, ${span(now - recoveryAt)} old`;
  if (!proven) return `- ${dataset} in ${tier}: ${point}; told by its job, not proven by a marker.`;
  const seen = seenAt === null ? "" : `, seen at ${moment(seenAt)}`;
  return `- ${dataset} in ${tier}: ${point}; proven, ${matched} of ${sampled} sampled files as they were${seen}.`;
}

function incidentLine({ root, severity, openedAt, acknowledged, silenced, snoozedUntil }: IncidentSummary): string {
  const notes = [
    severity,
    ...(acknowledged ? ["acknowledged"] : []),
    ...(silenced ? ["silenced"] : []),
    ...(snoozedUntil === null ? [] : [`snoozed until ${moment(snoozedUntil)}`]),
  ];
  return `Open since ${moment(openedAt)}: ${nameOf(root)} (${notes.join(", ")}).`;
}

function actLines(site: string, acts: readonly Act[], now: number): string[] {
  return acts
    .filter((act) => act.site === site)
    .flatMap((act) => {
      const until = coveredUntil([act], act.kind, [act.scope], now);
      if (until === null) return [];
      const end = Number.isFinite(until) ? `until ${moment(until)}` : "until somebody ends it";
      return [`${act.kind === "pause" ? "Paused" : "Silenced"} ${end}: ${nameOf(act.scope)}.`];
    });
}

function lostLine({ channel, count, error }: Lost): string {
  const why = error === null ? "" : `, the last because: ${error}`;
  return `Channel "${channel}" did not take ${counted(count, "alert")}${why}.`;
}

function signOfLife({ every, time, zone }: Digest): string {
  const when = every === "daily" ? "each day" : "each Monday";
  return `This comes ${when} at ${time} (${zone}). If it does not, Tierwatch or this channel does not work: look at the status page, at its /healthz, and at the worker's logs.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
