/**
 * Browsers and phones that take the pushes of a channel. A row is one browser's subscription to one channel; what its push
 * service calls gone stays until it is tidied away, so that the page can say who is no longer told.
 */
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Holder, Subscription } from "../../protocol/subscription.ts";
import type { Routing } from "../judge/route.ts";
import { type Subscriber, sayGone } from "../judge/subscribers.ts";
import { type Database, writeAll } from "./database.ts";
import { putNotice } from "./notices.ts";
import { subscribeCodes, subscriptions } from "./schema.ts";

/** So exactly it is known when a push last arrived: each alert need not write a row for it. */
const OK_KNOWN_MS = 3_600_000;

export interface SubscribeCode {
  readonly channel: string;
  /** The subscription that it let in. */
  readonly usedBy: string | null;
}

/** What a code is for; null when there is none or it has expired. */
export async function findSubscribeCode(db: Database, codeHash: string, now: number): Promise<SubscribeCode | null> {
  const [row] = await db.select().from(subscribeCodes).where(eq(subscribeCodes.codeHash, codeHash));
  return row === undefined || row.expiresAt <= now ? null : { channel: row.channel, usedBy: row.usedBy };
}

export interface NewSubscription {
  readonly codeHash: string;
  /** Made from the channel and the endpoint: one that is sent twice is the same. */
  readonly id: string;
  readonly name: string;
  readonly subscription: Subscription;
}

/**
 * Spends the code and keeps the subscription; false when the code is not good (any more). Sent again with the same code
 * and browser, because the answer was lost, it is true again.
 */
export async function subscribe(db: Database, made: NewSubscription, now: number): Promise<boolean> {
  const { codeHash, id, name, subscription } = made;
  const { endpoint, keys } = subscription;
  await writeAll(db, [
    sql`UPDATE subscribe_codes SET used_at = ${now}, used_by = ${id}
        WHERE code_hash = ${codeHash} AND used_at IS NULL AND expires_at > ${now}`,
    sql`INSERT INTO subscriptions (id, channel, name, endpoint, p256dh, auth, created_at, made_by)
        SELECT ${id}, channel, ${name}, ${endpoint}, ${keys.p256dh}, ${keys.auth}, ${now}, made_by FROM subscribe_codes
        WHERE code_hash = ${codeHash} AND used_by = ${id} AND expires_at > ${now}
        ON CONFLICT DO UPDATE SET name = excluded.name, endpoint = excluded.endpoint, p256dh = excluded.p256dh,
          auth = excluded.auth, made_by = excluded.made_by, last_error = NULL, gone_at = NULL`,
  ]);
  const spent = await db.all(sql`
    SELECT 1 FROM subscribe_codes WHERE code_hash = ${codeHash} AND used_by = ${id} AND expires_at > ${now}`);
  return spent.length > 0;
}

/** Gives every subscription of this browser its new address; false when there is none. */
export async function renewSubscription(db: Database, old: Holder, to: Subscription): Promise<boolean> {
  const [changed = 0] = await writeAll(db, [
    // The new address may have been subscribed by itself meanwhile; then that one is enough.
    sql`UPDATE OR REPLACE subscriptions
        SET endpoint = ${to.endpoint}, p256dh = ${to.keys.p256dh}, auth = ${to.keys.auth}, last_error = NULL, gone_at = NULL
        WHERE endpoint = ${old.endpoint} AND auth = ${old.auth}`,
  ]);
  return changed > 0;
}

/** Forgets this browser in every channel; false when there is nothing of it. */
export async function endSubscription(db: Database, of: Holder): Promise<boolean> {
  const [changed = 0] = await writeAll(db, [
    sql`DELETE FROM subscriptions WHERE endpoint = ${of.endpoint} AND auth = ${of.auth}`,
  ]);
  return changed > 0;
}

/** Whom a push goes to. */
export interface Living {
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly subscription: Subscription;
  /** How the last push to it ended. */
  readonly lastError: string | null;
  readonly lastOkAt: number | null;
}

/** Null when it left, or is gone. */
export async function livingSubscription(db: Database, id: string): Promise<Living | null> {
  const [row] = await db
    .select()
    .from(subscriptions)
    .where(and(eq(subscriptions.id, id), isNull(subscriptions.goneAt)));
  if (row === undefined) return null;
  const { channel, name, endpoint, p256dh, auth, lastError, lastOkAt } = row;
  return { id, channel, name, subscription: { endpoint, keys: { p256dh, auth } }, lastError, lastOkAt };
}

/** How a push ended. */
export interface Pushed {
  /** Null when it was taken. */
  readonly error: string | null;
  readonly gone: boolean;
}

/** It is written down when it is news, or the last good one is old. That a browser is gone is told to `routings`. */
export async function recordPush(
  db: Database,
  to: Living,
  { error, gone }: Pushed,
  routings: readonly Routing[],
  now: number,
): Promise<void> {
  const isFresh = to.lastOkAt !== null && now - to.lastOkAt < OK_KNOWN_MS;
  if (error === to.lastError && !gone && (error !== null || isFresh)) return;
  await writeAll(db, [
    // A browser that was given another address meanwhile has nothing to do with how it ended at the old one.
    sql`UPDATE subscriptions SET last_error = ${error}, gone_at = ${gone ? now : null},
          last_ok_at = ${error === null ? now : sql`last_ok_at`}
        WHERE id = ${to.id} AND endpoint = ${to.subscription.endpoint}`,
    ...(gone ? putNotice(sayGone(to.id, to.channel, to.name, now), routings) : []),
  ]);
}

/**
 * Makes of each due delivery to a push channel one delivery to each living subscription, in one transaction: from there on
 * each has its own lease, its own tries and its own end. A channel that nobody subscribed to refuses.
 */
export async function spreadPushes(db: Database, channels: readonly string[], now: number): Promise<void> {
  if (channels.length === 0) return;
  const named = sql`(SELECT value FROM json_each(${JSON.stringify(channels)}))`;
  // Nothing due costs no row; the statements below would be written for nothing.
  const due = await db.all(sql`SELECT 1 FROM deliveries WHERE due_at <= ${now} AND channel IN ${named} LIMIT 1`);
  if (due.length === 0) return;
  // What follows an opening alert that is not due yet waits with it.
  const ready = (d: SQL) => sql`${d}.due_at <= ${now} AND ${d}.channel IN ${named} AND NOT EXISTS (
    SELECT 1 FROM deliveries AS o WHERE o.id = ${d}.incident_id || '/opened/' || ${d}.channel AND o.due_at > ${now})`;
  // Who subscribed in the middle of an incident, and heard nothing of it, does not hear that it is over.
  const told = sql`EXISTS (
    SELECT 1 FROM deliveries AS o WHERE o.id > d.incident_id || '/' AND o.id < d.incident_id || '0'
      AND o.channel = d.channel || '/' || s.id)`;
  const spread = (which: SQL) => sql`
    INSERT OR IGNORE INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, batch_at, attempts)
    SELECT d.id || '/' || s.id, d.site, d.incident_id, d.kind, d.channel || '/' || s.id, d.alert, 'pending',
      d.created_at, d.due_at, d.batch_at, 0
    FROM deliveries AS d JOIN subscriptions AS s ON s.channel = d.channel AND s.gone_at IS NULL
    WHERE ${ready(sql`d`)} AND ${which}`;
  const living = sql`SELECT 1 FROM subscriptions AS s WHERE s.channel = deliveries.channel AND s.gone_at IS NULL`;
  await writeAll(db, [
    spread(sql`d.kind <> 'closed'`),
    spread(sql`d.kind = 'closed' AND ${told}`),
    sql`UPDATE deliveries SET due_at = NULL, done_at = ${now},
          state = CASE WHEN EXISTS (${living}) THEN 'spread' ELSE 'refused' END,
          last_error = CASE WHEN EXISTS (${living}) THEN NULL ELSE 'nobody subscribed yet' END
        WHERE ${ready(sql`deliveries`)}`,
  ]);
}

/** Everybody who takes pushes of these channels or did until lately. */
export async function subscribersOf(db: Database, channels: readonly string[]): Promise<Subscriber[]> {
  if (channels.length === 0) return [];
  const named = sql`(SELECT value FROM json_each(${JSON.stringify(channels)}))`;
  const { channel, name, lastError, goneAt } = subscriptions;
  return db.select({ channel, name, lastError, goneAt }).from(subscriptions).where(sql`${channel} IN ${named}`);
}
