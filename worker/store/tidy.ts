/**
 * What nobody asks for any more goes: once a day, in one batch. Statuses do not rest on it: a watch's facts hold what its
 * judgement needs, and a heartbeat that comes this late only brings back a row that goes again.
 */
import { sql } from "drizzle-orm";
import { type Database, writeAll } from "./database.ts";

const DAY_MS = 86_400_000;
export const TIDY_EVERY_MS = DAY_MS;
/** The page looks back 90 days; runs may be told weeks late by a host that was away. */
const RUNS_KEPT_MS = 150 * DAY_MS;
/** A year of incidents, and the same month of the year before beside it. */
const HISTORY_KEPT_MS = 400 * DAY_MS;
/** So long the page says that a browser takes no pushes any more. */
const GONE_KEPT_MS = 30 * DAY_MS;
/** So long the page shows what never arrived. */
const DEAD_KEPT_MS = 30 * DAY_MS;

/** Deletes old runs, markers, deliveries that are done with, closed incidents, blind intervals and what let nobody in. */
export async function tidy(db: Database, now: number): Promise<void> {
  const [runsBefore, historyBefore] = [now - RUNS_KEPT_MS, now - HISTORY_KEPT_MS];
  await writeAll(db, [
    sql`DELETE FROM runs WHERE started_at < ${runsBefore} AND received_at < ${runsBefore}`,
    sql`DELETE FROM markers WHERE coalesce(born_at, seen_at) < ${runsBefore}`,
    // Of an open incident they say who was told of it, and so who will be told that it is over.
    sql`DELETE FROM deliveries WHERE due_at IS NULL AND created_at < ${runsBefore}
        AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = incident_id AND closed_at IS NULL)`,
    sql`DELETE FROM deliveries WHERE state IN ('refused', 'expired') AND done_at < ${now - DEAD_KEPT_MS}
        AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = incident_id AND closed_at IS NULL)`,
    sql`DELETE FROM incidents WHERE closed_at < ${historyBefore}`,
    sql`DELETE FROM blinds WHERE until_at < ${historyBefore}`,
    sql`DELETE FROM subscribe_codes WHERE expires_at < ${now}`,
    sql`DELETE FROM subscriptions WHERE gone_at < ${now - GONE_KEPT_MS}`,
    sql`UPDATE sweeps SET tidied_at = ${now} WHERE id = 1`,
  ]);
}
