/** Incidents open and past, and what became of the alerts about one. Each read is bounded, by an index or a page. */
import { and, desc, eq, inArray, lt, type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import type { KeptDelivery } from "../judge/delivered.ts";
import type { Database } from "./database.ts";
import { incidents } from "./schema.ts";
import { incidentOf, type KeptIncident } from "./verdicts.ts";

/** The newest `limit` of one root, open or not. */
export async function incidentsOfRoot(
  db: Database,
  site: string,
  root: string,
  limit: number,
): Promise<KeptIncident[]> {
  const rows = await db
    .select()
    .from(incidents)
    .where(and(eq(incidents.site, site), eq(incidents.root, root)))
    .orderBy(desc(incidents.openedAt))
    .limit(limit);
  return rows.map(incidentOf);
}

/** The newest `limit` that began before an instant, the newest first; of these sites, or of all. */
export async function incidentsBefore(
  db: Database,
  sites: "all" | readonly string[],
  beforeAt: number,
  limit: number,
): Promise<KeptIncident[]> {
  const rows = await db
    .select()
    .from(incidents)
    .where(and(lt(incidents.openedAt, beforeAt), ofSites(sites)))
    .orderBy(desc(incidents.openedAt))
    .limit(limit);
  return rows.map(incidentOf);
}

function ofSites(sites: "all" | readonly string[]): SQL | undefined {
  if (sites === "all") return undefined;
  return inArray(incidents.site, sql`(SELECT value FROM json_each(${JSON.stringify(sites)}))`);
}

const delivery = z.object({
  channel: z.string(),
  kind: z.string(),
  state: z.enum(["pending", "held", "dropped", "delivered", "refused", "expired"]),
  title: z.string(),
  createdAt: z.number(),
  dueAt: z.nullable(z.number()),
  doneAt: z.nullable(z.number()),
  attempts: z.number(),
  error: z.nullable(z.string()),
});

/** Most deliveries of one incident that are told. */
const DELIVERIES_MAX = 200;

/** The deliveries of an incident, the oldest first. Their ids begin with its own. */
export async function deliveriesOf(db: Database, incidentId: string): Promise<KeptDelivery[]> {
  // "0" is what follows the slash.
  const found = await db.all(sql`
    SELECT channel, kind, state, coalesce(alert->>'$.title', kind) AS title, created_at AS createdAt, due_at AS dueAt,
      done_at AS doneAt, attempts, last_error AS error
    FROM deliveries WHERE id > ${incidentId} || '/' AND id < ${incidentId} || '0'
    ORDER BY created_at, id LIMIT ${DELIVERIES_MAX}`);
  return z.parse(z.array(delivery), found);
}
