/** Links that show private sites, as `npm run share` makes them, and what wrangler answers of them. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";

const KEY_BYTES = 16;
const ID_BYTES = 8;

/** A key of 128 random bits, and an id for its row; `draw` gives so many random bytes. What is stored of a key is its SHA-256. */
export function makeKey(draw: (bytes: number) => Buffer): {
  readonly id: string;
  readonly key: string;
  readonly keyHash: string;
} {
  const key = draw(KEY_BYTES).toString("base64url");
  const keyHash = createHash("sha256").update(key).digest("base64url");
  return { id: draw(ID_BYTES).toString("hex"), key, keyHash };
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

/** How many links a revocation took: its first statement answers a row for each. */
export function revokedCount(json: string): number {
  const [first] = z.parse(z.array(z.unknown()), JSON.parse(json));
  return z.parse(revoked, [first])[0]?.results.length ?? 0;
}
