/**
 * What is known of a channel as such, beside its deliveries: that it is to be left alone until an instant, or takes nothing any
 * more. A channel here is what a delivery names: one of the settings, or one browser of a push channel.
 */
import { type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { disabledFault } from "../judge/say-channel.ts";
import type { DeadLetter } from "../judge/summary.ts";
import { type Database, writeAll } from "./database.ts";
import { rankOf } from "./deliveries.ts";

/** A channel that has something due. */
export interface Lane {
  readonly channel: string;
  readonly waiting: number;
  /** One of them is a test or a drill, made to see whether the channel works. */
  readonly isTested: boolean;
  /** Since when it takes nothing any more, why, and under which settings. */
  readonly disabled: { readonly at: number; readonly error: string; readonly settingsHash: string } | null;
}

const lane = z.object({
  channel: z.string(),
  waiting: z.number(),
  tests: z.number(),
  disabledAt: z.nullable(z.number()),
  error: z.nullable(z.string()),
  settingsHash: z.nullable(z.string()),
});

/** Channels that have something due and need not be left alone, the one with the loudest and oldest first. */
export async function lanesDue(db: Database, now: number): Promise<Lane[]> {
  const found = await db.all(sql`
    SELECT d.channel AS channel, count(*) AS waiting, sum(d.kind IN ('test', 'drill')) AS tests, c.disabled_at AS disabledAt,
      c.last_error AS error, c.settings_hash AS settingsHash
    FROM deliveries AS d LEFT JOIN channels AS c ON c.name = d.channel
    WHERE d.due_at <= ${now} AND coalesce(c.paused_until, 0) <= ${now}
    GROUP BY d.channel ORDER BY min(${rankOf(sql`d`)}), min(d.due_at), d.channel`);
  return z.parse(z.array(lane), found).map(({ channel, waiting, tests, disabledAt, error, settingsHash }) => ({
    channel,
    waiting,
    isTested: tests > 0,
    disabled: disabledAt === null ? null : { at: disabledAt, error: error ?? "", settingsHash: settingsHash ?? "" },
  }));
}

/** Nothing goes to it before `until`. */
export function pauseChannel(channel: string, until: number, error: string): SQL {
  return sql`
    INSERT INTO channels (name, paused_until, last_error) VALUES (${channel}, ${until}, ${error})
    ON CONFLICT (name) DO UPDATE SET paused_until = excluded.paused_until, last_error = excluded.last_error`;
}

/** It takes nothing any more. What waits for it never arrives, and says why. */
export function disableChannel(channel: string, settingsHash: string, error: string, now: number): SQL[] {
  return [
    sql`
      INSERT INTO channels (name, settings_hash, disabled_at, last_error) VALUES (${channel}, ${settingsHash}, ${now}, ${error})
      ON CONFLICT (name) DO UPDATE SET settings_hash = excluded.settings_hash, disabled_at = excluded.disabled_at,
        last_error = excluded.last_error`,
    refuseDue(channel, error, now),
  ];
}

/** What is due of a disabled channel never arrives; a test is for finding out, and is tried. */
export function refuseDue(channel: string, error: string, now: number): SQL {
  return sql`
    UPDATE deliveries SET state = 'refused', due_at = NULL, done_at = ${now}, last_error = ${error}
    WHERE channel = ${channel} AND due_at <= ${now} AND kind NOT IN ('test', 'drill')`;
}

/** It takes messages again: what opened meanwhile and is still open is sent to it after all. */
export function enableChannel(channel: string, now: number): SQL[] {
  return [
    sql`
      UPDATE deliveries SET state = 'pending', due_at = ${now}, created_at = ${now}, done_at = NULL
      WHERE channel = ${channel} AND kind = 'opened' AND state = 'refused'
        AND EXISTS (SELECT 1 FROM incidents WHERE incidents.id = incident_id AND closed_at IS NULL)`,
    sql`UPDATE channels SET disabled_at = NULL, settings_hash = NULL, last_error = NULL WHERE name = ${channel}`,
  ];
}

const letter = z.object({
  channel: z.string(),
  title: z.string(),
  end: z.enum(["refused", "expired"]),
  at: z.number(),
  error: z.nullable(z.string()),
});

/** The newest `limit` deliveries that were given up and are not tidied away yet. */
export async function deadLetters(db: Database, limit: number): Promise<DeadLetter[]> {
  const found = await db.all(sql`
    SELECT channel, coalesce(alert->>'title', kind) AS title, state AS end, done_at AS at, last_error AS error
    FROM deliveries WHERE state IN ('refused', 'expired') AND done_at IS NOT NULL ORDER BY done_at DESC LIMIT ${limit}`);
  // Of one browser of a push channel the channel's own name is enough.
  return z
    .parse(z.array(letter), found)
    .map(({ channel, error, ...rest }) => ({ ...rest, channel: channel.split("/")[0] ?? channel, error: error ?? "" }));
}

const disabledRow = z.object({ name: z.string(), at: z.number(), error: z.nullable(z.string()) });

/** Channels that take nothing any more, in sentences for the page. */
export async function disabledFaults(db: Database): Promise<string[]> {
  const found = await db.all(sql`
    SELECT name, disabled_at AS at, last_error AS error FROM channels WHERE disabled_at IS NOT NULL ORDER BY name`);
  return z.parse(z.array(disabledRow), found).map(({ name, at, error }) => disabledFault(name, error ?? "", at));
}

/** How the lanes of a sweep ended: channels that took something, and channels that failed and rest until then. */
export interface Ended {
  readonly delivered: readonly string[];
  readonly failed: readonly string[];
  readonly restUntil: number;
}

/** Writes down when channels last took something, and until when others are left alone. */
export async function recordEnds(db: Database, { delivered, failed, restUntil }: Ended, now: number): Promise<void> {
  const names = (of: readonly string[]) => sql`json_each(${JSON.stringify(of)}) WHERE true`;
  const took = sql`
    INSERT INTO channels (name, last_delivered_at) SELECT value, ${now} FROM ${names(delivered)}
    ON CONFLICT (name) DO UPDATE SET last_delivered_at = excluded.last_delivered_at,
      last_error = CASE WHEN disabled_at IS NULL THEN NULL ELSE last_error END`;
  const rests = sql`
    INSERT INTO channels (name, paused_until) SELECT value, ${restUntil} FROM ${names(failed)}
    ON CONFLICT (name) DO UPDATE SET paused_until = max(coalesce(paused_until, 0), excluded.paused_until)`;
  await writeAll(db, [...(delivered.length === 0 ? [] : [took]), ...(failed.length === 0 ? [] : [rests])]);
}
