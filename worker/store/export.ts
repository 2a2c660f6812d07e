/**
 * What is exported of each table: an allow-list. What is not in it stays here, and a test holds the lists against the
 * database, so that a new column is either exported or left out on purpose. Pages go by the primary key: each is one
 * statement that reads the rows it answers, however many there are.
 */
import { type SQL, sql } from "drizzle-orm";
import * as z from "zod/mini";
import type { ExportTable } from "../../protocol/owner/export.ts";
import type { Database } from "./database.ts";

interface Exported {
  /** The primary key, in its order. */
  readonly key: string;
  /** The other columns. */
  readonly columns: string;
}

const EXPORTED: Readonly<Record<ExportTable, Exported>> = {
  watches: { key: "site key", columns: "spec facts status reason since_at due_at held_until incident_id" },
  plans: { key: "site host", columns: "plan put_at" },
  loosenings: { key: "site host put_at", columns: "changes approved_at approved_by" },
  keys: { key: "key_id", columns: "site host public_key enrolled_at revoked_at" },
  runs: { key: "site host job id", columns: "seq status started_at finished_at received_at detail" },
  markers: { key: "site marker tier seen_at sighting", columns: "dataset host born_at" },
  incidents: {
    key: "id",
    columns: `site root severity opened_at noticed_at closed_at subject reason said_at acked_at acked_by snoozed_until
      reminded_at reminders members flapping well_at due_at note`,
  },
  deliveries: {
    key: "id",
    columns: "site incident_id kind channel alert state created_at due_at attempts last_error done_at batch_at",
  },
  acts: { key: "site id", columns: "kind scope from_at until_at cron zone seconds note made_by made_at" },
  blinds: { key: "from_at", columns: "until_at" },
  channels: { key: "name", columns: "disabled_at last_error paused_until last_delivered_at" },
  drills: { key: "channel", columns: "drill sent_at confirmed_at open_since_at" },
  subscriptions: { key: "id", columns: "channel name created_at made_by last_ok_at last_error gone_at" },
  passkeys: { key: "id", columns: "owner name rp_id algorithm public_key counter made_at used_at removed_at" },
  tokens: { key: "id", columns: "owner name may made_at used_on revoked_at" },
  shares: { key: "id", columns: "name sites made_by made_at revoked_at" },
  audit: { key: "at act site subject", columns: "by through detail" },
};

/** What stays here, and why. `table.column`, or a whole table. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  enrollments: "codes that let hosts in, as hashes; who used one is in keys",
  subscribe_codes: "codes that let browsers in, as hashes",
  owner_codes: "codes that let passkeys in, as hashes",
  sessions: "who is signed in just now, with hashes of secrets",
  challenge_key: "a secret",
  sweeps: "how the clocks stand just now",
  verdicts: "a token that guards the last write",
  "watches.version": "guards a write",
  "channels.settings_hash": "a hash of settings that may be secret",
  "subscriptions.endpoint": "a browser's address at its push service: who knows it can push",
  "subscriptions.p256dh": "a key of the browser's",
  "subscriptions.auth": "a secret of the browser's",
  "tokens.secret_hash": "a hash of a secret",
  "shares.key_hash": "a hash of a secret",
};

/** The values of a key: a page begins behind it. */
export const pageEnd = z.array(z.union([z.string(), z.number()]));
export type PageEnd = z.infer<typeof pageEnd>;

const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
export type ExportedRow = z.infer<typeof row>;

function namesIn(list: string): string[] {
  return list.split(/\s+/);
}

export function columnsOf(table: ExportTable): string[] {
  const { key, columns } = EXPORTED[table];
  return [...namesIn(key), ...namesIn(columns)];
}

/** At most `limit` rows behind `after`, in the order of the key. */
export async function exportedRows(
  db: Database,
  table: ExportTable,
  after: PageEnd | null,
  limit: number,
): Promise<ExportedRow[]> {
  const key = namesIn(EXPORTED[table].key);
  const named = (names: readonly string[]) => sql.raw(names.map((name) => `"${name}"`).join(", "));
  const found = await db.all(sql`
    SELECT ${named(columnsOf(table))} FROM ${named([table])} WHERE ${behind(named(key), after)}
    ORDER BY ${named(key)} LIMIT ${limit}`);
  return z.parse(z.array(row), found);
}

function behind(key: SQL, after: PageEnd | null): SQL {
  if (after === null) return sql`true`;
  return sql`(${key}) > (${sql.join(
    after.map((value) => sql`${value}`),
    sql`, `,
  )})`;
}

/** Where the page that ends with this row ends; null when it is no key of the table. */
export function endAfter(table: ExportTable, last: ExportedRow): PageEnd {
  return namesIn(EXPORTED[table].key).map((name) => last[name] ?? "");
}

/** Whether it is as long as the table's key. */
export function isEndOf(table: ExportTable, end: PageEnd): boolean {
  return end.length === namesIn(EXPORTED[table].key).length;
}
