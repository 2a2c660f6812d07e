/** Watches in and out of D1. A watch is written only over the version it was read at. */
import { and, eq, getTableColumns, inArray, type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { type Facts, facts, reason, spec, status, type Watch } from "../judge/watch.ts";
import { type Database, field, perChunk } from "./database.ts";
import { remembering } from "./remembered.ts";
import { watches } from "./schema.ts";

export type Row = typeof watches.$inferSelect;

/** Each takes some kilobytes. */
const REMEMBERED_MAX = 4_000;
/** With sixty runs in them they take thirty kilobytes, and change with each heartbeat: but only one of a site's at a time. */
const FACTS_REMEMBERED_MAX = 500;
const specOf = remembering(spec, REMEMBERED_MAX);
const factsOf = remembering(facts, FACTS_REMEMBERED_MAX);
const reasonOf = remembering(reason, REMEMBERED_MAX);

/** Parses a row; a row that does not parse is a bug or a hand-edited database, and throws with its key. */
function watchOf(row: Row): Watch {
  return watchWith(row, factsOf(row.facts));
}

/** The same of facts that are read already. */
export function watchWith(row: Row, read: Facts): Watch {
  return {
    ...row,
    spec: specOf(row.spec),
    facts: read,
    reason: reasonOf(row.reason),
    status: z.parse(status, row.status),
  };
}

function rowOf(watch: Watch): Row {
  return {
    ...watch,
    spec: JSON.stringify(watch.spec),
    facts: JSON.stringify(watch.facts),
    reason: JSON.stringify(watch.reason),
  };
}

/** What could be read, and the rows that nobody can judge: written by hand, or by a version to come. */
export interface ReadWatches<Of extends Watch = Watch> {
  readonly watches: readonly Of[];
  readonly unreadable: readonly { readonly site: string; readonly key: string }[];
}

export function readable<From extends Row, Of extends Watch>(
  rows: readonly From[],
  watchOf: (row: From) => Of,
): ReadWatches<Of> {
  const read = rows.map((row) => {
    try {
      return { row, watch: watchOf(row) };
    } catch {
      return { row, watch: null };
    }
  });
  return {
    watches: read.flatMap(({ watch }) => (watch === null ? [] : [watch])),
    unreadable: read.flatMap(({ row, watch }) => (watch === null ? [{ site: row.site, key: row.key }] : [])),
  };
}

/** The named watches of a site, as far as there are such. */
export async function watchesByKey(db: Database, site: string, keys: readonly string[]): Promise<Watch[]> {
  const rows = await db
    .select()
    .from(watches)
    .where(
      and(eq(watches.site, site), inArray(watches.key, sql`(SELECT value FROM json_each(${JSON.stringify(keys)}))`)),
    );
  return rows.map(watchOf);
}

export async function watchesOfSites(db: Database, sites: readonly string[]): Promise<Watch[]> {
  return (await rowsOfSites(db, sites)).map(watchOf);
}

function rowsOfSites(db: Database, sites: readonly string[]): Promise<Row[]> {
  return db.select().from(watches).where(isOf(sites));
}

export function isOf(sites: readonly string[]): SQL {
  return inArray(watches.site, sql`(SELECT value FROM json_each(${JSON.stringify(sites)}))`);
}

/** As `watchesOfSites`, but a row that does not parse spoils its own site alone. */
export async function readableWatches(db: Database, sites: readonly string[]): Promise<ReadWatches> {
  return readable(await rowsOfSites(db, sites), watchOf);
}

export async function isAnythingWatched(db: Database): Promise<boolean> {
  return (await db.select({ site: watches.site }).from(watches).limit(1)).length > 0;
}

/**
 * Sites that have something due at `now`, a watch or what is to be said of an incident, with how many; the longest overdue
 * first, at most `limit` of each.
 */
export async function dueSites(db: Database, now: number, limit: number): Promise<{ site: string; due: number }[]> {
  const due = await db.all(sql`
    SELECT site FROM (SELECT site, due_at FROM watches WHERE due_at <= ${now} ORDER BY due_at LIMIT ${limit})
    UNION ALL
    SELECT site FROM (SELECT site, due_at FROM incidents WHERE due_at <= ${now} ORDER BY due_at LIMIT ${limit})`);
  const counts = new Map<string, number>();
  for (const { site } of z.parse(z.array(z.object({ site: z.string() })), due)) {
    counts.set(site, (counts.get(site) ?? 0) + 1);
  }
  return [...counts].map(([site, count]) => ({ site, due: count }));
}

/** New facts and deadlines, each over the version it was read at. Rows changed tell how many still were at it. */
export function writeFacts(site: string, changed: readonly Watch[]): SQL[] {
  const rows = changed.map(({ key, version, facts: of, dueAt }) => ({
    key,
    version,
    dueAt,
    facts: JSON.stringify(of),
  }));
  return perChunk(
    rows,
    (json) => sql`
      UPDATE watches SET version = version + 1, facts = ${field("facts")}, due_at = ${field("dueAt")}
      FROM json_each(${json}) AS e
      WHERE watches.site = ${site} AND watches.key = ${field("key")} AND watches.version = ${field("version")}
        -- Named once more, by itself, so that each is sought by its key instead of walking through the site.
        AND watches.key IN (SELECT n.value->>'key' FROM json_each(${json}) AS n)`,
  );
}

/** Judged watches of sites whose verdict holds under `token`. */
export function writeJudged(changed: readonly Watch[], token: string): SQL[] {
  return perChunk(
    changed.map(rowOf),
    (json) => sql`
      UPDATE watches SET version = watches.version + 1, status = ${field("status")}, reason = ${field("reason")},
        since_at = ${field("sinceAt")}, due_at = ${field("dueAt")}, held_until = ${field("heldUntil")},
        incident_id = ${field("incidentId")}
      FROM json_each(${json}) AS e, verdicts
      WHERE watches.site = ${field("site")} AND watches.key = ${field("key")}
        AND verdicts.site = watches.site AND verdicts.token = ${token}`,
  );
}

/** Puts watches as a plan asks for them: new ones whole, known ones with their new spec and due at once. */
export function putWatches(planned: readonly Watch[]): SQL[] {
  const columns = sql.raw(
    Object.values(getTableColumns(watches))
      .map((column) => column.name)
      .join(", "),
  );
  const values = sql.raw(
    Object.keys(getTableColumns(watches))
      .map((name) => `e.value->>'${name}'`)
      .join(", "),
  );
  return perChunk(
    planned.map(rowOf),
    (json) => sql`
      INSERT INTO watches (${columns}) SELECT ${values} FROM json_each(${json}) AS e WHERE true
      ON CONFLICT (site, key) DO UPDATE SET version = version + 1, spec = excluded.spec, due_at = excluded.due_at
      WHERE watches.spec <> excluded.spec`,
  );
}

export function removeWatches(site: string, keys: readonly string[]): SQL[] {
  if (keys.length === 0) return [];
  const json = JSON.stringify(keys);
  return [sql`DELETE FROM watches WHERE site = ${site} AND key IN (SELECT value FROM json_each(${json}))`];
}

/** Makes a site's hosts due, so that the next sweep judges the site anew. */
export function judgeSoon(site: string, now: number): SQL {
  return sql`UPDATE watches SET version = version + 1, due_at = ${now} WHERE site = ${site} AND key GLOB 'host:*'`;
}
