/** What links in alerts do to an incident. */
import { eq, sql } from "drizzle-orm";
import { acknowledgement, snooze } from "./act-sql.ts";
import type { Doer } from "./audit.ts";
import { type Database, writeAll } from "./database.ts";
import { incidents } from "./schema.ts";
import { incidentOf, type KeptIncident } from "./verdicts.ts";

/** The incident of a link; null when it is unknown, or so old that it was tidied away. */
export async function incidentOfId(db: Database, id: string): Promise<KeptIncident | null> {
  const [row] = await db.select().from(incidents).where(eq(incidents.id, id));
  return row === undefined ? null : incidentOf(row);
}

/** An answer to each is two statements, and a request makes 50 of them. */
const BATCH_MAX = 20;

/** The incidents that a channel was told of in one message: first those that wait for an answer, at most `BATCH_MAX`. */
export async function incidentsOfBatch(db: Database, channel: string, batchAt: number): Promise<KeptIncident[]> {
  const told = sql`(
    SELECT incident_id FROM deliveries
    WHERE channel = ${channel} AND batch_at = ${batchAt} AND state NOT IN ('held', 'dropped'))`;
  const rows = await db
    .select()
    .from(incidents)
    .where(sql`${incidents.id} IN ${told}`)
    .orderBy(sql`closed_at IS NOT NULL, acked_at IS NOT NULL, opened_at`)
    .limit(BATCH_MAX);
  return rows.map(incidentOf);
}

/** Nothing is left to acknowledge: somebody knows, and nobody was reminded since, or asked to be. */
export function isAcknowledged({ closedAt, attention }: KeptIncident): boolean {
  const { ackedAt, remindedAt, snoozedUntil } = attention;
  return closedAt === null && ackedAt !== null && snoozedUntil === null && ackedAt >= (remindedAt ?? ackedAt);
}

/** Acknowledges by a link. */
export async function acknowledgeByLink(
  db: Database,
  incident: KeptIncident,
  channel: string,
  now: number,
): Promise<void> {
  const { site, id, closedAt } = incident;
  if (closedAt !== null || isAcknowledged(incident)) return;
  await writeAll(db, acknowledgement(site, { id }, byLink(channel), now));
}

/** Snoozes by a link, until `untilAt`. While it is snoozed, pressing again moves nothing. */
export async function snoozeByLink(
  db: Database,
  { site, id, closedAt, attention }: KeptIncident,
  channel: string,
  untilAt: number,
  now: number,
): Promise<void> {
  const isSnoozed = attention.snoozedUntil !== null && attention.snoozedUntil > now;
  if (closedAt === null && !isSnoozed) await writeAll(db, snooze(site, { id }, untilAt, byLink(channel), now));
}

/** A link names nobody: whoever holds it is who pressed. */
function byLink(channel: string): Doer {
  return { by: `link in ${channel}`, through: "link" };
}
