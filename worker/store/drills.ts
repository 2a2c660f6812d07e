/** The drills: what was sent of the last one, and who confirmed it. */
import { eq, sql } from "drizzle-orm";
import type { Drilled } from "../judge/confirmation.ts";
import type { Routed } from "../judge/route.ts";
import { type Database, field, perChunk, writeAll } from "./database.ts";
import { putRouted } from "./notices.ts";
import { drills } from "./schema.ts";

export interface KeptDrill extends Drilled {
  readonly drill: string;
}

/** Puts a drill as one delivery a channel, and keeps that it was; once, however often it is put. */
export async function putDrill(db: Database, routed: readonly Routed[]): Promise<void> {
  const rows = routed.map(({ channel, alert }) => ({ channel, drill: alert.incidentId, at: alert.at }));
  await writeAll(db, [
    ...putRouted(routed),
    ...perChunk(
      rows,
      (json) => sql`
        INSERT INTO drills (channel, drill, sent_at, open_since_at)
        SELECT ${field("channel")}, ${field("drill")}, ${field("at")}, ${field("at")} FROM json_each(${json}) AS e WHERE true
        ON CONFLICT (channel) DO UPDATE SET drill = excluded.drill, sent_at = excluded.sent_at,
          open_since_at = coalesce(open_since_at, excluded.sent_at)
        WHERE drills.drill <> excluded.drill AND drills.sent_at < excluded.sent_at`,
    ),
  ]);
}

/** What is kept of the drills of all channels, of those too that are no longer set up. */
export function drilledChannels(db: Database): Promise<KeptDrill[]> {
  return db.select().from(drills);
}

/** What is kept of a channel's drills; null when none was ever sent. */
export async function drillOf(db: Database, channel: string): Promise<KeptDrill | null> {
  const [row] = await db.select().from(drills).where(eq(drills.channel, channel));
  return row ?? null;
}

/** Somebody got this drill in this channel. The first confirmation counts, and only of the last drill. */
export async function confirmDrill(db: Database, channel: string, drill: string, now: number): Promise<void> {
  await writeAll(db, [
    sql`UPDATE drills SET confirmed_at = ${now}, open_since_at = NULL
        WHERE channel = ${channel} AND drill = ${drill} AND open_since_at IS NOT NULL`,
  ]);
}
