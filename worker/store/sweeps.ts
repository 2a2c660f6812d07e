/** The one row that says when deadlines were last looked at, and the lease under which they are. */
import { type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { type Clocks, clockFaults, type Starter } from "../judge/clocks.ts";
import { type Watchdog, watchdogFaults } from "../judge/watchdog.ts";
import { fired, recordFiring } from "./clocks.ts";
import type { Database } from "./database.ts";
import { sweeps } from "./schema.ts";

const instant = z.nullable(z.number());
const row = z.object({
  lastSweepAt: instant,
  tidiedAt: instant,
  cronAt: instant,
  objectAt: instant,
  clocksSinceAt: z.number(),
  cronSilentAt: instant,
  objectSilentAt: instant,
  watchdogAt: instant,
  watchdogFailingAt: instant,
  watchdogError: z.nullable(z.string()),
  watchdogToldAt: instant,
});

/** What the holder of the lease is told: when the last sweep was, when old rows were last taken out, and of the clocks. */
export interface Lease {
  readonly lastSweepAt: number | null;
  readonly tidiedAt: number | null;
  /** This sweep's starter has fired already. */
  readonly clocks: Clocks;
  readonly watchdog: Watchdog;
}

/**
 * Takes the lease until `now + leaseMs`; null when another sweep holds it, or when one
 * was made later than `now` already: a cron trigger names the minute it was meant for and may come after the other clock.
 * Nothing is judged backwards. That a clock fired is kept either way.
 */
export async function takeLease(db: Database, now: number, leaseMs: number, startedBy: Starter): Promise<Lease | null> {
  // What is further off than any lease lasts was written by a clock that ran ahead; it does not stop us.
  const ahead = now + 2 * leaseMs;
  const taken = await db.all(sql`
    UPDATE sweeps SET lease_until = ${now + leaseMs}, clocks_since_at = coalesce(clocks_since_at, ${now})${fired(startedBy, now)}
    WHERE id = 1 AND (lease_until <= ${now} OR lease_until > ${ahead})
      AND (last_sweep_at IS NULL OR last_sweep_at <= ${now} OR last_sweep_at > ${ahead})
    RETURNING last_sweep_at AS lastSweepAt, tidied_at AS tidiedAt, cron_at AS cronAt, object_at AS objectAt,
      clocks_since_at AS clocksSinceAt, cron_silent_at AS cronSilentAt, object_silent_at AS objectSilentAt,
      watchdog_at AS watchdogAt, watchdog_failing_at AS watchdogFailingAt, watchdog_error AS watchdogError,
      watchdog_told_at AS watchdogToldAt`);
  const [held] = z.parse(z.array(row), taken);
  if (held !== undefined) return leaseOf(held);
  await recordFiring(db, startedBy, now);
  return null;
}

function leaseOf(held: z.infer<typeof row>): Lease {
  return {
    lastSweepAt: held.lastSweepAt,
    tidiedAt: held.tidiedAt,
    clocks: {
      cron: { firedAt: held.cronAt, silentAt: held.cronSilentAt },
      object: { firedAt: held.objectAt, silentAt: held.objectSilentAt },
      sinceAt: held.clocksSinceAt,
    },
    watchdog: {
      calledAt: held.watchdogAt,
      failingAt: held.watchdogFailingAt,
      error: held.watchdogError,
      toldAt: held.watchdogToldAt,
    },
  };
}

/** Gives the lease back and records that a sweep was made at `now`, and whether it calls the watchdog. */
export async function recordSweep(
  db: Database,
  now: number,
  watchesDue: number,
  callsWatchdog: boolean,
): Promise<void> {
  const called = callsWatchdog ? sql`, watchdog_at = ${now}` : sql``;
  await db.run(sql`
    UPDATE sweeps SET lease_until = 0, last_sweep_at = ${now}, last_watches_due = ${watchesDue}${called} WHERE id = 1`);
}

/**
 * What a request asks to know whether it starts a sweep: when the last one was, and whether anything became due since then.
 * What was due before is left out: a sweep saw it, and could not settle it.
 */
export function sweepNeed(now: number): SQL {
  const became = (table: string) => sql`EXISTS (
    SELECT 1 FROM ${sql.identifier(table)} WHERE due_at > coalesce(last_sweep_at, 0) AND due_at <= ${now})`;
  return sql`
    SELECT last_sweep_at AS lastSweepAt, ${became("watches")} OR ${became("incidents")} OR ${became("deliveries")} AS isDue
    FROM sweeps WHERE id = 1`;
}

const need = z.object({ lastSweepAt: instant, isDue: z.number() });

/** Reads the answer to `sweepNeed`. */
export function needOf(rows: readonly unknown[]): { readonly lastSweepAt: number | null; readonly isDue: boolean } {
  const [row] = z.parse(z.array(need), rows);
  return { lastSweepAt: row?.lastSweepAt ?? null, isDue: row?.isDue === 1 };
}

/** The same, asked by itself. */
export async function needsSweep(db: Database, now: number): Promise<ReturnType<typeof needOf>> {
  return needOf(await db.all(sweepNeed(now)));
}

/** When something is due next: what is to be judged after `judged`, and deliveries after `delivered`. Null when nothing is. */
export async function nextDueAt(db: Database, judged: number, delivered: number): Promise<number | null> {
  const [found] = z.parse(
    z.array(z.object({ at: instant })),
    await db.all(sql`
      SELECT min(at) AS at FROM (
        SELECT min(due_at) AS at FROM watches WHERE due_at > ${judged}
        UNION ALL SELECT min(due_at) FROM incidents WHERE due_at > ${judged}
        UNION ALL SELECT min(due_at) FROM deliveries WHERE due_at > ${delivered})`),
  );
  return found?.at ?? null;
}

/** When the last sweep was, in milliseconds; null when there never was one. */
export async function lastSweepAt(db: Database): Promise<number | null> {
  const [last] = await db.select({ at: sweeps.lastSweepAt }).from(sweeps);
  return last?.at ?? null;
}

/** When the last sweep was, and what is wrong with clocks and watchdog, in sentences for the page. */
export async function sweepHealth(
  db: Database,
): Promise<{ readonly lastSweepAt: number | null; readonly faults: readonly string[] }> {
  const [last] = await db.select().from(sweeps);
  if (last === undefined) return { lastSweepAt: null, faults: [] };
  const faults = [
    ...clockFaults({ cron: last.cronSilentAt, object: last.objectSilentAt }),
    ...watchdogFaults({ failingAt: last.watchdogFailingAt, error: last.watchdogError }),
  ];
  return { lastSweepAt: last.lastSweepAt, faults };
}
