/** Who is signed in. A session ends when it was not used for a while, after a time in any case, or when it is ended. */
import { and, eq, gt, isNull, type SQL, sql } from "drizzle-orm";
import { audited, type Doer } from "./audit.ts";
import { type Database, writeAll } from "./database.ts";
import { passkeys, sessions } from "./schema.ts";

/** Not used for so long, it is over. */
const SESSION_IDLE_MS = 12 * 3_600_000;
/** So long after its begin it is over, however much it was used. */
export const SESSION_MAX_MS = 7 * 86_400_000;
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
  const [row] = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.id, id), lives(now)));
  return row ?? null;
}

function lives(now: number): SQL | undefined {
  return and(
    isNull(sessions.endedAt),
    gt(sessions.usedAt, now - SESSION_IDLE_MS),
    gt(sessions.beganAt, now - SESSION_MAX_MS),
  );
}

export interface NewSession {
  readonly id: string;
  readonly secretHash: string;
  readonly owner: string;
  readonly passkey: string;
  /** What the passkey signed: of that there is one session. */
  readonly challenge: string;
}

/** Begins a session where `condition` holds. */
export function putSession(session: NewSession, condition: SQL, now: number): SQL {
  const { id, secretHash, owner, passkey, challenge } = session;
  return sql`INSERT OR IGNORE INTO sessions (id, secret_hash, owner, passkey, challenge, began_at, used_at)
    SELECT ${id}, ${secretHash}, ${owner}, ${passkey}, ${challenge}, ${now}, ${now} WHERE ${condition}`;
}

/** Writes down that it was used at `now`, if that is news. */
export async function touchSession(db: Database, { id, usedAt }: Session, now: number): Promise<void> {
  if (now < usedAt + USE_KNOWN_MS) return;
  await writeAll(db, [sql`UPDATE sessions SET used_at = max(used_at, ${now}) WHERE id = ${id} AND ended_at IS NULL`]);
}

/** Who is signed in, and with which passkey: the newest first. */
export function livingSessions(db: Database, now: number) {
  const { id, owner, beganAt, usedAt } = sessions;
  return db
    .select({ id, owner, beganAt, usedAt, passkeyName: passkeys.name })
    .from(sessions)
    .leftJoin(passkeys, eq(passkeys.id, sessions.passkey))
    .where(lives(now))
    .orderBy(sql`${beganAt} DESC`);
}

/** Ends it; false when there is none that goes on. */
export async function endSession(db: Database, id: string, doer: Doer, now: number): Promise<boolean> {
  const ended = sql`UPDATE sessions SET ended_at = ${now} WHERE id = ${id} AND ended_at IS NULL`;
  const [changed = 0] = await writeAll(db, audited(ended, doer, { act: "end session", site: "", subject: id }, now));
  return changed > 0;
}
