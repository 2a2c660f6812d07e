/** The way into D1, and how rows go in by the hundred: as one JSON parameter, because a statement takes at most 100. */
import { type SQL, sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";

export type Database = DrizzleD1Database & { readonly $client: D1Database };

/** A statement with its parameters, for `writeAll`. */
export type Statement = SQL;

const dialect = new SQLiteAsyncDialect();

export function openDatabase(d1: D1Database): Database {
  return drizzle(d1);
}

export interface Counted {
  readonly db: Database;
  /** Statements that were made through it so far. */
  readonly statements: () => number;
}

/** The same database with a count of its statements: what an invocation may use of them is limited. */
export function counted(db: Database): Counted {
  let statements = 0;
  const prepare = (query: string) => {
    statements++;
    return db.$client.prepare(query);
  };
  const batch = <Row>(prepared: D1PreparedStatement[]) => db.$client.batch<Row>(prepared);
  const client = new Proxy(db.$client, {
    get: (target, name) => ({ prepare, batch })[String(name)] ?? Reflect.get(target, name),
  });
  return { db: openDatabase(client), statements: () => statements };
}

/** Longest JSON parameter, in UTF-16 code units: D1 takes 2 MB of bytes, and a character may take three of them. */
const PARAMETER_MAX_CHARS = 600_000;

/** Rows as JSON texts, each short enough for one parameter. */
function chunked(rows: readonly object[]): string[] {
  const chunks: string[] = [];
  let current: string[] = [];
  let size = 0;
  for (const row of rows) {
    const json = JSON.stringify(row);
    if (current.length > 0 && size + json.length > PARAMETER_MAX_CHARS) {
      chunks.push(`[${current.join(",")}]`);
      [current, size] = [[], 0];
    }
    current.push(json);
    size += json.length + 1;
  }
  return current.length === 0 ? chunks : [...chunks, `[${current.join(",")}]`];
}

/** One statement a chunk of rows; none for no rows. */
export function perChunk(rows: readonly object[], statement: (json: string) => SQL): SQL[] {
  return chunked(rows).map(statement);
}

/** Runs statements as one D1 batch: one transaction. Answers how many rows each changed. */
export async function writeAll(db: Database, statements: readonly SQL[]): Promise<number[]> {
  return (await runAll(db, statements)).map(({ meta }) => meta.changes);
}

/**
 * Runs statements as one D1 batch, with all that D1 says of each. Drizzle's own `batch` does not take raw statements with
 * parameters, so it only spells them out here.
 */
export async function runAll(db: Database, statements: readonly SQL[]): Promise<D1Result[]> {
  if (statements.length === 0) return [];
  const prepared = statements.map((statement) => {
    const query = dialect.sqlToQuery(statement);
    return db.$client.prepare(query.sql).bind(...query.params);
  });
  return db.$client.batch(prepared);
}

/** A field of the current element of `json_each(…) AS e`. */
export function field(name: string): SQL {
  return sql.raw(`e.value->>'${name}'`);
}
