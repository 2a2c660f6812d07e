/** Statements as text, for a database that is reached by text alone. */
import type { SQL } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";

/** A statement with its values in it, on one line but for what a value holds. */
export function spelledOut(statement: SQL): string {
  const text = new SQLiteAsyncDialect().sqlToQuery(statement.inlineParams()).sql;
  return text.replaceAll(/'(?:[^']|'')*'|\s+/g, (part) => (part.startsWith("'") ? part : " "));
}
