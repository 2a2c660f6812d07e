/** What links in alerts do to an incident. */
import { eq } from "drizzle-orm";
import { acknowledgement, snooze } from "./answer-sql.ts";
import { type Database, writeAll } from "./database.ts";
import { incidents } from "./schema.ts";
import { incidentOf, type KeptIncident } from "./verdicts.ts";

/** The incident of a link; null when it is unknown, or so old that it was tidied away. */
export async function incidentOfId(db: Database, id: string): Promise<KeptIncident | null> {
  const [row] = await db.select().from(incidents).where(eq(incidents.id, id));
  return row === undefined ? null : incidentOf(row);
}

/** Acknowledges by a link. What is acknowledged already stays as it was: the first one counts. */
export async function acknowledgeByLink(
  db: Database,
  { site, id, closedAt, attention }: KeptIncident,
  channel: string,
  now: number,
): Promise<void> {
  if (closedAt !== null || attention.ackedAt !== null) return;
  await writeAll(db, acknowledgement(site, { id }, `link in ${channel}`, now));
}

/** Snoozes by a link, until `untilAt`. While it is snoozed, pressing again moves nothing. */
export async function snoozeByLink(
  db: Database,
  { site, id, closedAt, attention }: KeptIncident,
  untilAt: number,
  now: number,
): Promise<void> {
  const isSnoozed = attention.snoozedUntil !== null && attention.snoozedUntil > now;
  if (closedAt === null && !isSnoozed) await writeAll(db, snooze(site, { id }, untilAt));
}
