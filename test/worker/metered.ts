/** A D1 that counts: statements, and the rows that each read and wrote by D1's own account (`meta`), which is what is billed. */

export interface Metered {
  readonly d1: D1Database;
  /** What was used since the last call. */
  readonly take: () => Usage;
}

export interface Usage {
  readonly statements: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** Wraps a D1 binding. Only what the worker uses of it is there: prepare, bind, all, run, raw, first and batch. */
export function metered(real: D1Database): Metered {
  let usage = { statements: 0, rowsRead: 0, rowsWritten: 0 };
  const count = <Row>(result: D1Result<Row>): D1Result<Row> => {
    usage = {
      statements: usage.statements + 1,
      rowsRead: usage.rowsRead + result.meta.rows_read,
      rowsWritten: usage.rowsWritten + result.meta.rows_written,
    };
    return result;
  };
  const inner = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const outer = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: async () => count(await statement.all()),
      run: async () => count(await statement.run()),
      // `raw` tells no row counts; the same statement by `all` does. No statement of ours names a column twice.
      raw: async () => count(await statement.all<Record<string, unknown>>()).results.map((row) => Object.values(row)),
      first: async () => count(await statement.all()).results[0] ?? null,
    };
    inner.set(outer, statement);
    return outer as unknown as D1PreparedStatement;
  };
  const d1 = {
    prepare: (sql: string) => wrap(real.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) =>
      (await real.batch(statements.map((statement) => inner.get(statement) ?? statement))).map(count),
  };
  return {
    d1: d1 as unknown as D1Database,
    take: () => {
      const taken = usage;
      usage = { statements: 0, rowsRead: 0, rowsWritten: 0 };
      return taken;
    },
  };
}
