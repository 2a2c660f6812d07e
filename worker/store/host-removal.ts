/** A host leaves its site, in one transaction: watches, plan, keys, codes and what held its alerts back. Runs and incidents stay. */
import { sql } from "drizzle-orm";
import type { Removal } from "../judge/removal.ts";
import type { Routing } from "../judge/route.ts";
import type { Alert } from "../judge/say.ts";
import { hostKey } from "../judge/watch.ts";
import { audited, type Doer } from "./audit.ts";
import { type Database, writeAll } from "./database.ts";
import { putNotice } from "./notices.ts";
import { judgeSoon, putWatches, removeWatches } from "./watches.ts";

export interface HostRemoval extends Removal {
  readonly site: string;
  readonly host: string;
  /** What the owners are told of it, and what each channel is to hear. */
  readonly notice: Alert | null;
  readonly routings: readonly Routing[];
}

/** Whether a host is watched, has a key that is good, or a code to enrol with. */
export async function isHost(db: Database, site: string, host: string, now: number): Promise<boolean> {
  const own = sql`site = ${site} AND host = ${host}`;
  const found = await db.all(sql`
    SELECT 1 FROM watches WHERE site = ${site} AND key = ${hostKey(host)}
    UNION ALL SELECT 1 FROM keys WHERE ${own} AND revoked_at IS NULL
    UNION ALL SELECT 1 FROM enrollments WHERE ${own} AND used_at IS NULL AND expires_at > ${now} LIMIT 1`);
  return found.length > 0;
}

/** Keys stay as revoked ones, so that what the host still sends is refused with the reason. */
export async function removeHost(db: Database, removal: HostRemoval, doer: Doer, now: number): Promise<void> {
  const { site, host, put, removed, scopes, notice, routings } = removal;
  const own = sql`site = ${site} AND host = ${host}`;
  const detail = `${removed.length} watches`;
  const deed = { act: "remove host", site, subject: `host:${host}`, detail };
  const gone = [
    ...removeWatches(site, removed),
    sql`UPDATE keys SET revoked_at = ${now} WHERE ${own} AND revoked_at IS NULL`,
    sql`UPDATE enrollments SET expires_at = ${now} WHERE ${own} AND used_at IS NULL AND expires_at > ${now}`,
  ];
  await writeAll(db, [
    // One deed, whichever of them there was: its row is written once.
    ...gone.flatMap((statement) => audited(statement, doer, deed, now)),
    sql`DELETE FROM plans WHERE ${own}`,
    sql`UPDATE loosenings SET approved_at = ${now}, approved_by = ${doer.by} WHERE ${own} AND approved_at IS NULL`,
    sql`UPDATE acts SET until_at = ${now} WHERE site = ${site} AND (until_at IS NULL OR until_at > ${now})
        AND scope IN (SELECT value FROM json_each(${JSON.stringify(scopes)}))`,
    ...putWatches(put),
    judgeSoon(site, now),
    // Where no watch is left to become due, the open incidents do, so that they are closed.
    sql`UPDATE incidents SET due_at = ${now} WHERE site = ${site} AND closed_at IS NULL`,
    ...(notice === null ? [] : putNotice(notice, routings)),
  ]);
}
