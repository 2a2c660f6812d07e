/** The one row that says when deadlines were last looked at, and the lease under which they are. */
import { sql } from "drizzle-orm";
import * as z from "zod/mini";
import type { Database } from "./database.ts";
import { sweeps } from "./schema.ts";

const lease = z.object({ lastSweepAt: z.nullable(z.number()), tidiedAt: z.nullable(z.number()) });
/** What the holder of the lease is told: when the last sweep was, and when old rows were last taken out. */
export type Lease = z.infer<typeof lease>;

/**
 * Takes the lease until `now + leaseMs` ; null when another sweep holds it, or when one
 * was made later than `now` already: a cron trigger names the minute it was meant for and may come after the other clock.
 * Nothing is judged backwards.
 */
export async function takeLease(db: Database, now: number, leaseMs: number): Promise<Lease | null> {
  // What is further off than any lease lasts was written by a clock that ran ahead; it does not stop us.
  const ahead = now + 2 * leaseMs;
  const taken = await db.all(sql`
    UPDATE sweeps SET lease_until = ${now + leaseMs}
    WHERE id = 1 AND (lease_until <= ${now} OR lease_until > ${ahead})
      AND (last_sweep_at IS NULL OR last_sweep_at <= ${now} OR last_sweep_at > ${ahead})
    RETURNING last_sweep_at AS lastSweepAt, tidied_at AS tidiedAt`);
  const [row] = z.parse(z.array(lease), taken);
  return row ?? null;
}

/** Gives the lease back and records that a sweep was made at `now`. */
export async function recordSweep(db: Database, now: number, watchesDue: number): Promise<void> {
  await db.run(sql`
    UPDATE sweeps SET lease_until = 0, last_sweep_at = ${now}, last_watches_due = ${watchesDue} WHERE id = 1`);
}

/** When the last sweep was, in milliseconds; null when there never was one. */
export async function lastSweepAt(db: Database): Promise<number | null> {
  const [row] = await db.select({ at: sweeps.lastSweepAt }).from(sweeps);
  return row?.at ?? null;
}
