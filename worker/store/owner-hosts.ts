/** What an owner sees of hosts, and does to their keys and plans. */
import { and, desc, gt, isNull, sql } from "drizzle-orm";
import * as z from "zod/mini";
import { audited, type Doer } from "./audit.ts";
import { type HostCode, inviteHost } from "./code-sql.ts";
import { type Database, writeAll } from "./database.ts";
import { enrollments, keys, loosenings, plans, watches } from "./schema.ts";

export interface Loosening {
  readonly putAt: number;
  readonly changes: readonly string[];
  readonly approvedAt: number | null;
  readonly approvedBy: string | null;
}

export interface KnownHost {
  readonly site: string;
  readonly host: string;
  readonly status: string | null;
  readonly heardAt: number | null;
  readonly plannedAt: number | null;
  readonly keys: readonly { readonly keyId: string; readonly enrolledAt: number; readonly revokedAt: number | null }[];
  readonly codes: readonly { readonly expiresAt: number; readonly replaces: boolean }[];
  readonly loosened: readonly Loosening[];
}

const heard = z.object({ heardAt: z.nullable(z.number()) });

/** Every host that is watched or may enrol, by site and name; one that was removed has revoked keys alone. */
export async function knownHosts(db: Database, now: number): Promise<KnownHost[]> {
  const watched = await db
    .select({ site: watches.site, key: watches.key, status: watches.status, facts: watches.facts })
    .from(watches)
    .where(sql`${watches.key} GLOB 'host:*'`);
  const [planned, keyRows, codeRows, looseRows] = [
    await db.select({ site: plans.site, host: plans.host, putAt: plans.putAt }).from(plans),
    await db.select().from(keys).orderBy(desc(keys.enrolledAt)),
    await db
      .select()
      .from(enrollments)
      .where(and(isNull(enrollments.usedAt), gt(enrollments.expiresAt, now))),
    await db.select().from(loosenings).orderBy(desc(loosenings.putAt)),
  ];
  const beats = watched.map(({ site, key, status, facts }) => ({
    site,
    host: key.slice("host:".length),
    status,
    facts,
  }));
  const good = keyRows.filter(({ revokedAt }) => revokedAt === null);
  const places = new Map(
    [...beats, ...good, ...codeRows].map(({ site, host }) => [`${site} ${host}`, { site, host }] as const),
  );
  return [...places.entries()].sort().map(([, { site, host }]) => {
    const own = <Row extends { readonly site: string; readonly host: string }>(rows: readonly Row[]) =>
      rows.filter((row) => row.site === site && row.host === host);
    const [watch] = own(beats);
    return {
      ...{ site, host },
      status: watch?.status ?? null,
      heardAt: watch === undefined ? null : z.parse(heard, JSON.parse(watch.facts)).heardAt,
      plannedAt: own(planned)[0]?.putAt ?? null,
      keys: own(keyRows),
      codes: own(codeRows).map(({ expiresAt, replaces }) => ({ expiresAt, replaces: replaces !== 0 })),
      loosened: own(looseRows).map((row) => ({
        ...row,
        changes: z.parse(z.array(z.string()), JSON.parse(row.changes)),
      })),
    };
  });
}

/** Whether a host has a key that is good. */
export async function hasKey(db: Database, site: string, host: string): Promise<boolean> {
  const found = await db.all(sql`
    SELECT 1 FROM keys WHERE site = ${site} AND host = ${host} AND revoked_at IS NULL LIMIT 1`);
  return found.length > 0;
}

export async function putHostCode(db: Database, code: HostCode, doer: Doer, now: number): Promise<void> {
  await writeAll(db, inviteHost(code, doer, now));
}

/** False when there is no such key that is good still. */
export async function revokeKey(db: Database, keyId: string, doer: Doer, now: number): Promise<boolean> {
  const [key] = await db.select().from(keys).where(sql`${keys.keyId} = ${keyId} AND ${keys.revokedAt} IS NULL`);
  if (key === undefined) return false;
  const revoked = sql`UPDATE keys SET revoked_at = ${now} WHERE key_id = ${keyId} AND revoked_at IS NULL`;
  const deed = { act: "revoke key", site: key.site, subject: `host:${key.host}`, detail: keyId };
  const [changed = 0] = await writeAll(db, audited(revoked, doer, deed, now));
  return changed > 0;
}

/** Approves of what a host's plans up to that one watch less; false when there is nothing of it. */
export async function approvePlan(
  db: Database,
  { site, host, putAt }: { readonly site: string; readonly host: string; readonly putAt: number },
  doer: Doer,
  now: number,
): Promise<boolean> {
  const approved = sql`UPDATE loosenings SET approved_at = ${now}, approved_by = ${doer.by}
    WHERE site = ${site} AND host = ${host} AND put_at <= ${putAt} AND approved_at IS NULL`;
  const detail = `as of ${new Date(putAt).toISOString()}`;
  const deed = { act: "approve plan", site, subject: `host:${host}`, detail };
  const [changed = 0] = await writeAll(db, audited(approved, doer, deed, now));
  return changed > 0;
}
