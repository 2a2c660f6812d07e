/** The owner's acts as statements for the worker's database. Each also makes what it concerns due at once. */
import { acknowledgement, snooze, spelledOut } from "../../worker/store/answer-sql.ts";
import type { Asked } from "./asked.ts";

/** A text as SQL writes it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function orNull(value: string | number | null): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? String(value) : quoted(value);
}

/** A site's hosts made due: the next sweep judges all of it anew. */
function judgeSoon(site: string, now: number): string {
  return `UPDATE watches SET version = version + 1, due_at = ${now} WHERE site = ${quoted(site)} AND key GLOB 'host:*'`;
}

/** Statements for what was asked by `by` at `now`; `id` is the new act's. None for a list. */
export function statementsOf(asked: Asked, site: string, by: string, id: string, now: number): string[] {
  switch (asked.act) {
    case "silence":
    case "pause": {
      const { act, scope, fromAt, untilAt, recurs, note } = asked;
      const values = [site, id, act, scope, fromAt, untilAt, recurs?.cron ?? null, recurs?.zone ?? null];
      const more = [recurs?.seconds ?? null, note, by, now];
      return [
        `INSERT INTO acts (site, id, kind, scope, from_at, until_at, cron, zone, seconds, note, made_by, made_at)
         VALUES (${[...values, ...more].map(orNull).join(", ")})`,
        judgeSoon(site, now),
      ];
    }
    case "end":
      return [
        `UPDATE acts SET until_at = ${now} WHERE site = ${quoted(site)} AND id = ${quoted(asked.id)}`,
        judgeSoon(site, now),
      ];
    case "ack":
      return acknowledgement(site, { root: asked.root }, by, now).map(spelledOut);
    case "snooze":
      return snooze(site, { root: asked.root }, asked.untilAt).map(spelledOut);
    case "list":
      return [];
  }
}

/** What there is to act on: watches, open incidents, and acts that are not over. */
export function lookSql(site: string, now: number): string {
  const here = `site = ${quoted(site)}`;
  return [
    `SELECT key FROM watches WHERE ${here}`,
    `SELECT root, severity, opened_at, acked_at, snoozed_until FROM incidents WHERE ${here} AND closed_at IS NULL`,
    `SELECT id, kind, scope, from_at, until_at, cron, zone, seconds, note FROM acts
     WHERE ${here} AND (until_at IS NULL OR until_at > ${now})`,
  ].join("; ");
}
