/**
 * A D1 that asks the real one each question once, and from then on answers with what it said: as JSON text that is read anew
 * each time, as the runtime does. What is left is the CPU of the worker's own code, without that of a local stand-in for D1.
 */
type Answer = (statement: D1PreparedStatement) => Promise<unknown>;

export function replayed(real: D1Database): D1Database {
  const answers = new Map<string, string>();
  const asked = async (key: string, statement: D1PreparedStatement, answer: Answer) => {
    const known = answers.get(key) ?? JSON.stringify(await answer(statement));
    answers.set(key, known);
    return JSON.parse(known);
  };
  const wrap = (sql: string, values: readonly unknown[]): D1PreparedStatement => {
    const statement = real.prepare(sql).bind(...values);
    const key = JSON.stringify([sql, values]);
    const outer = {
      bind: (...bound: unknown[]) => wrap(sql, bound),
      all: () => asked(`all ${key}`, statement, (one) => one.all()),
      run: () => asked(`run ${key}`, statement, (one) => one.run()),
      raw: () => asked(`raw ${key}`, statement, (one) => one.raw()),
      first: () => asked(`first ${key}`, statement, (one) => one.first()),
    };
    // As much of a statement as the worker uses.
    return outer as unknown as D1PreparedStatement;
  };
  return { prepare: (sql: string) => wrap(sql, []) } as unknown as D1Database;
}
