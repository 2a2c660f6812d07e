/** The owner's silences and pauses, as the judge reads them. */
import { and, gt, inArray, isNull, or, sql } from "drizzle-orm";
import * as z from "zod/mini";
import type { Act } from "../judge/acts.ts";
import type { Database } from "./database.ts";
import { acts } from "./schema.ts";

const kind = z.enum(["silence", "pause"]);

/** Those of these sites that are not over at `now`; ones that begin later are among them. */
export async function actsOfSites(db: Database, sites: readonly string[], now: number): Promise<Act[]> {
  const named = inArray(acts.site, sql`(SELECT value FROM json_each(${JSON.stringify(sites)}))`);
  const rows = await db
    .select()
    .from(acts)
    .where(and(named, or(isNull(acts.untilAt), gt(acts.untilAt, now))));
  return rows.map(({ cron, zone, seconds, ...row }) => ({
    ...row,
    kind: z.parse(kind, row.kind),
    recurs: cron === null || zone === null || seconds === null ? null : { schedule: { cron, zone }, seconds },
  }));
}
