/** What is known of the watchdog stands in the row of the sweeps. It is written when it changes, not at each call. */
import { sql } from "drizzle-orm";
import type { Routing } from "../judge/route.ts";
import type { Called } from "../judge/watchdog.ts";
import { type Database, writeAll } from "./database.ts";
import { putNotice } from "./notices.ts";

/** Keeps what a call changed, with the notice of it if there is one. */
export async function recordWatchdog(
  db: Database,
  { after, alert }: Called,
  routings: readonly Routing[],
): Promise<void> {
  await writeAll(db, [
    sql`UPDATE sweeps SET watchdog_failing_at = ${after.failingAt}, watchdog_error = ${after.error},
      watchdog_told_at = ${after.toldAt} WHERE id = 1`,
    ...(alert === null ? [] : putNotice(alert, routings)),
  ]);
}
