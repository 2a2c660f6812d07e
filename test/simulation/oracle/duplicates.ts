/**
 * Rules: one opened alert per cause and channel (one more for each yes of the channel whose record was lost, under the same
 * key); nothing is closed before it was opened; what hangs on a silent host or site says nothing of its own; a site that
 * falls silent is one alert, not one for each host.
 */
import type { Message, Problem, SeenIncident } from "../history.ts";
import { wrongSince } from "./knowledge.ts";
import { valueAt } from "./steps.ts";
import { DELIVERY_EXPIRES_MS, ROUNDING_MS } from "./tolerances.ts";
import { siteKeyOf } from "./truth.ts";
import { rootsFor, type SiteView } from "./view.ts";
import { at as moment } from "./words.ts";

/** `messages` are the site's, in order. */
export function duplicates(view: SiteView, messages: readonly Message[]): Problem[] {
  const byThread = Map.groupBy(messages, ({ incidentId, channel }) => `${incidentId} ${channel}`);
  return [
    ...[...byThread.values()].flatMap((thread) => [...repeated(thread), ...disordered(view, thread)]),
    ...view.incidents.flatMap((incident) => repeatOf(view, incident) ?? suppressible(view, incident) ?? []),
    ...view.incidents.flatMap((incident) => uncollapsed(view, incident) ?? []),
  ];
}

function problem(site: string, subject: string, at: number, text: string): Problem {
  return { kind: "duplicate", at, site, subject, text };
}

/** Of one incident and channel. */
function repeated(thread: readonly Message[]): Problem[] {
  return ["opened", "closed"].flatMap((kind) => {
    const said = thread.filter((message) => message.kind === kind);
    return said.flatMap((message, index) => {
      const before = said.slice(0, index);
      const again = before.some(({ recordLost, key }) => recordLost && key === message.key);
      const lost = before.filter(({ recordLost }) => recordLost).length;
      if (index === 0 || (again && index <= lost)) return [];
      const words = `${message.channel} was told ${index + 1} times that the incident of ${message.root} ${kind}`;
      return [problem(message.site, message.root, message.at, `${words}, again at ${moment(message.at)}`)];
    });
  });
}

function disordered(view: SiteView, thread: readonly Message[]): Problem[] {
  const closed = thread.find(({ kind }) => kind === "closed");
  if (closed === undefined) return [];
  const opened = thread.find(({ kind }) => kind === "opened");
  if (opened !== undefined && opened.at <= closed.at) return [];
  const noticedAt = view.incidentsById.get(closed.incidentId)?.noticedAt ?? closed.at;
  if (opened === undefined && closed.at >= noticedAt + DELIVERY_EXPIRES_MS) return [];
  const text = `${closed.channel} was told at ${moment(closed.at)} that the incident of ${closed.root} closed, and had not been told that it opened`;
  return [problem(closed.site, closed.root, closed.at, text)];
}

/** An incident closed and came back while its subject was wrong all the time. */
function repeatOf(view: SiteView, incident: SeenIncident): Problem | undefined {
  const { root, subject, noticedAt } = incident;
  const same = view.incidentsByRoot.get(root) ?? [];
  const before = same.findLast((other) => other.subject === subject && (other.closedAt ?? noticedAt + 1) <= noticedAt);
  if (before?.closedAt === undefined || before.closedAt === null || before === incident) return undefined;
  const since = wrongSince(view, subject, noticedAt);
  if (since === undefined || since > before.openedAt + ROUNDING_MS) return undefined;
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
  const { root, subject, noticedAt } = incident;
  if (root === siteKeyOf(view.site) || root.startsWith("host:")) return undefined;
  const job = view.jobs.get(subject);
  if (job !== undefined && valueAt(job.said, noticedAt, { weight: "no", since: 0 }).weight !== "no") return undefined;
  const silent = [siteKeyOf(view.site), ...hostsThatMatter(view, root)]
    .flatMap((key) => view.incidentsByRoot.get(key) ?? [])
    .find(
      (wider) =>
        wider.noticedAt <= noticedAt &&
        (wider.closedAt ?? Number.POSITIVE_INFINITY) > noticedAt &&
        wider.openedAt <= incident.openedAt,
    );
  if (silent === undefined) return undefined;
  const text = `${root} was told at ${moment(noticedAt)} while the incident of ${silent.root} was open since ${moment(silent.openedAt)}`;
  return problem(view.site, root, noticedAt, text);
}

function hostsThatMatter(view: SiteView, root: string): string[] {
  const job = view.jobs.get(root);
  if (job !== undefined) return [job.host.key];
  // A copy that several jobs feed speaks for itself while one of them still could.
  const hosts = new Set(view.copies.get(root)?.feeders.map(({ host }) => host.key));
  return hosts.size === 1 ? [...hosts] : [];
}

/** A host that was told alone although the whole site fell silent with it, inside the time the verdict can wait. */
function uncollapsed(view: SiteView, { root, noticedAt, id }: SeenIncident): Problem | undefined {
  const host = view.hosts.find(({ key }) => key === root);
  if (host === undefined || view.hosts.length < 2) return undefined;
  const windowMs = host.everyMs + host.graceMs;
  const lastAt = valueAt(host.life, noticedAt, view.startAt);
  const others = view.hosts.filter((other) => other !== host);
  const together = others.every((other) => {
    const otherLastAt = valueAt(other.life, noticedAt, view.startAt);
    const deadlineAt = otherLastAt + other.everyMs + other.graceMs;
    return (
      otherLastAt <= lastAt + ROUNDING_MS &&
      deadlineAt < lastAt + 2 * windowMs &&
      staysSilent(other.life, noticedAt, deadlineAt)
    );
  });
  if (!together) return undefined;
  const site = (view.incidentsByRoot.get(siteKeyOf(view.site)) ?? []).find(
    (wider) => wider.id !== id && wider.noticedAt >= noticedAt && wider.noticedAt <= lastAt + 3 * windowMs,
  );
  if (site === undefined) return undefined;
  const text = `${root} was told at ${moment(noticedAt)} and the whole site at ${moment(site.noticedAt)}: they fell silent together`;
  return problem(view.site, root, noticedAt, text);
}

function staysSilent(life: readonly { readonly at: number }[], from: number, until: number): boolean {
  return !life.some(({ at }) => at > from && at <= until);
}
