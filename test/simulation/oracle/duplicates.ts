/**
 * Rules: one cause is one incident. It does not come again while nothing has changed; what hangs on a silent host or site
 * says nothing of its own, nor before the host had time to deliver when it is back; a site that falls silent is one
 * incident, not one for each host.
 */
import type { Problem, SeenIncident } from "../history.ts";
import { hostOf, isSilent, wrongSince } from "./knowledge.ts";
import { valueAt } from "./steps.ts";
import { BLIND_MAYBE_AFTER_MS, NOTICE_WITHIN_MS, ROUNDING_MS, SWEEP_LASTS_MS } from "./tolerances.ts";
import { type HostTruth, siteKeyOf } from "./truth.ts";
import { rootsFor, type SiteView } from "./view.ts";
import { timeToDeliver } from "./waits.ts";
import { at as moment } from "./words.ts";
import { clockSlack } from "./wrong-clocks.ts";

export function duplicates(view: SiteView): Problem[] {
  return view.incidents.flatMap(
    (incident) => repeatOf(view, incident) ?? suppressible(view, incident) ?? uncollapsed(view, incident) ?? [],
  );
}

function problem(site: string, subject: string, at: number, text: string): Problem {
  return { kind: "duplicate", at, site, subject, text };
}

/** An incident closed and came back while its subject was wrong all the time. */
function repeatOf(view: SiteView, incident: SeenIncident): Problem | undefined {
  const { root, subject, noticedAt } = incident;
  const same = view.incidentsByRoot.get(root) ?? [];
  const before = same.findLast((other) => other.subject === subject && (other.closedAt ?? noticedAt + 1) <= noticedAt);
  if (before?.closedAt === undefined || before.closedAt === null || before === incident) return undefined;
  const since = wrongSince(view, subject, noticedAt);
  if (since === undefined || since > before.openedAt + ROUNDING_MS) return undefined;
  // What the plan tolerated when it closed (a first failure) may have become too much since.
  if (wrongSince(view, subject, before.closedAt + SWEEP_LASTS_MS) === undefined) return undefined;
  if (widerBetween(view, incident, before.closedAt)) return undefined;
  const text = `the incident of ${root} closed at ${moment(before.closedAt)} and came again at ${moment(noticedAt)}, while ${subject} was wrong all the time since ${moment(since)}`;
  return problem(view.site, root, noticedAt, text);
}

/** Something wider that covers the subject stood open between: the thing may speak for itself again after it. */
function widerBetween(view: SiteView, { root, subject, noticedAt }: SeenIncident, closedAt: number): boolean {
  const others = [...rootsFor(view, subject)].filter((key) => key !== root);
  return others
    .flatMap((key) => view.incidentsByRoot.get(key) ?? [])
    .some((wider) => wider.noticedAt <= noticedAt && (wider.closedAt ?? Number.POSITIVE_INFINITY) >= closedAt);
}

/** A job or copy that spoke up though the silence of its host or site, told already, is why it went wrong. */
function suppressible(view: SiteView, incident: SeenIncident): Problem | undefined {
  const { root, subject, openedAt, noticedAt } = incident;
  if (root === siteKeyOf(view.site) || root.startsWith("host:")) return undefined;
  const job = view.jobs.get(subject);
  if (job !== undefined && valueAt(job.said, noticedAt + SWEEP_LASTS_MS, { weight: "no", since: 0 }).weight !== "no")
    return undefined;
  const saidBy = noticedAt - Math.min(...view.hosts.map(({ everyMs }) => everyMs));
  const silent = [siteKeyOf(view.site), ...hostsThatMatter(view, root)]
    .flatMap((key) => view.incidentsByRoot.get(key) ?? [])
    .find((wider) => wider.openedAt <= openedAt && wider.noticedAt <= noticedAt && endsAfter(wider, openedAt, saidBy));
  if (silent === undefined) return undefined;
  const end = silent.closedAt === null || silent.closedAt > noticedAt ? "is open" : `closed ${moment(silent.closedAt)}`;
  const text = `${root} was told at ${moment(noticedAt)}, though the incident of ${silent.root} since ${moment(silent.openedAt)} ${end} and explains it`;
  return problem(view.site, root, noticedAt, text);
}

/** A silence that stood open at the deadline, and until just now: within a beat nobody had time to deliver. */
function endsAfter({ closedAt }: SeenIncident, deadlineAt: number, saidBy: number): boolean {
  return closedAt === null || (closedAt > deadlineAt && closedAt > saidBy);
}

function hostsThatMatter(view: SiteView, root: string): string[] {
  const job = view.jobs.get(root);
  if (job !== undefined) return [job.host.key];
  // A copy that several jobs feed speaks for itself while one of them still could.
  const hosts = new Set(view.copies.get(root)?.feeders.map(({ host }) => host.key));
  return hosts.size === 1 ? [...hosts] : [];
}

/** A host that was told alone although the whole site was silent, or fell silent with it while the verdict could wait. */
function uncollapsed(view: SiteView, { root, noticedAt }: SeenIncident): Problem | undefined {
  const host = hostOf(view, root);
  if (host === undefined || inCatchUp(view, noticedAt)) return undefined;
  const siteWide = view.hosts.every((other) =>
    isSilent(view, other, noticedAt, -ROUNDING_MS - slackOf(view, other, noticedAt)),
  );
  if (siteWide) {
    const text = `${root} was told alone at ${moment(noticedAt)}, when every host of the site was silent`;
    return problem(view.site, root, noticedAt, text);
  }
  const site = fellSilentTogether(view, host, noticedAt);
  if (site === undefined) return undefined;
  const text = `${root} was told at ${moment(noticedAt)} and the whole site at ${moment(site.noticedAt)}: they fell silent together`;
  return problem(view.site, root, noticedAt, text);
}

function slackOf(view: SiteView, host: HostTruth, at: number): number {
  return clockSlack(view, host.key, at, at);
}

/** Just after a blind interval, from the sweep on that ends it, what fell into it is judged at different times. */
function inCatchUp(view: SiteView, at: number): boolean {
  const stop = view.clocks.stopBefore(at + SWEEP_LASTS_MS, BLIND_MAYBE_AFTER_MS);
  return stop !== undefined && stop.until + timeToDeliver(view) + NOTICE_WITHIN_MS > at;
}

/** The incident of the site that follows, when no other host was heard of since this one. */
function fellSilentTogether(view: SiteView, host: HostTruth, noticedAt: number): SeenIncident | undefined {
  const windowMs = host.everyMs + host.graceMs;
  const lastAt = valueAt(host.life, noticedAt, view.startAt);
  const others = view.hosts.filter((other) => other !== host);
  const together = others.every((other) => {
    const otherLastAt = valueAt(other.life, noticedAt, view.startAt);
    const deadlineAt = otherLastAt + other.everyMs + other.graceMs;
    const gone = !other.life.some(({ at }) => at > noticedAt && at <= deadlineAt);
    return otherLastAt <= lastAt + ROUNDING_MS && deadlineAt < lastAt + 2 * windowMs && gone;
  });
  if (!together) return undefined;
  const followed = (view.incidentsByRoot.get(siteKeyOf(view.site)) ?? []).filter((site) => site.noticedAt >= noticedAt);
  return followed.find((site) => site.noticedAt <= lastAt + 3 * windowMs);
}
