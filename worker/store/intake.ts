/** One heartbeat into D1: what it touches is read, the judge says what changes, and all of it is written in one batch. */
import { and, eq, inArray, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { type Run, sighting } from "../../protocol/heartbeat.ts";
import {
  type Arrival,
  absorb,
  type MarkerRow,
  markerRows,
  namedWatches,
  serverTime,
  touchedCopies,
} from "../judge/intake.ts";
import type { Watch } from "../judge/watch.ts";
import { type Database, field, perChunk, runAll } from "./database.ts";
import { markers } from "./schema.ts";
import { needOf, sweepNeed } from "./sweeps.ts";
import { watchesByKey, writeFacts } from "./watches.ts";

/** Another heartbeat or a sweep may write the same watch in between; so often it is read again. */
const TRIES = 5;

export type Recorded =
  | { readonly held: true; readonly lastSweepAt: number | null; readonly judgeNow: boolean }
  | { readonly held: false };

/** Records a heartbeat durably; `held: false` when others kept changing the same rows. Recording again changes nothing. */
export async function recordHeartbeat(db: Database, arrival: Arrival): Promise<Recorded> {
  const { site, now } = arrival;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const known = await knownMarkers(db, arrival);
    const named = await watchesByKey(db, site, namedWatches(arrival));
    const touched = touchedCopies(arrival, named, known).filter((key) => named.every((watch) => watch.key !== key));
    const watches = touched.length === 0 ? named : [...named, ...(await watchesByKey(db, site, touched))];
    const changed = absorb(arrival, watches, known);
    const written = await write(db, arrival, changed);
    if (written.whole) {
      const judgeNow = written.isDue || changed.some(({ dueAt }) => dueAt !== null && dueAt <= now);
      return { held: true, lastSweepAt: written.lastSweepAt, judgeNow };
    }
  }
  return { held: false };
}

async function knownMarkers(db: Database, arrival: Arrival): Promise<MarkerRow[]> {
  const ids = [...new Set(markerRows(arrival).map(({ marker }) => marker))];
  if (ids.length === 0) return [];
  const named = inArray(markers.marker, sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`);
  const rows = await db
    .select()
    .from(markers)
    .where(and(eq(markers.site, arrival.site), named));
  return rows.map((row) => ({
    ...row,
    sighting: row.sighting === "" ? null : z.parse(sighting, JSON.parse(row.sighting)),
  }));
}

interface Written {
  /** False when a watch was changed by others since it was read. */
  readonly whole: boolean;
  readonly lastSweepAt: number | null;
  /** Something of whomever became due since then. */
  readonly isDue: boolean;
}

/** Writes everything in one batch, and asks in the same one whether a sweep is due: each way to the database costs time. */
async function write(db: Database, arrival: Arrival, changed: readonly Watch[]): Promise<Written> {
  const facts = writeFacts(arrival.site, changed);
  const rest = [...writeRuns(arrival), ...writeMarkers(arrival)];
  const results = await runAll(db, [...rest, ...facts, sweepNeed(arrival.now)]);
  const written = results.slice(rest.length, -1).reduce((sum, { meta }) => sum + meta.changes, 0);
  return { whole: written === changed.length, ...needOf(results.at(-1)?.results ?? []) };
}

function writeRuns(arrival: Arrival) {
  const rows = arrival.heartbeat.runs.map((run) => runRow(arrival, run));
  return perChunk(
    rows,
    (json) => sql`
      INSERT INTO runs (site, host, job, id, seq, status, started_at, finished_at, received_at, detail)
      SELECT ${arrival.site}, ${arrival.host}, ${field("job")}, ${field("id")}, ${field("seq")}, ${field("status")},
        ${field("startedAt")}, ${field("finishedAt")}, ${arrival.now}, ${field("detail")}
      FROM json_each(${json}) AS e WHERE true
      ON CONFLICT (site, host, job, id) DO UPDATE SET status = excluded.status, started_at = excluded.started_at,
        finished_at = excluded.finished_at, received_at = excluded.received_at, detail = excluded.detail
      WHERE runs.status = 'started' AND excluded.status <> 'started'`,
  );
}

function runRow(arrival: Arrival, run: Run) {
  const { id, job, seq, status, startedAt, finishedAt, born, seen, readings, ...detail } = run;
  return {
    id,
    job,
    seq,
    status,
    startedAt: serverTime(arrival, startedAt),
    finishedAt: finishedAt === undefined ? null : serverTime(arrival, finishedAt),
    detail: JSON.stringify(detail),
  };
}

function writeMarkers(arrival: Arrival) {
  const rows = markerRows(arrival).map((row) => ({
    ...row,
    seenAt: row.seenAt ?? 0,
    sighting: row.sighting === null ? "" : JSON.stringify(row.sighting),
  }));
  return perChunk(
    rows,
    (json) => sql`
      INSERT OR IGNORE INTO markers (site, marker, tier, seen_at, sighting, dataset, host, born_at)
      SELECT ${arrival.site}, ${field("marker")}, ${field("tier")}, ${field("seenAt")}, ${field("sighting")},
        ${field("dataset")}, ${arrival.host}, ${field("bornAt")}
      FROM json_each(${json}) AS e`,
  );
}
