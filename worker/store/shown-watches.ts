/**
 * Watches as pages and feeds show them. Of sixty runs that a job's facts keep for judging, a page draws how the last twenty went: the
 * database leaves out the rest, since reading it was most of a request's CPU time.
 */
import { sql } from "drizzle-orm";
import * as z from "zod/mini";
import { runStatus } from "../../protocol/heartbeat.ts";
import type { Sites } from "../judge/public.ts";
import { RECENT_MAX, type ShownWatch } from "../judge/recent.ts";
import { facts } from "../judge/watch.ts";
import type { Database } from "./database.ts";
import { remembering } from "./remembered.ts";
import { isOf, type ReadWatches, type Row, readable, watchWith } from "./watches.ts";

/** What cannot be read stays as it is, and is told of. */
const isJob = sql`key GLOB 'job:*' AND json_valid(facts)`;
/** A job of which a run goes on comes whole: few do at a time. */
const isResting = sql`instr(facts, '"finishedAt":null') = 0`;
/** From the end on, and by single paths: what json_each makes is billed as rows that were read. */
const newest = sql.raw(Array.from({ length: RECENT_MAX }, (_, i) => `'$.runs[#-${RECENT_MAX - i}].status'`).join(", "));

const columns = sql`site, key, version, spec, status, reason, since_at AS sinceAt, due_at AS dueAt, held_until AS heldUntil,
  incident_id AS incidentId,
  CASE WHEN ${isJob} AND ${isResting} THEN json_remove(facts, '$.runs', '$.unusual') ELSE facts END AS facts,
  CASE WHEN ${isJob} THEN json_extract(facts, ${newest}) ELSE '[]' END AS recent`;

/** Each takes a few kilobytes. */
const REMEMBERED_MAX = 4_000;
const factsOf = remembering(facts, REMEMBERED_MAX);
/** Null where there were fewer. */
const recentOf = remembering(z.array(z.nullable(runStatus)), REMEMBERED_MAX);

type ShownRow = Row & { readonly recent: string };

function shownOf({ recent, ...row }: ShownRow): ShownWatch {
  const known = recentOf(recent).filter((status) => status !== null);
  return { ...watchWith(row, factsOf(row.facts)), recent: known };
}

/** All, or those of these sites; a row that does not parse spoils its own site alone. */
export async function shownWatches(db: Database, sites: Sites): Promise<ReadWatches<ShownWatch>> {
  const of = sites === "all" ? sql`` : sql`WHERE ${isOf(sites)}`;
  return readable(await db.all<ShownRow>(sql`SELECT ${columns} FROM watches ${of}`), shownOf);
}
