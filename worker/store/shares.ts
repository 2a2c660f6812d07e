/** Links that show what is public of private sites, by the hash of the key in them. */
import { and, eq, isNull } from "drizzle-orm";
import * as z from "zod/mini";
import type { Sites } from "../judge/public.ts";
import type { Doer } from "./audit.ts";
import { type Database, writeAll } from "./database.ts";
import { shares } from "./schema.ts";
import { endShares, type NewShare, putShare } from "./share-sql.ts";

/** The sites that a key shows; null when it is none of ours, or was revoked. */
export async function sharedSites(db: Database, keyHash: string): Promise<Sites | null> {
  const [found] = await db
    .select({ sites: shares.sites })
    .from(shares)
    .where(and(eq(shares.keyHash, keyHash), isNull(shares.revokedAt)));
  if (found === undefined) return null;
  return sitesOf(found.sites) ?? "all";
}

export interface KeptShare {
  readonly id: string;
  readonly name: string;
  /** Null: every site. */
  readonly sites: string[] | null;
  readonly madeBy: string;
  readonly madeAt: number;
  readonly revokedAt: number | null;
}

/** All there ever were, the oldest first. */
export async function allShares(db: Database): Promise<KeptShare[]> {
  const { id, name, sites, madeBy, madeAt, revokedAt } = shares;
  const rows = await db.select({ id, name, sites, madeBy, madeAt, revokedAt }).from(shares).orderBy(madeAt, id);
  return rows.map((row) => ({ ...row, sites: sitesOf(row.sites) }));
}

function sitesOf(text: string | null): string[] | null {
  return text === null ? null : z.parse(z.array(z.string()), JSON.parse(text));
}

export async function makeShare(db: Database, share: NewShare, doer: Doer, now: number): Promise<void> {
  await writeAll(db, putShare(share, doer, now));
}

/** False when there is none that is good still. */
export async function revokeShare(db: Database, id: string, doer: Doer, now: number): Promise<boolean> {
  const [changed = 0] = await writeAll(db, endShares({ id }, doer, now));
  return changed > 0;
}
