/** The owner's acts as text for the worker's database, by the worker's own statements; and what there is to act on. */
import { acknowledgement, beginAct, endAct, snooze } from "../../worker/store/act-sql.ts";
import type { Doer } from "../../worker/store/audit.ts";
import { spelledOut } from "../../worker/store/spelled.ts";
import type { Asked } from "./asked.ts";

/** Statements for what was asked by `by` at `now`; `id` is the new act's. None for a list. */
export function statementsOf(asked: Asked, site: string, by: string, id: string, now: number): string[] {
  return actsOf(asked, site, { by, through: "command" }, id, now).map(spelledOut);
}

function actsOf(asked: Asked, site: string, doer: Doer, id: string, now: number) {
  switch (asked.act) {
    case "silence":
    case "pause":
      return beginAct(site, { ...asked, id, kind: asked.act }, doer, now);
    case "end":
      return endAct(site, asked.id, doer, now);
    case "ack":
      return acknowledgement(site, { root: asked.root }, doer, now);
    case "snooze":
      return snooze(site, { root: asked.root }, asked.untilAt, doer, now);
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

/** A text as SQL writes it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
