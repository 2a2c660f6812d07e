/** Deliveries that no verdict asks for: notices and digests. Their ids are made from what they say, so each is put once. */
import { type SQL, sql } from "drizzle-orm";
import { noticeRoutes, type Routed, type Routing } from "../judge/route.ts";
import type { Alert } from "../judge/say.ts";
import { type Database, field, perChunk, writeAll } from "./database.ts";
import { firstState } from "./held.ts";

/** One delivery a channel that hears it of an alert that no incident stands behind; putting it again changes nothing. */
export function putNotice(notice: Alert, routings: readonly Routing[]): SQL[] {
  return putRouted(noticeRoutes(notice, routings));
}

/** Puts deliveries that no verdict asks for; again changes nothing. */
export async function putDeliveries(db: Database, routed: readonly Routed[]): Promise<void> {
  await writeAll(db, putRouted(routed));
}

/** The same as statements, for a transaction of others. */
export function putRouted(routed: readonly Routed[]): SQL[] {
  const rows = routed.map(({ alert, channel, dueAt }) => {
    const { incidentId, site, kind, at } = alert;
    const id = `${incidentId}/${kind}/${channel}`;
    return {
      id,
      incidentId,
      site,
      kind,
      channel,
      at,
      dueAt,
      state: firstState(at, dueAt),
      alert: JSON.stringify(alert),
    };
  });
  return perChunk(
    rows,
    (json) => sql`
      INSERT OR IGNORE INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
      SELECT ${field("id")}, ${field("site")}, ${field("incidentId")}, ${field("kind")}, ${field("channel")},
        ${field("alert")}, ${field("state")}, ${field("at")}, ${field("dueAt")}, 0
      FROM json_each(${json}) AS e`,
  );
}
