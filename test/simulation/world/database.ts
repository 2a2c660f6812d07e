/**
 * D1 over `node:sqlite`, as far as drizzle and the store use it, with D1's own ways: a batch is one transaction, a statement
 * takes at most 100 parameters, numbers are bound as REAL, errors begin with `D1_ERROR`. Every call goes through the caller's
 * `line` first, which may take its time, fail it, let it happen and fail then, or never come back: so the worker dies between
 * any two statements.
 */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

const PARAMETERS_MAX = 100;
const migrations = resolve(import.meta.dirname, "../../../migrations");

export interface Query {
  readonly sql: string;
  readonly params: readonly SQLInputValue[];
}

export interface Answered {
  readonly results: readonly Record<string, unknown>[];
  /** Rows changed, as D1's `meta.changes`. */
  readonly changes: number;
}

/** The way of one caller to the database: does what it is given, perhaps late, perhaps never, perhaps with an error. */
export type Line = (act: () => readonly Answered[], queries: readonly Query[]) => Promise<readonly Answered[]>;

export interface SimulatedDatabase {
  /** A D1 binding for one caller. */
  readonly bindingOver: (line: Line) => object;
  /** The world's own look into the database, past every fault. */
  readonly look: (sql: string, ...params: SQLInputValue[]) => Record<string, unknown>[];
  readonly close: () => void;
}

/** An empty database with every migration applied, in order of their names. */
export function openSimulated(): SimulatedDatabase {
  const sqlite = new DatabaseSync(":memory:");
  for (const file of globSync("*.sql", { cwd: migrations }).sort()) {
    sqlite.exec(readFileSync(resolve(migrations, file), "utf8"));
  }
  const prepared = new Map<string, Prepared>();
  const prepare = (sql: string): Prepared => {
    const found = prepared.get(sql) ?? preparedOf(sqlite, sql);
    prepared.set(sql, found);
    return found;
  };
  const transaction = (queries: readonly Query[]) => inTransaction(sqlite, queries, prepare);
  return {
    bindingOver: (line) => bindingOver(line, transaction),
    look: (sql, ...params) => prepare(sql).statement.all(...params),
    close: () => sqlite.close(),
  };
}

interface Prepared {
  readonly statement: StatementSync;
  /** It answers rows: a SELECT, or a write with RETURNING. */
  readonly hasRows: boolean;
  readonly writes: boolean;
}

function preparedOf(sqlite: DatabaseSync, sql: string): Prepared {
  const statement = sqlite.prepare(sql);
  return { statement, hasRows: statement.columns().length > 0, writes: !/^\s*SELECT\b/i.test(sql) };
}

function inTransaction(
  sqlite: DatabaseSync,
  queries: readonly Query[],
  prepare: (sql: string) => Prepared,
): Answered[] {
  try {
    if (queries.length === 1) return queries.map((query) => answer(sqlite, query, prepare));
    sqlite.exec("BEGIN");
    const answers = queries.map((query) => answer(sqlite, query, prepare));
    sqlite.exec("COMMIT");
    return answers;
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw new Error(`D1_ERROR: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function answer(sqlite: DatabaseSync, { sql, params }: Query, prepare: (sql: string) => Prepared): Answered {
  if (params.length > PARAMETERS_MAX) throw new Error(`too many SQL variables: ${params.length}`);
  const { statement, hasRows, writes } = prepare(sql);
  if (!hasRows) return { results: [], changes: Number(statement.run(...params).changes) };
  const results = statement.all(...params);
  return { results, changes: writes ? changesOf(sqlite, prepare) : 0 };
}

function changesOf(_: DatabaseSync, prepare: (sql: string) => Prepared): number {
  return Number(prepare("SELECT changes() AS changes").statement.get()?.changes ?? 0);
}

/** A D1PreparedStatement: immutable, `bind` gives another. */
class Statement {
  readonly query: Query;
  readonly #send: (queries: readonly Query[]) => Promise<readonly Answered[]>;

  constructor(query: Query, send: (queries: readonly Query[]) => Promise<readonly Answered[]>) {
    this.query = query;
    this.#send = send;
  }

  bind(...params: readonly unknown[]): Statement {
    return new Statement({ sql: this.query.sql, params: params.map(inputOf) }, this.#send);
  }

  async all(): Promise<object> {
    return resultOf(await this.#one());
  }

  run(): Promise<object> {
    return this.all();
  }

  async raw(): Promise<unknown[][]> {
    return (await this.#one()).results.map((row) => Object.values(row));
  }

  async first(column?: string): Promise<unknown> {
    const row = (await this.#one()).results[0];
    if (row === undefined) return null;
    return column === undefined ? row : row[column];
  }

  async #one(): Promise<Answered> {
    const [only] = await this.#send([this.query]);
    if (only === undefined) throw new Error("D1_ERROR: no answer");
    return only;
  }
}

function bindingOver(line: Line, transaction: (queries: readonly Query[]) => Answered[]): object {
  const send = (queries: readonly Query[]) => line(() => transaction(queries), queries);
  return {
    prepare: (sql: string) => new Statement({ sql, params: [] }, send),
    batch: async (statements: readonly Statement[]) =>
      (await send(statements.map(({ query }) => query))).map((answered) => resultOf(answered)),
    exec: async (sql: string) => {
      await send([{ sql, params: [] }]);
      return { count: 1, duration: 0 };
    },
  };
}

function resultOf({ results, changes }: Answered): object {
  return { success: true, results: results.map((row) => ({ ...row })), meta: { changes, duration: 0 } };
}

/** What D1 takes as a parameter; booleans become numbers, and what it does not know it refuses. */
function inputOf(value: unknown): SQLInputValue {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Uint8Array) return value;
  throw new Error(`D1_TYPE_ERROR: Type '${typeof value}' not supported for value '${String(value)}'`);
}
