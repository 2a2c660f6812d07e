/**
 * The owner's acts as statements: silences and pauses, answers to an incident, its note. One place for what they write, whether
 * they come from the page, a program, a link or `npm run act`. Each is followed by the row of the audit trail that tells of it.
 */
import { type SQL, sql } from "drizzle-orm";
import { audited, type Doer } from "./audit.ts";

/** A silence or a pause to come. Instants in milliseconds. */
export interface NewAct {
  readonly id: string;
  readonly kind: "silence" | "pause";
  readonly scope: string;
  readonly fromAt: number;
  readonly untilAt: number | null;
  readonly recurs: { readonly cron: string; readonly zone: string; readonly seconds: number } | null;
  readonly note: string;
}

export function beginAct(site: string, act: NewAct, doer: Doer, now: number): SQL[] {
  const { id, kind, scope, fromAt, untilAt, recurs, note } = act;
  const put = sql`INSERT INTO acts (site, id, kind, scope, from_at, until_at, cron, zone, seconds, note, made_by, made_at)
    VALUES (${site}, ${id}, ${kind}, ${scope}, ${fromAt}, ${untilAt}, ${recurs?.cron ?? null}, ${recurs?.zone ?? null},
      ${recurs?.seconds ?? null}, ${note}, ${doer.by}, ${now})`;
  return [...audited(put, doer, { act: kind, site, subject: scope, detail: id }, now), judgeNow(site, now)];
}

/** What is over already stays as it is. */
export function endAct(site: string, id: string, doer: Doer, now: number): SQL[] {
  const ended = sql`UPDATE acts SET until_at = ${now}
    WHERE site = ${site} AND id = ${id} AND (until_at IS NULL OR until_at > ${now})`;
  return [...audited(ended, doer, { act: "end", site, subject: id }, now), judgeNow(site, now)];
}

/** Which incident: by its id, or the open one about a root. */
export type Which = { readonly id: string } | { readonly root: string };

/**
 * Somebody knows: no reminders until it changes, and none at the end of a snooze. The first who knew stays named, until he is
 * reminded: who knows after that knows anew, and a reminder that still waits for its channel is not for him.
 */
export function acknowledgement(site: string, which: Which, doer: Doer, now: number): SQL[] {
  const isKnown = sql`acked_at >= coalesce(reminded_at, acked_at)`;
  const known = sql`UPDATE incidents SET acked_at = CASE WHEN ${isKnown} THEN acked_at ELSE ${now} END,
      acked_by = CASE WHEN ${isKnown} THEN acked_by ELSE ${doer.by} END, snoozed_until = NULL WHERE ${openOne(site, which)}`;
  return [...audited(known, doer, { act: "acknowledge", site, subject: subjectOf(which) }, now), judgeAnew(site)];
}

/** No reminders until `untilAt`. */
export function snooze(site: string, which: Which, untilAt: number, doer: Doer, now: number): SQL[] {
  const held = sql`UPDATE incidents SET snoozed_until = ${untilAt}, due_at = ${untilAt} WHERE ${openOne(site, which)}`;
  const detail = `until ${new Date(untilAt).toISOString()}`;
  return [...audited(held, doer, { act: "snooze", site, subject: subjectOf(which), detail }, now), judgeAnew(site)];
}

/** What was learnt from an incident, in place of what was written before. */
export function noteIncident(site: string, id: string, note: string, doer: Doer, now: number): SQL[] {
  const noted = sql`UPDATE incidents SET note = ${note} WHERE site = ${site} AND id = ${id} AND note <> ${note}`;
  return audited(noted, doer, { act: "note", site, subject: id }, now);
}

function subjectOf(which: Which): string {
  return "id" in which ? which.id : which.root;
}

function openOne(site: string, which: Which): SQL {
  const one = "id" in which ? sql`id = ${which.id}` : sql`root = ${which.root}`;
  return sql`site = ${site} AND ${one} AND closed_at IS NULL`;
}

/** A sweep that read the incident before writes the attention it read: with this its verdict does not hold. */
function judgeAnew(site: string): SQL {
  return sql`UPDATE watches SET version = version + 1 WHERE site = ${site} AND key GLOB 'host:*'`;
}

/** The next sweep judges all of the site anew. */
function judgeNow(site: string, now: number): SQL {
  return sql`UPDATE watches SET version = version + 1, due_at = ${now} WHERE site = ${site} AND key GLOB 'host:*'`;
}
