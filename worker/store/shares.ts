/** Links that show what is public of private sites, by the hash of the key in them. */
import { and, eq, isNull } from "drizzle-orm";
import * as z from "zod/mini";
import type { Sites } from "../judge/public.ts";
import type { Database } from "./database.ts";
import { shares } from "./schema.ts";

/** The sites that a key shows; null when it is none of ours, or was revoked. */
export async function sharedSites(db: Database, keyHash: string): Promise<Sites | null> {
  const [found] = await db
    .select({ sites: shares.sites })
    .from(shares)
    .where(and(eq(shares.keyHash, keyHash), isNull(shares.revokedAt)));
  if (found === undefined) return null;
  return found.sites === null ? "all" : z.parse(z.array(z.string()), JSON.parse(found.sites));
}
