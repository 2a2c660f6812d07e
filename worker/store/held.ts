/**
 * Deliveries that wait, because of quiet hours or because somebody may acknowledge before they are due: rows in the state
 * `held`, whose `due_at` lies ahead. When it comes they are needed still, and then `pending` as all others, or `dropped`.
 */
import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/** What is due later than it is made is held. */
export function firstState(madeAt: number, dueAt: number): "pending" | "held" {
  return dueAt > madeAt ? "held" : "pending";
}

/**
 * Settles what was held until `now`: call it before deliveries are claimed. Dropped is what opens or reminds of an incident
 * that is over, acknowledged or snoozed by now; `last_error` says which. That something is over is never dropped.
 */
export async function settleHeld(db: Database, now: number): Promise<void> {
  await db.run(sql`
    UPDATE deliveries SET state = CASE WHEN why IS NULL THEN 'pending' ELSE 'dropped' END,
      due_at = CASE WHEN why IS NULL THEN due_at END, done_at = CASE WHEN why IS NOT NULL THEN ${now} END,
      last_error = why
    FROM (
      SELECT held.id AS held_id, CASE
          WHEN held.kind NOT IN ('opened', 'reminder') THEN NULL
          WHEN incidents.closed_at IS NOT NULL THEN 'closed before it was due'
          WHEN incidents.acked_at IS NOT NULL THEN 'acknowledged before it was due'
          WHEN incidents.snoozed_until > ${now} THEN 'snoozed before it was due'
        END AS why
      FROM deliveries AS held LEFT JOIN incidents ON incidents.id = held.incident_id
      WHERE held.due_at <= ${now} AND held.state = 'held')
    WHERE deliveries.id = held_id`);
}
