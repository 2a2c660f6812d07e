/** What an owner reads and writes of acts, incidents, channels and the audit trail. */
import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { acknowledgement, beginAct, endAct, type NewAct, noteIncident, snooze } from "./act-sql.ts";
import type { Doer } from "./audit.ts";
import { inviteBrowser, type SubscribeCode } from "./code-sql.ts";
import { type Database, writeAll } from "./database.ts";
import { acts, audit, watches } from "./schema.ts";
import { putTest, testOutcomes } from "./test-delivery-sql.ts";
import type { KeptIncident } from "./verdicts.ts";

/** Keys of all that is watched at a site. */
export async function watchedKeys(db: Database, site: string): Promise<string[]> {
  const rows = await db.select({ key: watches.key }).from(watches).where(eq(watches.site, site));
  return rows.map(({ key }) => key);
}

/** Silences and pauses of a site that are not over. */
export function livingActs(db: Database, site: string, now: number) {
  return db
    .select()
    .from(acts)
    .where(and(eq(acts.site, site), or(isNull(acts.untilAt), gt(acts.untilAt, now))));
}

export async function putAct(db: Database, site: string, act: NewAct, doer: Doer, now: number): Promise<void> {
  await writeAll(db, beginAct(site, act, doer, now));
}

/** False when there is none that goes on. */
export async function overAct(db: Database, site: string, id: string, doer: Doer, now: number): Promise<boolean> {
  const [changed = 0] = await writeAll(db, endAct(site, id, doer, now));
  return changed > 0;
}

/** False when it closed meanwhile. */
export async function acknowledge(db: Database, { site, id }: KeptIncident, doer: Doer, now: number): Promise<boolean> {
  const [changed = 0] = await writeAll(db, acknowledgement(site, { id }, doer, now));
  return changed > 0;
}

export async function snoozeUntil(
  db: Database,
  { site, id }: KeptIncident,
  untilAt: number,
  doer: Doer,
  now: number,
): Promise<boolean> {
  const [changed = 0] = await writeAll(db, snooze(site, { id }, untilAt, doer, now));
  return changed > 0;
}

export async function putNote(
  db: Database,
  { site, id }: KeptIncident,
  note: string,
  doer: Doer,
  now: number,
): Promise<void> {
  await writeAll(db, noteIncident(site, id, note, doer, now));
}

const delivery = z.object({
  kind: z.string(),
  channel: z.string(),
  state: z.string(),
  attempts: z.number(),
  createdAt: z.number(),
  doneAt: z.nullable(z.number()),
  error: z.nullable(z.string()),
});

/** What was sent of an incident, to whom, and how that ended; in the order in which it was written. */
export async function deliveriesOf(db: Database, incidentId: string): Promise<z.infer<typeof delivery>[]> {
  const found = await db.all(sql`
    SELECT kind, channel, state, attempts, created_at AS createdAt, done_at AS doneAt, last_error AS error FROM deliveries
    WHERE id > ${`${incidentId}/`} AND id < ${`${incidentId}0`} AND incident_id = ${incidentId} AND state <> 'spread'
    ORDER BY created_at, id`);
  return z.parse(z.array(delivery), found);
}

const channel = z.object({
  name: z.string(),
  lastDeliveredAt: z.nullable(z.number()),
  disabledAt: z.nullable(z.number()),
  error: z.nullable(z.string()),
});

/** What is known of channels, as far as anything is. One that pushes delivered when the first of its browsers got something. */
export async function channelStates(db: Database): Promise<z.infer<typeof channel>[]> {
  const found = await db.all(sql`
    SELECT iif(name LIKE '%/%', substr(name, 1, instr(name, '/') - 1), name) AS name,
      max(last_delivered_at) AS lastDeliveredAt, max(iif(name LIKE '%/%', NULL, disabled_at)) AS disabledAt,
      max(iif(name LIKE '%/%', NULL, last_error)) AS error
    FROM channels GROUP BY 1`);
  return z.parse(z.array(channel), found);
}

export async function askTest(db: Database, name: string, doer: Doer, now: number): Promise<void> {
  await writeAll(db, putTest(name, doer, "", now));
}

const outcome = z.object({ state: z.string(), last_error: z.nullable(z.string()), attempts: z.number() });

export async function outcomesOf(db: Database, name: string, at: number): Promise<z.infer<typeof outcome>[]> {
  return z.parse(z.array(outcome), await db.all(testOutcomes(name, at)));
}

export async function putSubscribeCode(db: Database, code: SubscribeCode, doer: Doer, now: number): Promise<void> {
  await writeAll(db, inviteBrowser(code, doer, now));
}

/** Where a page of the trail ends: the next one begins behind it. */
export type TrailEnd = readonly [at: number, act: string, site: string, subject: string];

/** The trail, the newest first, at most `limit` of it. */
export function trail(db: Database, after: TrailEnd | null, limit: number) {
  const { at, act, site, subject } = audit;
  const [atBefore, ...rest] = after ?? [Number.MAX_SAFE_INTEGER, "", "", ""];
  return db
    .select()
    .from(audit)
    .where(sql`(${at}, ${act}, ${site}, ${subject}) < (${atBefore}, ${rest[0]}, ${rest[1]}, ${rest[2]})`)
    .orderBy(sql`${at} DESC, ${act} DESC, ${site} DESC, ${subject} DESC`)
    .limit(limit);
}
