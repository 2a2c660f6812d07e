/**
 * What is said about an incident: the words of an alert, made from the verdict that caused it. The title says what is
 * wrong and where, in under 80 characters; the lines say what was expected, what came last, what hangs on it.
 */
import * as z from "zod/mini";
import type { Said } from "./attend.ts";
import { closingLines, closingTitle } from "./closing-words.ts";
import { explain } from "./explain.ts";
import { TRANSITIONS_MAX } from "./flap.ts";
import type { Closed, Incident } from "./incident.ts";
import { lossIfLost } from "./loss.ts";
import { nextStep } from "./next-step.ts";
import { ownReason } from "./own-reason.ts";
import { tierAges } from "./tier-ages.ts";
import { told, zoneOfSite } from "./told.ts";
import type { Verdict } from "./verdict.ts";
import { type JobFacts, type OwnReason, type RunFact, siteKey, type Watch } from "./watch.ts";
import { list, moment, nameOf, span } from "./words.ts";

const TITLE_MAX_CHARS = 79;

export const alert = z.object({
  /** `test`: the owner asked for it, to see that a channel works; `drill`: a setting asks for it each month. */
  kind: z.enum(["opened", "reminder", "closed", "notice", "test", "digest", "drill"]),
  /** Which reminder of its incident. */
  number: z.optional(z.number()),
  incidentId: z.string(),
  /** Of one that tells several at once (say-batch.ts): the ids of all of them. */
  incidents: z.optional(z.array(z.string())),
  site: z.string(),
  /** The root: `site:…`, `host:…`, `job:…` or `copy:…`. */
  root: z.string(),
  severity: z.enum(["warning", "critical"]),
  title: z.string(),
  lines: z.array(z.string()),
  openedAt: z.number(),
  at: z.number(),
  /** The run that it is about: the end of that run's log is told with it. */
  run: z.optional(z.object({ host: z.string(), job: z.string(), id: z.string() })),
});
export type Alert = z.infer<typeof alert>;

/** Every alert a verdict asks for, opened ones first. An absorbed incident goes on in the wider one and says nothing. */
export function alertsOf(verdict: Verdict): Alert[] {
  return verdict.said.map((said) => say(said, verdict));
}

function say(said: Said, verdict: Verdict): Alert {
  switch (said.kind) {
    case "opened":
      return sayOpened(said.incident, verdict);
    case "reminder":
      return sayReminder(said, verdict);
    case "closed":
      return sayClosed(said.end, verdict);
  }
}

function sayOpened(incident: Incident, verdict: Verdict): Alert {
  const { after } = verdict;
  const lines = [
    openingLine(incident, after, verdict.now),
    ...heldBack(incident, verdict.now),
    ...flapping(incident),
    ...detailLines(incident, after, verdict.now),
    ...hanging(incident, after),
  ];
  return {
    kind: "opened",
    ...common(incident),
    title: title(openingTitle(incident, after, verdict.now)),
    lines: saidOf([...lines, ...standing(after, verdict.now), nextLine(incident)], after, verdict.now),
    at: verdict.now,
    ...runOf(incident, after),
  };
}

/** It was noticed before it is said: a silence held it back. */
function heldBack({ openedAt, noticedAt }: Incident, now: number): string[] {
  return noticedAt === now ? [] : [`It began at ${moment(openedAt)}, during a silence that is over now.`];
}

function flapping({ root, attention }: Incident): string[] {
  if (!attention.flapping) return [];
  return [
    `${nameOf(root)} went to and fro more than ${TRANSITIONS_MAX} times within an hour: this stays open until it was well for an hour.`,
  ];
}

function sayReminder({ incident, number, worse }: Extract<Said, { kind: "reminder" }>, verdict: Verdict): Alert {
  const { after, now } = verdict;
  const lasts = `It began at ${moment(incident.openedAt)}.`;
  const lines = [
    openingLine(incident, after, now),
    lasts,
    ...detailLines(incident, after, now),
    ...hanging(incident, after),
  ];
  const words = openingTitle(incident, after, now);
  return {
    kind: "reminder",
    number,
    ...common(incident),
    title: title(worse ? `Now ${incident.severity}: ${words}` : `Still: ${words}`),
    lines: saidOf([...lines, ...standing(after, now), nextLine(incident)], after, now),
    at: now,
    ...runOf(incident, after),
  };
}

/** How the data stands: how old it is in each tier, and what would be lost. */
function standing(after: readonly Watch[], now: number): string[] {
  return [...tierAges(after, now), lossIfLost(after, now)];
}

function nextLine(incident: Incident): string {
  return `Next: ${nextStep(incident, incident.site).replaceAll("`", "")}`;
}

function saidOf(lines: readonly string[], after: readonly Watch[], now: number): string[] {
  const zone = zoneOfSite(after);
  return lines.map((line) => told(oneLine(line), zone, now));
}

function common({ id, site, root, severity, openedAt }: Incident) {
  return { incidentId: id, site, root, severity, openedAt };
}

export function title(words: string): string {
  const line = oneLine(words);
  if (line.length <= TITLE_MAX_CHARS) return line;
  // Cut between characters: half of a surrogate pair is not text that a mail can carry.
  return `${line.slice(0, TITLE_MAX_CHARS - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Hosts send what their tools say; a line break or control character of theirs must not end a line of ours. */
export function oneLine(words: string): string {
  return words.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

function openingTitle(incident: Incident, after: readonly Watch[], now: number): string {
  const { root, site, reason } = incident;
  if (root === siteKey(site)) return `${site} is silent: ${silence(after, now)}`;
  const own = ownReason(reason);
  if (root.startsWith("host:")) return `${nameOf(root)} is silent at ${site}${lastHeard(own, now)}`;
  if (own.code === "reading") return `${site}: ${own.text}`;
  if (own.code === "mismatch") return `${site}: ${nameOf(incident.subject)} differs from its source`;
  if (own.code === "run") return `${site}: ${nameOf(root)} ${outcome(own)}${failures(own)}`;
  if (own.code === "anomaly") return `${site}: ${nameOf(root)} is unusual: ${own.text}`;
  if (own.code === "depth") return `${site}: ${nameOf(incident.subject)} ${own.text}`;
  if (own.code === "too_fast") return `${site}: ${nameOf(root)} ended too soon to have done its work`;
  if (own.code === "overrun") return `${site}: ${nameOf(root)} began and never told its end`;
  if (own.code === "not_started") return `${site}: ${nameOf(root)} did not begin in time`;
  return incident.subject.startsWith("copy:")
    ? `${site}: ${route(root, after)} stuck, ${nameOf(incident.subject)}${ageOf(own, now)}`
    : `${site}: ${nameOf(root)} missed its time`;
}

function outcome(own: Extract<OwnReason, { code: "run" }>): string {
  if (own.status === "warned") return "ended with a warning";
  return own.status === "timed_out" ? "ran out of time" : "failed";
}

function failures({ failures }: Extract<OwnReason, { code: "run" }>): string {
  if (failures === undefined) return "";
  return failures.count === failures.of ? `, ${failures.count} in a row` : `, ${failures.count} of ${failures.of}`;
}

function ageOf(own: OwnReason, now: number): string {
  return own.code === "overdue" && own.lastAt !== null ? ` is ${span(now - own.lastAt)} old` : " never arrived";
}

function lastHeard(own: OwnReason, now: number): string {
  return own.code === "overdue" && own.lastAt !== null
    ? `, last heard ${span(now - own.lastAt)} ago`
    : ", never heard of";
}

function silence(after: readonly Watch[], now: number): string {
  const heard = after.flatMap(({ facts }) => (facts.kind === "host" && facts.heardAt !== null ? [facts.heardAt] : []));
  return heard.length === 0 ? "no host was ever heard of" : `no host heard of for ${span(now - Math.max(...heard))}`;
}

/** `sync on nas (archive → staging)`. */
function route(root: string, after: readonly Watch[]): string {
  const spec = after.find(({ key }) => key === root)?.spec;
  if (spec?.kind !== "job" || spec.from === undefined) return nameOf(root);
  return `${spec.job} (${spec.from} → ${spec.to})`;
}

function openingLine(incident: Incident, after: readonly Watch[], now: number): string {
  const { root, site, reason } = incident;
  if (root === siteKey(site)) return `All hosts of ${site} are silent. Power, network or the whole site may be gone.`;
  const own = ownReason(reason);
  const what = `First broken: ${root.startsWith("host:") ? nameOf(root) : route(root, after)}.`;
  switch (own.code) {
    case "run":
      return `${what} Its run of ${moment(own.at)} ${outcome(own)}: ${own.text}.`;
    case "reading":
    case "mismatch":
      return `${what} ${own.text}.`;
    case "never":
      return `${what} Nothing was ever heard of ${nameOf(incident.subject)}; it had to come by ${moment(own.deadlineAt)}.`;
    case "overdue": {
      const last = own.lastAt === null ? "never" : moment(own.lastAt);
      const needed = `expected by ${moment(own.deadlineAt)}`;
      return incident.subject.startsWith("copy:")
        ? `${what} ${nameOf(incident.subject)} holds nothing newer than ${last}; newer data was ${needed}.`
        : `${what} ${nameOf(incident.subject)} was ${needed}; the last was at ${last}.`;
    }
    case "unseen":
    case "anomaly":
    case "depth":
    case "too_fast":
    case "not_started":
    case "overrun":
    case "tolerated":
      return `${what} ${explain(incident.subject, own, now)}`;
    case "fine":
      return what;
  }
}

/** What the hop's own job last did, so that one knows where to look. */
function detailLines(incident: Incident, after: readonly Watch[], now: number): string[] {
  const facts = after.find(({ key }) => key === incident.root)?.facts;
  if (facts?.kind !== "job") return [];
  const last = lastEnded(facts);
  if (last === undefined) return [`${nameOf(incident.root)} has never finished a run.`];
  const ended = `${nameOf(incident.root)} last ended ${span(now - last.finishedAt)} ago: ${last.status.replace("_", " ")}`;
  return [`${ended}${last.reason === undefined ? "" : ` (${last.reason})`}.`];
}

function lastEnded({ good, bad }: JobFacts): RunFact | undefined {
  return [good, bad].filter((run) => run !== null).sort((a, b) => b.startedAt - a.startedAt)[0];
}

/** The run whose log may tell more: the last one of the job at the root, where its runs are what is wrong or moved nothing. */
function runOf({ root, subject, reason }: Incident, after: readonly Watch[]): Pick<Alert, "run"> {
  const watch = after.find(({ key }) => key === root);
  if (watch?.spec.kind !== "job" || watch.facts.kind !== "job") return {};
  const { code } = ownReason(reason);
  const last = RUN_CODES.includes(code) || subject.startsWith("copy:") ? lastEnded(watch.facts) : undefined;
  const { host, job } = watch.spec;
  return last === undefined ? {} : { run: { host, job, id: last.id } };
}

const RUN_CODES: readonly OwnReason["code"][] = ["run", "too_fast", "anomaly"];

function hanging(incident: Incident, after: readonly Watch[]): string[] {
  const blocked = after.filter(
    (watch) => watch.incidentId === incident.id && watch.key !== incident.root && watch.key !== incident.subject,
  );
  const site = incident.root === siteKey(incident.site);
  const counted = after.filter(({ spec }) => spec.kind !== "host").length;
  if (site) return [`${counted} jobs and copies hang on it; they are not alerted one by one.`];
  return blocked.length === 0 ? [] : [`Blocked behind it: ${list(blocked.map(({ key }) => nameOf(key)))}.`];
}

function sayClosed(end: Closed, { after, now }: Verdict): Alert {
  return {
    kind: "closed",
    ...common(end.incident),
    title: title(closingTitle(end, after)),
    lines: saidOf([...closingLines(end, after), ...standing(after, now)], after, now),
    at: end.closedAt,
  };
}
