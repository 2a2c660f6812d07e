/** Enrolment codes, keys and plans: what is known of the hosts of a site. */
import { eq, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { plan } from "../../protocol/plan.ts";
import type { HostPlan } from "../judge/chain.ts";
import type { Routing } from "../judge/route.ts";
import type { Alert } from "../judge/say.ts";
import type { Watch } from "../judge/watch.ts";
import { type Database, writeAll } from "./database.ts";
import { putNotice } from "./notices.ts";
import { enrollments, keys, plans } from "./schema.ts";
import { judgeSoon, putWatches, removeWatches } from "./watches.ts";

export interface HostKey {
  readonly site: string;
  readonly host: string;
  readonly publicKey: string;
  readonly revokedAt: number | null;
}

export async function findKey(db: Database, keyId: string): Promise<HostKey | null> {
  const [row] = await db.select().from(keys).where(eq(keys.keyId, keyId));
  return row ?? null;
}

/** What a code stands for, if it may be used by this key at `now`: unused, or used by this very key. */
export async function findEnrollment(db: Database, codeHash: string, keyId: string, now: number) {
  const [row] = await db.select().from(enrollments).where(eq(enrollments.codeHash, codeHash));
  if (row === undefined || row.expiresAt <= now) return null;
  if (row.usedAt !== null && row.usedKey !== keyId) return null;
  return { site: row.site, host: row.host, needsNewKey: row.replaces !== 0 && row.usedAt === null };
}

export interface NewHost {
  readonly codeHash: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly watch: Watch;
  readonly host: string;
  readonly now: number;
}

/** Spends the code and stores the key and the host's watch; false when somebody else spent the code first. */
export async function enrol(db: Database, enrolled: NewHost): Promise<boolean> {
  const { codeHash, keyId, publicKey, watch, host, now } = enrolled;
  const spent = sql`EXISTS (SELECT 1 FROM enrollments WHERE code_hash = ${codeHash} AND used_key = ${keyId})`;
  await writeAll(db, [
    sql`UPDATE enrollments SET used_at = ${now}, used_key = ${keyId}
        WHERE code_hash = ${codeHash} AND used_at IS NULL AND expires_at > ${now}`,
    sql`INSERT OR IGNORE INTO keys (key_id, site, host, public_key, enrolled_at)
        SELECT ${keyId}, ${watch.site}, ${host}, ${publicKey}, ${now} WHERE ${spent}`,
    sql`INSERT OR IGNORE INTO watches (site, key, version, spec, facts, status, reason, since_at, due_at)
        SELECT ${watch.site}, ${watch.key}, 1, ${JSON.stringify(watch.spec)}, ${JSON.stringify(watch.facts)},
          ${watch.status}, ${JSON.stringify(watch.reason)}, ${watch.sinceAt}, ${watch.dueAt} WHERE ${spent}`,
    sql`UPDATE keys SET revoked_at = ${now} WHERE site = ${watch.site} AND host = ${host} AND key_id <> ${keyId}
          AND revoked_at IS NULL AND EXISTS (SELECT 1 FROM enrollments
            WHERE code_hash = ${codeHash} AND used_key = ${keyId} AND used_at = ${now} AND replaces = 1)`,
  ]);
  const held = await findKey(db, keyId);
  return held !== null && held.site === watch.site && held.host === host;
}

/** The plans of a site's hosts. */
export async function plansOf(db: Database, site: string): Promise<HostPlan[]> {
  const rows = await db.select().from(plans).where(eq(plans.site, site));
  return rows.map((row) => ({ host: row.host, plan: z.parse(plan, JSON.parse(row.plan)), plannedAt: row.putAt }));
}

export interface PlanChange {
  readonly site: string;
  readonly host: string;
  readonly plan: string;
  readonly put: readonly Watch[];
  readonly removed: readonly string[];
  readonly now: number;
  /** What the owner is told of the change, and what each channel is to hear. */
  readonly notice: Alert | null;
  readonly routings: readonly Routing[];
  /** What it watches less than the plan before, one sentence each. */
  readonly loosened: readonly string[];
}

/** Stores a host's plan and brings the site's watches in line with it, in one transaction. */
export async function putPlan(db: Database, change: PlanChange): Promise<void> {
  const { site, host, now, notice, routings, loosened } = change;
  await writeAll(db, [
    sql`INSERT INTO plans (site, host, plan, put_at) VALUES (${site}, ${host}, ${change.plan}, ${now})
        ON CONFLICT (site, host) DO UPDATE SET plan = excluded.plan, put_at = excluded.put_at`,
    ...putWatches(change.put),
    ...removeWatches(site, change.removed),
    judgeSoon(site, now),
    ...(notice === null ? [] : putNotice(notice, routings)),
    ...(loosened.length === 0 ? [] : [putLoosening(change)]),
  ]);
}

/** It stands there until an owner approves of it. */
function putLoosening({ site, host, loosened, now }: PlanChange) {
  return sql`INSERT OR IGNORE INTO loosenings (site, host, put_at, changes)
    VALUES (${site}, ${host}, ${now}, ${JSON.stringify(loosened)})`;
}
