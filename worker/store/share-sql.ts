/** Links that show private sites, as statements: for the worker and for `npm run share`. Of a link's key the hash is stored. */
import { type SQL, sql } from "drizzle-orm";
import { audited, type Doer } from "./audit.ts";

export interface NewShare {
  readonly id: string;
  /** SHA-256 of the key, in base64url. */
  readonly keyHash: string;
  readonly name: string;
  /** Null: every site. */
  readonly sites: readonly string[] | null;
}

export function putShare({ id, keyHash, name, sites }: NewShare, doer: Doer, now: number): SQL[] {
  const put = sql`INSERT INTO shares (id, key_hash, name, sites, made_by, made_at)
    VALUES (${id}, ${keyHash}, ${name}, ${sites === null ? null : JSON.stringify(sites)}, ${doer.by}, ${now})`;
  const detail = `${name}, of ${sites === null ? "every site" : sites.join(", ")}`;
  return audited(put, doer, { act: "make link", site: "", subject: id, detail }, now);
}

/** Ends one, by its id; or every one of a name. The first statement answers a row for each that it ended. */
export function endShares(which: { readonly id: string } | { readonly name: string }, doer: Doer, now: number): SQL[] {
  const these = "id" in which ? sql`id = ${which.id}` : sql`name = ${which.name}`;
  const ended = sql`UPDATE shares SET revoked_at = ${now} WHERE ${these} AND revoked_at IS NULL RETURNING name`;
  const subject = "id" in which ? which.id : which.name;
  return audited(ended, doer, { act: "revoke link", site: "", subject }, now);
}
