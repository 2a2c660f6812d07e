/** A D1 whose every call goes through a gate, which may let it happen, or stop for good before or after it. */

export type Gate = <Result>(act: () => Promise<Result>) => Promise<Result>;

/** Wraps a D1 binding. Only what the worker uses of it is there: prepare, bind, all, run, raw, first and batch. */
export function gated(real: D1Database, gate: Gate): D1Database {
  const inner = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const outer = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: () => gate(() => statement.all()),
      run: () => gate(() => statement.run()),
      raw: () => gate(() => statement.raw()),
      first: () => gate(() => statement.first()),
    };
    inner.set(outer, statement);
    return outer as unknown as D1PreparedStatement;
  };
  const d1 = {
    prepare: (sql: string) => wrap(real.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) =>
      gate(() => real.batch(statements.map((statement) => inner.get(statement) ?? statement))),
  };
  return d1 as unknown as D1Database;
}
