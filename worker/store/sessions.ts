/** Who is signed in. A session ends when it was not used for a while, after a time in any case, or when it is ended. */
import { eq, sql } from "drizzle-orm";
import { type Database, writeAll } from "./database.ts";
import { sessions } from "./schema.ts";

/** Not used for so long, it is over. */
const SESSION_IDLE_MS = 12 * 3_600_000;
/** So long after its begin it is over, however much it was used. */
const SESSION_MAX_MS = 7 * 86_400_000;
/** So exactly it is known when one was last used: each request need not write a row. */
const USE_KNOWN_MS = 600_000;

export interface Session {
  readonly id: string;
  readonly secretHash: string;
  readonly owner: string;
  readonly usedAt: number;
}

/** Null when there is none with that id, or it is over. */
export async function livingSession(db: Database, id: string, now: number): Promise<Session | null> {
  const [row] = await db.select().from(sessions).where(eq(sessions.id, id));
  if (row === undefined || row.endedAt !== null) return null;
  const isOver = now >= row.usedAt + SESSION_IDLE_MS || now >= row.beganAt + SESSION_MAX_MS;
  return isOver ? null : row;
}

/** Writes down that it was used at `now`, if that is news. */
export async function touchSession(db: Database, { id, usedAt }: Session, now: number): Promise<void> {
  if (now < usedAt + USE_KNOWN_MS) return;
  await writeAll(db, [sql`UPDATE sessions SET used_at = max(used_at, ${now}) WHERE id = ${id} AND ended_at IS NULL`]);
}

/** Ends it; again changes nothing. */
export async function endSession(db: Database, id: string, now: number): Promise<void> {
  await writeAll(db, [sql`UPDATE sessions SET ended_at = ${now} WHERE id = ${id} AND ended_at IS NULL`]);
}
