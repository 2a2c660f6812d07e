/**
 * Incidents as an Atom feed (RFC 4287). An entry keeps its id for ever; it is updated when the incident closes, and at no
 * other time, so that a reader shows it twice at most.
 */
import { explain } from "../judge/explain.ts";
import { titleAlone } from "../judge/headline.ts";
import { nextStep } from "../judge/next-step.ts";
import type { IncidentSummary, SiteSummary, Summary } from "../judge/summary.ts";
import { list, moment, nameOf, span } from "../judge/words.ts";

const BLOCKED_MAX = 8;
/** Of a feed without an incident: it never changed. */
const NEVER = 0;

export const ATOM_TYPE = "application/atom+xml; charset=utf-8";

interface Entry {
  readonly site: SiteSummary;
  readonly incident: IncidentSummary;
  readonly updatedAt: number;
}

/** `self` is the feed's own address, `page` the status page's; neither holds a key. */
export function incidentsAtom(summary: Summary, self: string, page: string): string {
  const entries = summary.sites
    .flatMap((site) => site.incidents.map((incident): Entry => ({ site, incident, updatedAt: updatedAt(incident) })))
    .sort((a, b) => b.updatedAt - a.updatedAt || (a.incident.id < b.incident.id ? -1 : 1));
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">` +
    `${element("id", self)}${element("title", "Tierwatch: incidents")}` +
    `${element("updated", instant(entries[0]?.updatedAt ?? NEVER))}` +
    `<author><name>Tierwatch</name></author><link rel="self" type="application/atom+xml" href="${text(self)}"/>` +
    `<link rel="alternate" type="text/html" href="${text(page)}"/>` +
    `${entries.map((entry) => entryXml(entry, page)).join("")}</feed>\n`
  );
}

function updatedAt({ openedAt, closedAt }: IncidentSummary): number {
  return closedAt ?? openedAt;
}

function entryXml({ site, incident, updatedAt }: Entry, page: string): string {
  const { id, severity, openedAt } = incident;
  return (
    `\n<entry>${element("id", `urn:tierwatch:incident:${encodeURIComponent(id)}`)}` +
    `${element("title", titleOf(incident, site.name))}${element("updated", instant(updatedAt))}` +
    `${element("published", instant(openedAt))}<category term="${severity}"/><category term="${text(site.name)}"/>` +
    `<link rel="alternate" type="text/html" href="${text(page)}"/>` +
    `<content type="text">${text(told(incident, site.name).join("\n"))}</content></entry>`
  );
}

function titleOf(incident: IncidentSummary, site: string): string {
  // Ages would change the title at each reading: as of its begin there are none.
  const title = titleAlone(incident, site, incident.openedAt);
  return incident.closedAt === null ? `${site}: ${title}` : `Closed: ${site}: ${title}`;
}

function told(incident: IncidentSummary, site: string): string[] {
  const { severity, openedAt, closedAt, subject, reason, blocked } = incident;
  const since = `${severity === "critical" ? "Critical" : "Warning"}, at ${site} since ${moment(openedAt)}.`;
  if (closedAt !== null) return [since, `Closed at ${moment(closedAt)}, after ${span(closedAt - openedAt)}.`];
  const behind = blocked.length === 0 ? [] : [`Blocked behind it: ${list(blocked.map(nameOf), BLOCKED_MAX)}.`];
  const next = nextStep(incident, site).replaceAll("`", "");
  return [since, explain(subject, reason, openedAt), ...behind, `Next: ${next}`];
}

function element(name: string, content: string): string {
  return `<${name}>${text(content)}</${name}>`;
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

/** What XML 1.0 has no character for is left out; the rest is escaped. */
function text(raw: string): string {
  return raw
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
