/** The two clocks, in the row of the sweeps: when each fired, and what was told of its silence. */
import { type SQL, sql } from "drizzle-orm";
import type { ClockName, ClockNews, Starter } from "../judge/clocks.ts";
import type { Routing } from "../judge/route.ts";
import { type Database, writeAll } from "./database.ts";
import { putNotice } from "./notices.ts";

const FIRED = { cron: sql`cron_at`, object: sql`object_at` } satisfies Record<ClockName, SQL>;
const SILENT = { cron: sql`cron_silent_at`, object: sql`object_silent_at` } satisfies Record<ClockName, SQL>;

/** What a sweep of this starter sets beside its lease: `, cron_at = …`. */
export function fired(by: Starter, now: number): SQL {
  return by === "request" ? sql`` : sql`, ${FIRED[by]} = ${now}`;
}

/** A clock that fired while another sweep was under way or had just been made has fired all the same. */
export async function recordFiring(db: Database, by: Starter, now: number): Promise<void> {
  if (by === "request") return;
  await db.run(sql`UPDATE sweeps SET ${FIRED[by]} = ${now} WHERE id = 1`);
}

/** Keeps what was told of clocks, with the notices themselves. */
export async function recordClockNews(
  db: Database,
  news: readonly ClockNews[],
  routings: readonly Routing[],
): Promise<void> {
  const statements = news.flatMap(({ alert, silentAt }) => [
    ...(["cron", "object"] as const).flatMap((name) =>
      silentAt[name] === undefined ? [] : [sql`UPDATE sweeps SET ${SILENT[name]} = ${silentAt[name]} WHERE id = 1`],
    ),
    ...putNotice(alert, routings),
  ]);
  await writeAll(db, statements);
}
