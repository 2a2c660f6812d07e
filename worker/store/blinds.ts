/** Times in which no sweep ran: kept for the history, and read back while what fell into them is still to be judged. */
import { desc, gte, sql } from "drizzle-orm";
import type { Blind } from "../judge/blind.ts";
import type { Routing } from "../judge/route.ts";
import { sayBlind } from "../judge/say-blind.ts";
import { type Database, writeAll } from "./database.ts";
import { putNotice } from "./notices.ts";
import { blinds } from "./schema.ts";

/**
 * Keeps a blind interval and its one notice. A sweep that dies after this ends the same interval again, a little later.
 * `quiet` is for one more pause of a standstill that was told of: it gets no notice of its own.
 */
export async function recordBlind(
  db: Database,
  blind: Blind,
  routings: readonly Routing[],
  quiet: boolean,
): Promise<void> {
  const { fromAt, untilAt } = blind;
  await writeAll(db, [
    sql`INSERT INTO blinds (from_at, until_at) VALUES (${fromAt}, ${untilAt})
      ON CONFLICT (from_at) DO UPDATE SET until_at = excluded.until_at`,
    ...(quiet
      ? []
      : [sql`UPDATE sweeps SET clocks_since_at = ${untilAt} WHERE id = 1`, ...putNotice(sayBlind(blind), routings)]),
  ]);
}

/** The last `limit` of them, the newest first. */
export async function recentBlinds(db: Database, limit: number): Promise<Blind[]> {
  return db.select().from(blinds).orderBy(desc(blinds.fromAt)).limit(limit);
}

/** Those that began at or after an instant, by the key, which is their begin. */
export async function blindsSince(db: Database, sinceAt: number): Promise<Blind[]> {
  return db.select().from(blinds).where(gte(blinds.fromAt, sinceAt));
}
