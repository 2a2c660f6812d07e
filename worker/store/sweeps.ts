/** The one row that says when deadlines were last looked at, and the lease under which they are. */
import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { sweeps } from "./schema.ts";

/** Takes the lease until `now + leaseMs`; false when another sweep holds it. */
export async function takeLease(db: Database, now: number, leaseMs: number): Promise<boolean> {
  // A lease further off than any lease lasts was taken by a clock that ran ahead; it does not stop us.
  const taken = await db.run(sql`
    UPDATE sweeps SET lease_until = ${now + leaseMs}
    WHERE id = 1 AND (lease_until <= ${now} OR lease_until > ${now + 2 * leaseMs})`);
  return taken.meta.changes > 0;
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
