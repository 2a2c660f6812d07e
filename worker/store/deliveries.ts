/**
 * Deliveries: leased, so that two sweeps never send the same one at the same time, and due again when a lease runs out
 * because its sweep died. `due_at` is the next try, or the end of a lease; NULL when the delivery is done with.
 */
import { sql } from "drizzle-orm";
import * as z from "zod/mini";
import { type Alert, alert } from "../judge/say.ts";
import { type Database, field, perChunk, writeAll } from "./database.ts";

export interface Delivery {
  /** Stays the same over all tries: receivers can use it to drop a repetition. */
  readonly id: string;
  readonly channel: string;
  readonly alert: Alert;
  readonly createdAt: number;
  /** Tries so far, this one included. */
  readonly attempts: number;
}

const row = z.object({
  id: z.string(),
  channel: z.string(),
  alert: z.string(),
  created_at: z.number(),
  attempts: z.number(),
});

/** Whether any delivery is due, for one row read: what takes them costs more, and most sweeps find none. */
export async function anyDue(db: Database, now: number): Promise<boolean> {
  return (await db.all(sql`SELECT 1 FROM deliveries WHERE due_at <= ${now} LIMIT 1`)).length > 0;
}

/** Takes up to `limit` due deliveries under a lease. What follows waits until the opening alert is done with. */
export async function claimDeliveries(db: Database, now: number, leaseMs: number, limit: number): Promise<Delivery[]> {
  const claimed = await db.all(sql`
    UPDATE deliveries SET due_at = ${now + leaseMs}, attempts = attempts + 1
    WHERE id IN (
      SELECT id FROM deliveries AS d WHERE due_at <= ${now} AND NOT (kind IN ('closed', 'reminder') AND EXISTS (
        SELECT 1 FROM deliveries AS o
        WHERE o.id = d.incident_id || '/opened/' || d.channel AND o.due_at IS NOT NULL))
      ORDER BY due_at LIMIT ${limit})
    RETURNING id, channel, alert, created_at, attempts`);
  return z.parse(z.array(row), claimed).map(({ created_at, ...rest }) => ({
    ...rest,
    createdAt: created_at,
    alert: z.parse(alert, JSON.parse(rest.alert)),
  }));
}

/** How a try ended, as it is written down. */
export interface Tried {
  readonly id: string;
  /** Which try it was. */
  readonly attempts: number;
  readonly state: "pending" | "delivered" | "refused" | "expired";
  /** The next try; null when there is none. */
  readonly dueAt: number | null;
  readonly error: string | null;
  readonly at: number;
}

/**
 * Writes down how tries ended. A try that outlived its lease was made again by another sweep: it may still end the
 * delivery, but what is done stays done, and only the latest try says when the next one is.
 */
export async function recordTries(db: Database, tries: readonly Tried[]): Promise<void> {
  const statements = perChunk(
    tries,
    (json) => sql`
      UPDATE deliveries SET state = ${field("state")}, due_at = ${field("dueAt")}, last_error = ${field("error")},
        done_at = CASE WHEN ${field("dueAt")} IS NULL THEN ${field("at")} END
      FROM json_each(${json}) AS e WHERE deliveries.id = ${field("id")} AND deliveries.due_at IS NOT NULL
        AND (${field("dueAt")} IS NULL OR deliveries.attempts = ${field("attempts")})`,
  );
  await writeAll(db, statements);
}
