/** Tokens of programs that ask for their owner. */
import { eq, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { audited, type Doer } from "./audit.ts";
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
  readonly madeAt: number;
  /** The first millisecond of the day (UTC) on which it was last used. */
  readonly usedOn: number | null;
  readonly revokedAt: number | null;
}

/** Null when there is none with that id, or it was revoked. */
export async function livingToken(db: Database, id: string): Promise<Token | null> {
  const [row] = await db.select().from(tokens).where(eq(tokens.id, id));
  return row === undefined || row.revokedAt !== null ? null : tokenOf(row);
}

export async function allTokens(db: Database): Promise<Token[]> {
  return (await db.select().from(tokens).orderBy(tokens.madeAt, tokens.id)).map(tokenOf);
}

function tokenOf(row: typeof tokens.$inferSelect): Token {
  return { ...row, may: z.parse(may, row.may) };
}

export type NewToken = Pick<Token, "id" | "secretHash" | "name" | "may">;

export async function putToken(db: Database, token: NewToken, doer: Doer, now: number): Promise<void> {
  const { id, secretHash, name } = token;
  const put = sql`INSERT INTO tokens (id, secret_hash, owner, name, may, made_at)
    VALUES (${id}, ${secretHash}, ${doer.by}, ${name}, ${token.may}, ${now})`;
  const deed = { act: "make token", site: "", subject: id, detail: `${name}, to ${token.may}` };
  await writeAll(db, audited(put, doer, deed, now));
}

/** False when there is none that is good still. */
export async function revokeToken(db: Database, id: string, doer: Doer, now: number): Promise<boolean> {
  const revoked = sql`UPDATE tokens SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL`;
  const [changed = 0] = await writeAll(db, audited(revoked, doer, { act: "revoke token", site: "", subject: id }, now));
  return changed > 0;
}

/** Writes down on which day it was used, once a day. */
export async function touchToken(db: Database, { id, usedOn }: Token, now: number): Promise<void> {
  const today = now - (now % DAY_MS);
  if (usedOn !== null && usedOn >= today) return;
  await writeAll(db, [sql`UPDATE tokens SET used_on = ${today} WHERE id = ${id}`]);
}
