/** Links that show private sites: their keys, and the statements that store, list and revoke them. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { name as siteName } from "../protocol/fields.ts";

const KEY_BYTES = 16;

/** What its owner calls a link: without quotes, as it stands in a statement. */
export const shareName = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9 _-]{0,39}$/));

export interface Share {
  readonly name: string;
  /** Names; null: every site. */
  readonly sites: readonly string[] | null;
}

/** A key of 128 random bits; `draw` gives so many random bytes. What is stored of it is its SHA-256. */
export function makeKey(draw: (bytes: number) => Buffer): { readonly key: string; readonly hash: string } {
  const key = draw(KEY_BYTES).toString("base64url");
  return { key, hash: createHash("sha256").update(key).digest("base64url") };
}

/** No value of it can hold a quote: hashes and names of either kind have none. */
export function makeSql({ name, sites }: Share, hash: string, now: number): string {
  const named = sites === null ? "NULL" : `'${JSON.stringify(sites.map((site) => z.parse(siteName, site)))}'`;
  const values = `'${hash}', '${z.parse(shareName, name)}', ${named}, ${now}`;
  return `INSERT INTO shares (key_hash, name, sites, made_at) VALUES (${values})`;
}

/** Answers a row for each link that it revoked. */
export function revokeSql(name: string, now: number): string {
  return `UPDATE shares SET revoked_at = ${now} WHERE name = '${z.parse(shareName, name)}' AND revoked_at IS NULL RETURNING name`;
}

export const LIST_SQL = "SELECT name, sites, made_at FROM shares WHERE revoked_at IS NULL ORDER BY made_at";

const listed = z.array(
  z.object({ results: z.array(z.object({ name: z.string(), sites: z.nullish(z.string()), made_at: z.number() })) }),
);
const revoked = z.array(z.object({ results: z.array(z.object({ name: z.string() })) }));

/** What wrangler printed of a list, one line a link. */
export function listLines(json: string): string[] {
  const [answer] = z.parse(listed, JSON.parse(json));
  return (answer?.results ?? []).map(({ name, sites, made_at }) => {
    const shown = sites == null ? "every site" : z.parse(z.array(z.string()), JSON.parse(sites)).join(", ");
    return `${name}: ${shown}, made ${new Date(made_at).toISOString().slice(0, 10)}`;
  });
}

/** How many links a revocation took. */
export function revokedCount(json: string): number {
  return z.parse(revoked, JSON.parse(json))[0]?.results.length ?? 0;
}
