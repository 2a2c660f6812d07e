/** A database in which something happens between what a request reads and what it writes. */
import { env } from "cloudflare:workers";
import { type Database, openDatabase } from "../../worker/store/database.ts";

/** `happens` comes before the first `times` batches of statements, each of which is one transaction. */
export function beforeBatches(times: number, happens: () => Promise<unknown>): Database {
  let left = times;
  const batch = async (statements: D1PreparedStatement[]) => {
    left -= 1;
    if (left >= 0) await happens();
    return env.DB.batch(statements);
  };
  const get = (target: D1Database, name: string | symbol) => {
    if (name === "batch") return batch;
    const value: unknown = Reflect.get(target, name);
    return typeof value === "function" ? value.bind(target) : value;
  };
  return openDatabase(new Proxy(env.DB, { get }));
}
