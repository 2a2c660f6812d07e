/** Incidents, and the writing of a whole verdict: watches, incidents and deliveries of a site in one batch or not at all. */
import { and, desc, gt, inArray, isNull, type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import type { ClosedLately } from "../judge/flap.ts";
import type { Incident } from "../judge/incident.ts";
import type { Routed } from "../judge/route.ts";
import type { Verdict } from "../judge/verdict.ts";
import { reason, type Watch } from "../judge/watch.ts";
import { type Database, field, perChunk, writeAll } from "./database.ts";
import { writeDeliveries } from "./routed.ts";
import { incidents } from "./schema.ts";
import { writeJudged } from "./watches.ts";

export interface KeptIncident extends Incident {
  readonly closedAt: number | null;
  /** What the owner wrote of it. */
  readonly note: string;
}

/** A row as the judge reads it. */
export function incidentOf(row: typeof incidents.$inferSelect): KeptIncident {
  const { id, site, root, openedAt, noticedAt, closedAt, subject, members, flapping, note, ...rest } = row;
  const { saidAt, ackedAt, ackedBy, snoozedUntil, remindedAt, reminders, wellAt, dueAt } = rest;
  const severity = z.parse(z.enum(["warning", "critical"]), row.severity);
  const told = { saidAt, ackedAt, ackedBy, snoozedUntil, remindedAt, reminders, wellAt, dueAt };
  const attention = {
    ...told,
    members: z.parse(z.array(z.string()), JSON.parse(members)),
    flapping: flapping !== 0,
  };
  const known = { id, site, root, severity, openedAt, noticedAt, closedAt, subject, note };
  return { ...known, reason: z.parse(reason, JSON.parse(row.reason)), attention };
}

/** Those that are open, of these sites or of all. */
export async function openIncidents(db: Database, sites: "all" | readonly string[]): Promise<KeptIncident[]> {
  const isOpen = isNull(incidents.closedAt);
  // SQLite takes the index of what is open only where roots are asked for; else one of all incidents there ever were.
  const open = sites === "all" ? isOpen : and(isOf(sites), gt(incidents.root, ""), isOpen);
  return (await db.select().from(incidents).where(open)).map(incidentOf);
}

function isOf(sites: readonly string[]): SQL {
  return inArray(incidents.site, sql`(SELECT value FROM json_each(${JSON.stringify(sites)}))`);
}

/** What closed of these sites since `sinceAt`, as far as flapping asks. */
export async function closedSince(
  db: Database,
  sites: readonly string[],
  sinceAt: number,
): Promise<(ClosedLately & { readonly site: string })[]> {
  const { site, root, openedAt, noticedAt, closedAt } = incidents;
  const rows = await db
    .select({ site, root, openedAt, noticedAt, closedAt })
    .from(incidents)
    .where(and(isOf(sites), gt(closedAt, sinceAt)));
  return rows.flatMap((row) => (row.closedAt === null ? [] : [{ ...row, closedAt: row.closedAt }]));
}

/** Of these sites the open incidents, and the last `closedMax` closed ones of each: two statements, however many sites. */
export async function recentIncidents(
  db: Database,
  sites: readonly string[],
  closedMax: number,
): Promise<KeptIncident[]> {
  const lastClosed = sql`(
    SELECT latest.id FROM json_each(${JSON.stringify(sites)}) AS s, incidents AS latest WHERE latest.id IN (
      SELECT id FROM incidents WHERE site = s.value AND closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT ${closedMax}))`;
  const closed = await db
    .select()
    .from(incidents)
    .where(inArray(incidents.id, lastClosed))
    .orderBy(desc(incidents.closedAt));
  return [...(await openIncidents(db, sites)), ...closed.map(incidentOf)];
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly deliveries: readonly Routed[];
  /** The site's watches as they were read: no watch may have changed, come or gone until the verdict is written. */
  readonly read: readonly Watch[];
}

/**
 * Writes verdicts in one transaction. Of a site that something was written to since it was read, nothing is written; it
 * stays due. Answers the sites whose verdict was written. `token` must be new for each call.
 */
export async function writeVerdicts(
  db: Database,
  judgements: readonly Judgement[],
  token: string,
): Promise<Set<string>> {
  const verdicts = judgements.map(({ verdict }) => verdict);
  const sites = judgements.map(({ verdict, read }) => ({ site: verdict.site, versions: versionsOf(read) }));
  await writeAll(db, [
    ...claimSites(sites, token),
    ...writeJudged(
      verdicts.flatMap(({ changed }) => changed),
      token,
    ),
    ...writeClosed(verdicts, token),
    ...writeOpened(verdicts, token),
    ...writeUpdated(verdicts, token),
    ...writeDeliveries(
      judgements.flatMap(({ deliveries }) => deliveries),
      token,
    ),
  ]);
  const named = JSON.stringify(sites.map(({ site }) => site));
  const held = await db.all(sql`
    SELECT site FROM verdicts WHERE site IN (SELECT value FROM json_each(${named})) AND token = ${token}`);
  return new Set(z.parse(z.array(z.object({ site: z.string() })), held).map(({ site }) => site));
}

/** Every watch with its version. A sum would not do: a plan that drops one watch and adds another may leave it the same. */
function versionsOf(watches: readonly Watch[]): string {
  const sorted = watches.map(({ key, version }) => `${key}=${version}`).sort();
  return JSON.stringify(sorted);
}

/** The token marks the sites whose verdict holds; of the others it takes away any token they had. */
function claimSites(sites: readonly object[], token: string) {
  return perChunk(
    sites,
    (json) => sql`
      INSERT INTO verdicts (site, token)
      SELECT ${field("site")}, CASE WHEN ${field("versions")} = (
        SELECT json_group_array(entry) FROM (
          SELECT key || '=' || version AS entry FROM watches WHERE watches.site = ${field("site")} ORDER BY entry)
      ) THEN ${token} ELSE '' END
      FROM json_each(${json}) AS e WHERE true
      ON CONFLICT (site) DO UPDATE SET token = excluded.token`,
  );
}

function writeClosed(verdicts: readonly Verdict[], token: string) {
  const rows = verdicts.flatMap(({ site, closed }) =>
    closed.map(({ incident, closedAt }) => ({ site, id: incident.id, closedAt })),
  );
  return perChunk(
    rows,
    (json) => sql`
      UPDATE incidents SET closed_at = ${field("closedAt")}, due_at = NULL FROM json_each(${json}) AS e, verdicts
      WHERE incidents.id = ${field("id")} AND incidents.closed_at IS NULL
        AND verdicts.site = ${field("site")} AND verdicts.token = ${token}`,
  );
}

/** An incident and its attention as one flat row. */
function incidentRow({ attention, ...of }: Incident) {
  return { ...of, ...attention, reason: JSON.stringify(of.reason), members: JSON.stringify(attention.members) };
}

function writeOpened(verdicts: readonly Verdict[], token: string) {
  return perChunk(
    verdicts.flatMap(({ opened }) => opened.map(incidentRow)),
    (json) => sql`
      INSERT INTO incidents (id, site, root, severity, opened_at, noticed_at, subject, reason, said_at, members, flapping,
        due_at)
      SELECT ${field("id")}, ${field("site")}, ${field("root")}, ${field("severity")}, ${field("openedAt")},
        ${field("noticedAt")}, ${field("subject")}, ${field("reason")}, ${field("saidAt")}, ${field("members")},
        ${field("flapping")}, ${field("dueAt")}
      FROM json_each(${json}) AS e, verdicts
      WHERE verdicts.site = ${field("site")} AND verdicts.token = ${token}`,
  );
}

function writeUpdated(verdicts: readonly Verdict[], token: string) {
  return perChunk(
    verdicts.flatMap(({ updated }) => updated.map(incidentRow)),
    (json) => sql`
      UPDATE incidents SET severity = ${field("severity")}, said_at = ${field("saidAt")}, acked_at = ${field("ackedAt")},
        acked_by = ${field("ackedBy")}, snoozed_until = ${field("snoozedUntil")}, reminded_at = ${field("remindedAt")},
        reminders = ${field("reminders")}, members = ${field("members")}, well_at = ${field("wellAt")},
        due_at = ${field("dueAt")}
      FROM json_each(${json}) AS e, verdicts
      WHERE incidents.id = ${field("id")} AND verdicts.site = ${field("site")} AND verdicts.token = ${token}`,
  );
}
