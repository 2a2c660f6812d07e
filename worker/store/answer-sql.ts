/**
 * The owner's answers to an incident as statements: an acknowledgement, a snooze. One place for what they write, whether
 * they come by a link or from `npm run act`. Nothing but an open incident is changed.
 */
import { type SQL, sql } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";

/** Which incident: by its id, or the open one about a root. */
export type Which = { readonly id: string } | { readonly root: string };

/** Somebody knows: no reminders until it changes, and none at the end of a snooze. `by` says who. */
export function acknowledgement(site: string, which: Which, by: string, now: number): SQL[] {
  return [
    sql`UPDATE incidents SET acked_at = ${now}, acked_by = ${by}, snoozed_until = NULL WHERE ${openOne(site, which)}`,
    judgeAnew(site),
  ];
}

/** No reminders until `untilAt`. */
export function snooze(site: string, which: Which, untilAt: number): SQL[] {
  return [
    sql`UPDATE incidents SET snoozed_until = ${untilAt}, due_at = ${untilAt} WHERE ${openOne(site, which)}`,
    judgeAnew(site),
  ];
}

function openOne(site: string, which: Which): SQL {
  const one = "id" in which ? sql`id = ${which.id}` : sql`root = ${which.root}`;
  return sql`site = ${site} AND ${one} AND closed_at IS NULL`;
}

/** A sweep that read the incident before writes the attention it read: with this its verdict does not hold. */
function judgeAnew(site: string): SQL {
  return sql`UPDATE watches SET version = version + 1 WHERE site = ${site} AND key GLOB 'host:*'`;
}

/** A statement with its values in it, for a database that is reached by text alone. */
export function spelledOut(statement: SQL): string {
  return new SQLiteAsyncDialect().sqlToQuery(statement.inlineParams()).sql;
}
