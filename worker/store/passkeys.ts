/** Passkeys of the owners, and the one-time codes that let one in. */
import { and, eq, isNull, sql } from "drizzle-orm";
import { audited, type Doer } from "./audit.ts";
import { type Database, writeAll } from "./database.ts";
import { invitation, type OwnerCode } from "./owner-sql.ts";
import { ownerCodes, passkeys } from "./schema.ts";
import { type NewSession, putSession } from "./sessions.ts";

/** Whether anybody was ever enrolled: from then on there is an owner, though every passkey may be gone. */
export async function hasPasskeys(db: Database): Promise<boolean> {
  return (await db.all(sql`SELECT 1 FROM passkeys LIMIT 1`)).length > 0;
}

/** The key that challenges are signed with; `draw` is one to begin with. */
export async function challengeKey(db: Database, draw: () => string): Promise<string> {
  const look = () => db.all<{ secret: string }>(sql`SELECT secret FROM challenge_key`);
  const [known] = await look();
  if (known !== undefined) return known.secret;
  // Another request may have made one meanwhile: then that one holds.
  await writeAll(db, [sql`INSERT OR IGNORE INTO challenge_key (id, secret) VALUES (1, ${draw()})`]);
  const [made] = await look();
  if (made === undefined) throw new Error("the challenge key was not kept");
  return made.secret;
}

/** Lets one more passkey of a person in. */
export async function inviteOwner(db: Database, code: OwnerCode, doer: Doer, now: number): Promise<void> {
  await writeAll(db, invitation(code, doer, now));
}

/** The person a code is for; null when it is not good (any more). */
export async function ownerOfCode(db: Database, codeHash: string, now: number): Promise<string | null> {
  const [row] = await db.select().from(ownerCodes).where(eq(ownerCodes.codeHash, codeHash));
  return row === undefined || row.usedAt !== null || row.expiresAt <= now ? null : row.owner;
}

export interface KeptPasskey {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly rpId: string;
  readonly algorithm: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly madeAt: number;
  readonly usedAt: number | null;
  readonly removedAt: number | null;
}

export function allPasskeys(db: Database): Promise<KeptPasskey[]> {
  return db.select().from(passkeys).orderBy(passkeys.madeAt, passkeys.id);
}

/** Null when it is unknown or was removed. */
export async function livingPasskey(db: Database, id: string): Promise<KeptPasskey | null> {
  const [row] = await db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.id, id), isNull(passkeys.removedAt)));
  return row ?? null;
}

/** Passkeys of a person that are good for a host name. */
export async function passkeysOf(db: Database, owner: string, rpId: string): Promise<string[]> {
  const rows = await db
    .select({ id: passkeys.id })
    .from(passkeys)
    .where(and(eq(passkeys.owner, owner), eq(passkeys.rpId, rpId), isNull(passkeys.removedAt)));
  return rows.map(({ id }) => id);
}

export interface EnrolledPasskey {
  readonly codeHash: string;
  readonly passkey: Omit<KeptPasskey, "madeAt" | "usedAt" | "removedAt">;
  readonly session: NewSession;
}

/** Spends the code, keeps the passkey, and signs in with it; false when the code was spent or the passkey is known. */
export async function enrolPasskey(db: Database, enrolled: EnrolledPasskey, now: number): Promise<boolean> {
  const { codeHash, passkey, session } = enrolled;
  const { id, owner, name, rpId, algorithm, publicKey, counter } = passkey;
  const unused = sql`EXISTS (SELECT 1 FROM owner_codes
    WHERE code_hash = ${codeHash} AND owner = ${owner} AND used_at IS NULL AND expires_at > ${now})`;
  const deed = { act: "enrol passkey", site: "", subject: id, detail: name };
  const [kept = 0] = await writeAll(db, [
    ...audited(
      sql`INSERT OR IGNORE INTO passkeys (id, owner, name, rp_id, algorithm, public_key, counter, made_at, used_at)
          SELECT ${id}, ${owner}, ${name}, ${rpId}, ${algorithm}, ${publicKey}, ${counter}, ${now}, ${now} WHERE ${unused}`,
      { by: owner, through: "code" },
      deed,
      now,
    ),
    putSession(session, sql`EXISTS (SELECT 1 FROM passkeys WHERE id = ${id} AND made_at = ${now}) AND ${unused}`, now),
    sql`UPDATE owner_codes SET used_at = ${now} WHERE code_hash = ${codeHash} AND used_at IS NULL
        AND EXISTS (SELECT 1 FROM sessions WHERE id = ${session.id})`,
  ]);
  return kept > 0;
}

/** Signs in with a passkey; false when its answer was used before, or it was removed or used elsewhere meanwhile. */
export async function signInWith(db: Database, session: NewSession, counter: number, now: number): Promise<boolean> {
  const { passkey, owner } = session;
  // A counter that stands still or goes back is a copy of the passkey, unless it has none (WebAuthn, section 6.1.1).
  const good = sql`EXISTS (SELECT 1 FROM passkeys WHERE id = ${passkey} AND removed_at IS NULL
    AND (counter < ${counter} OR (counter = 0 AND ${counter} = 0)))`;
  const began = sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${session.id})`;
  const deed = { act: "sign in", site: "", subject: session.id };
  const [signedIn = 0] = await writeAll(db, [
    ...audited(putSession(session, good, now), { by: owner, through: "session" }, deed, now),
    sql`UPDATE passkeys SET counter = ${counter}, used_at = ${now} WHERE id = ${passkey} AND ${began}`,
  ]);
  return signedIn > 0;
}

/** Removes a passkey and ends its sessions; false when it is not there. */
export async function removePasskey(db: Database, id: string, doer: Doer, now: number): Promise<boolean> {
  const deed = { act: "remove passkey", site: "", subject: id };
  const [removed = 0] = await writeAll(db, [
    ...audited(sql`UPDATE passkeys SET removed_at = ${now} WHERE id = ${id} AND removed_at IS NULL`, doer, deed, now),
    sql`UPDATE sessions SET ended_at = ${now} WHERE passkey = ${id} AND ended_at IS NULL`,
  ]);
  return removed > 0;
}
