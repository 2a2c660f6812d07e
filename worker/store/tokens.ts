/** Tokens of programs that ask for their owner. */
import { eq, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { type Database, writeAll } from "./database.ts";
import { tokens } from "./schema.ts";

const DAY_MS = 86_400_000;
const may = z.enum(["read", "write"]);

export interface Token {
  readonly id: string;
  readonly secretHash: string;
  readonly owner: string;
  readonly name: string;
  readonly may: z.infer<typeof may>;
  /** The first millisecond of the day (UTC) on which it was last used. */
  readonly usedOn: number | null;
}

/** Null when there is none with that id, or it was revoked. */
export async function livingToken(db: Database, id: string): Promise<Token | null> {
  const [row] = await db.select().from(tokens).where(eq(tokens.id, id));
  return row === undefined || row.revokedAt !== null ? null : { ...row, may: z.parse(may, row.may) };
}

/** Writes down on which day it was used, once a day. */
export async function touchToken(db: Database, { id, usedOn }: Token, now: number): Promise<void> {
  const today = now - (now % DAY_MS);
  if (usedOn !== null && usedOn >= today) return;
  await writeAll(db, [sql`UPDATE tokens SET used_on = ${today} WHERE id = ${id}`]);
}
