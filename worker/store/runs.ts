/** The log of runs, one job at a time: by its index of starts, so that neither other jobs' runs nor older ones are read. */
import { type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { runStatus } from "../../protocol/heartbeat.ts";
import type { PastRun } from "../judge/days.ts";
import type { LoggedRun } from "../judge/past-run.ts";
import type { Database } from "./database.ts";

export interface JobName {
  readonly site: string;
  readonly host: string;
  readonly job: string;
}

function ofJob({ site, host, job }: JobName): SQL {
  return sql`site = ${site} AND host = ${host} AND job = ${job}`;
}

const mark = z.object({ status: runStatus, startedAt: z.number() });

/** Outcomes of the newest `limit` runs since an instant, oldest first. The index holds all that is asked. */
export async function outcomesSince(db: Database, of: JobName, sinceAt: number, limit: number): Promise<PastRun[]> {
  const found = await db.all(sql`
    SELECT status, started_at AS startedAt FROM runs WHERE ${ofJob(of)} AND started_at >= ${sinceAt}
    ORDER BY started_at DESC LIMIT ${limit}`);
  return z.parse(z.array(mark), found).reverse();
}

const number = z.nullable(z.number());
const row = z.object({
  id: z.string(),
  status: runStatus,
  startedAt: z.number(),
  finishedAt: number,
  receivedAt: z.number(),
  reason: z.nullable(z.string()),
  exitCode: number,
  signal: z.nullable(z.string()),
  bytes: number,
  files: number,
  deletions: number,
  errors: number,
  hasLog: z.number(),
});

const told = (name: string) => sql.raw(`detail->>'$.${name}' AS ${name}`);
/** All but the log itself, which may be long. */
const COLUMNS = sql.join(
  [
    sql.raw("id, status, started_at AS startedAt, finished_at AS finishedAt, received_at AS receivedAt"),
    ...["reason", "exitCode", "signal", "bytes", "files", "deletions", "errors"].map(told),
    sql.raw("coalesce(detail->>'$.logTail', '') <> '' AS hasLog"),
  ],
  sql`, `,
);

function runOf({ hasLog, ...rest }: z.infer<typeof row>): LoggedRun {
  return { ...rest, hasLog: hasLog !== 0 };
}

/** The newest `limit` runs that began before an instant, the newest first. */
export async function runsBefore(db: Database, of: JobName, beforeAt: number, limit: number): Promise<LoggedRun[]> {
  const found = await db.all(sql`
    SELECT ${COLUMNS} FROM runs WHERE ${ofJob(of)} AND started_at < ${beforeAt} ORDER BY started_at DESC LIMIT ${limit}`);
  return z.parse(z.array(row), found).map(runOf);
}

/** One run with the end of its log, as its host sent it; null when there is none of that id. */
export async function runWithLog(db: Database, of: JobName, id: string): Promise<(LoggedRun & { log: string }) | null> {
  const found = await db.all(sql`
    SELECT ${COLUMNS}, coalesce(detail->>'$.logTail', '') AS log FROM runs WHERE ${ofJob(of)} AND id = ${id}`);
  const [run] = z.parse(z.array(z.extend(row, { log: z.string() })), found);
  return run === undefined ? null : { ...runOf(run), log: run.log };
}
