/** Alerts that nobody got: what their deliveries say of it. */
import { sql } from "drizzle-orm";
import * as z from "zod/mini";
import type { Lost } from "../judge/say-digest.ts";
import type { Database } from "./database.ts";

const lost = z.array(z.object({ channel: z.string(), count: z.number(), error: z.nullable(z.string()) }));

/** What was given up since an instant, by channel, with the error of the last. Reads every delivery: for once a day. */
export async function lostSince(db: Database, sinceAt: number): Promise<Lost[]> {
  // SQLite takes a bare column from the row that has the maximum.
  const rows = await db.all(sql`
    SELECT channel, count, error FROM (
      SELECT iif(instr(channel, '/') = 0, channel, substr(channel, 1, instr(channel, '/') - 1)) AS channel,
        count(*) AS count, last_error AS error, max(done_at)
      FROM deliveries WHERE state IN ('refused', 'expired') AND done_at > ${sinceAt} GROUP BY 1)
    ORDER BY channel`);
  return z.parse(lost, rows);
}
