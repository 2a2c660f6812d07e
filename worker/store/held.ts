/**
 * Deliveries that wait. Because of quiet hours, or because somebody may acknowledge before they are due: rows in the state
 * `held`, whose `due_at` lies ahead. When it comes they are needed still, and then `pending` as all others, or `dropped`. And
 * reminders whose channel does not take them: when it does, nobody needs all of them.
 */
import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/** What is due later than it is made is held. */
export function firstState(madeAt: number, dueAt: number): "pending" | "held" {
  return dueAt > madeAt ? "held" : "pending";
}

/**
 * Settles what waited until `now`, because it was held or, of reminders, because their channel was ill: call it before deliveries
 * are claimed. Dropped is what opens or reminds of an incident that is over, acknowledged since or snoozed by now, and a reminder
 * that a newer one follows; `last_error` says which. That something is over is never dropped.
 */
export async function settleWaiting(db: Database, now: number): Promise<void> {
  await db.run(sql`
    UPDATE deliveries SET state = CASE WHEN why IS NULL THEN 'pending' ELSE 'dropped' END,
      due_at = CASE WHEN why IS NULL THEN due_at END, done_at = CASE WHEN why IS NOT NULL THEN ${now} END,
      last_error = why
    FROM (
      SELECT waiting.id AS waiting_id, CASE
          WHEN waiting.kind NOT IN ('opened', 'reminder') THEN NULL
          WHEN incidents.closed_at IS NOT NULL THEN 'closed before it went out'
          WHEN incidents.acked_at >= waiting.created_at THEN 'acknowledged before it went out'
          WHEN incidents.snoozed_until > ${now} THEN 'snoozed before it went out'
          WHEN waiting.kind = 'reminder' AND EXISTS (
            SELECT 1 FROM deliveries AS newer
            WHERE newer.id > waiting.incident_id || '/reminder/' AND newer.id < waiting.incident_id || '/reminder0'
              AND newer.channel = waiting.channel AND newer.created_at > waiting.created_at AND newer.state <> 'held')
            THEN 'a newer one goes out'
        END AS why
      FROM deliveries AS waiting LEFT JOIN incidents ON incidents.id = waiting.incident_id
      WHERE waiting.due_at <= ${now} AND (waiting.state = 'held' OR waiting.kind = 'reminder'))
    WHERE deliveries.id = waiting_id AND (deliveries.state = 'held' OR why IS NOT NULL)`);
}
