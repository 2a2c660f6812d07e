/** One-time codes that let a passkey in, and the end of a person: statements for the worker and for `npm run owner`. */
import { type SQL, sql } from "drizzle-orm";
import { audited, type Doer } from "./audit.ts";

export interface OwnerCode {
  readonly codeHash: string;
  /** The person whose passkey it lets in. */
  readonly owner: string;
  readonly expiresAt: number;
}

export function invitation({ codeHash, owner, expiresAt }: OwnerCode, doer: Doer, now: number): SQL[] {
  return audited(
    sql`INSERT INTO owner_codes (code_hash, owner, expires_at) VALUES (${codeHash}, ${owner}, ${expiresAt})`,
    doer,
    { act: "invite", site: "", subject: owner },
    now,
  );
}

/** Locks a person out: passkeys, sessions, tokens and links that were not used yet. */
export function removal(owner: string, doer: Doer, now: number): SQL[] {
  const passkeys = sql`UPDATE passkeys SET removed_at = ${now} WHERE owner = ${owner} AND removed_at IS NULL`;
  return [
    ...audited(passkeys, doer, { act: "remove owner", site: "", subject: owner }, now),
    sql`UPDATE sessions SET ended_at = ${now} WHERE owner = ${owner} AND ended_at IS NULL`,
    sql`UPDATE tokens SET revoked_at = ${now} WHERE owner = ${owner} AND revoked_at IS NULL`,
    sql`UPDATE owner_codes SET used_at = ${now} WHERE owner = ${owner} AND used_at IS NULL`,
  ];
}
