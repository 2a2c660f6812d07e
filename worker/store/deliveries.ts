/**
 * Deliveries: leased, so that two sweeps never send the same one at the same time, and due again when a lease runs out
 * because its sweep died. `due_at` is the next try, or the end of a lease; NULL when the delivery is done with.
 */
import { type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { type Alert, alert } from "../judge/say.ts";
import { type Database, field, perChunk } from "./database.ts";

export interface Delivery {
  /** Stays the same over all tries: receivers can use it to drop a repetition. */
  readonly id: string;
  readonly channel: string;
  readonly alert: Alert;
  readonly createdAt: number;
  /** Tries so far, this one included. */
  readonly attempts: number;
  /** The end of the log of the run that the alert is about, as the host sent it; empty when there is none. */
  readonly log: string;
  /** Those of the same channel and instant are one message; null when it is one by itself. */
  readonly batchAt: number | null;
}

const row = z.object({
  id: z.string(),
  channel: z.string(),
  alert: z.string(),
  created_at: z.number(),
  attempts: z.number(),
  log: z.nullable(z.string()),
  batchAt: z.nullable(z.number()),
});

/** Whether any delivery is due, for one row read: what takes them costs more, and most sweeps find none. */
export async function anyDue(db: Database, now: number): Promise<boolean> {
  return (await db.all(sql`SELECT 1 FROM deliveries WHERE due_at <= ${now} LIMIT 1`)).length > 0;
}

/** Critical before warning before notice, as routing ranks them (judge/route.ts); a smaller number goes first. */
export function rankOf(of: SQL): SQL {
  return sql`CASE ${of}.alert->>'severity' WHEN 'critical' THEN 0 ELSE 1 END + (${of}.kind IN ('notice', 'digest', 'drill'))`;
}

/** What is said of an incident comes in this order, and reminders by their age. */
function placeOf(of: SQL): SQL {
  return sql`CASE ${of}.kind WHEN 'opened' THEN 0 WHEN 'closed' THEN 2 ELSE 1 END`;
}

/** One row by its key, and none for an alert that is about no run. */
const LOG = sql`(
  SELECT r.detail->>'$.logTail' FROM runs AS r
  WHERE r.site = deliveries.site AND r.host = deliveries.alert->>'$.run.host' AND r.job = deliveries.alert->>'$.run.job'
    AND r.id = deliveries.alert->>'$.run.id')`;

export interface Claim {
  /** Of this channel, or this one of its targets. */
  readonly channel: string;
  /** Of messages: those of a batch are taken together. */
  readonly limit: number;
  readonly leaseMs: number;
}

/**
 * Takes up to `limit` due deliveries of one channel under a lease, the loudest first. What follows waits until what came
 * before it, of the same incident and channel, is done with, however it ended; what is held back holds nothing up.
 */
export async function claimDeliveries(db: Database, now: number, claim: Claim): Promise<Delivery[]> {
  // The ids of an incident's deliveries begin with its own and a slash, and "0" is what follows the slash.
  const claimed = await db.all(sql`
    WITH picked AS (
      SELECT d.id, d.batch_at FROM deliveries AS d
      WHERE d.channel = ${claim.channel} AND d.due_at <= ${now} AND NOT EXISTS (
        SELECT 1 FROM deliveries AS o
        WHERE o.id > d.incident_id || '/' AND o.id < d.incident_id || '0' AND o.channel = d.channel
          AND o.due_at IS NOT NULL AND o.state <> 'held' AND o.id <> d.id
          AND (${placeOf(sql`o`)} < ${placeOf(sql`d`)} OR (o.kind = 'reminder' AND d.kind = 'reminder' AND o.created_at < d.created_at)))
      ORDER BY ${rankOf(sql`d`)}, d.due_at, d.created_at, d.id LIMIT ${claim.limit})
    UPDATE deliveries SET due_at = ${now + claim.leaseMs}, attempts = attempts + 1
    WHERE id IN (
      SELECT id FROM picked UNION SELECT b.id FROM picked JOIN deliveries AS b ON b.batch_at = picked.batch_at
      WHERE b.channel = ${claim.channel} AND b.due_at <= ${now})
    RETURNING id, channel, alert, created_at, attempts, batch_at AS batchAt, ${LOG} AS log`);
  const deliveries = z.parse(z.array(row), claimed).map(({ created_at, ...rest }) => ({
    ...rest,
    log: rest.log ?? "",
    createdAt: created_at,
    alert: z.parse(alert, JSON.parse(rest.alert)),
  }));
  // RETURNING knows no order.
  return deliveries.sort((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

function rank({ alert: { severity, kind } }: Delivery): number {
  return (severity === "critical" ? 0 : 1) + (["notice", "digest", "drill"].includes(kind) ? 1 : 0);
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
  /** It was claimed and not tried: the claim does not count, and what went wrong before is still so. */
  readonly isGivenBack: boolean;
}

/**
 * Writes down how tries ended. A try that outlived its lease was made again by another sweep: it may still end the
 * delivery, but what is done stays done, and only the latest try says when the next one is.
 */
export function recordTries(tries: readonly Tried[]): SQL[] {
  return perChunk(
    tries,
    (json) => sql`
      UPDATE deliveries SET state = ${field("state")}, due_at = ${field("dueAt")},
        last_error = CASE WHEN ${field("isGivenBack")} THEN last_error ELSE ${field("error")} END,
        done_at = CASE WHEN ${field("dueAt")} IS NULL THEN ${field("at")} END,
        attempts = deliveries.attempts - ${field("isGivenBack")}
      FROM json_each(${json}) AS e WHERE deliveries.id = ${field("id")} AND deliveries.due_at IS NOT NULL
        AND (${field("dueAt")} IS NULL OR deliveries.attempts = ${field("attempts")})`,
  );
}

const waiting = z.array(z.object({ channel: z.string(), waiting: z.number() }));

/** How many wait in each channel of the settings; what waits for one browser waits in its push channel. */
export async function waitingDeliveries(db: Database): Promise<z.infer<typeof waiting>> {
  const found = await db.all(sql`
    SELECT substr(channel, 1, instr(channel || '/', '/') - 1) AS channel, count(*) AS waiting
    FROM deliveries WHERE due_at IS NOT NULL GROUP BY 1`);
  return z.parse(waiting, found);
}
