/** The tables as drizzle sees them. Their SQL, with keys and indexes, is in migrations/. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const enrollments = sqliteTable("enrollments", {
  codeHash: text("code_hash").primaryKey(),
  site: text("site").notNull(),
  host: text("host").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedAt: integer("used_at"),
  usedKey: text("used_key"),
  replaces: integer("replaces").notNull(),
});

export const keys = sqliteTable("keys", {
  keyId: text("key_id").primaryKey(),
  site: text("site").notNull(),
  host: text("host").notNull(),
  publicKey: text("public_key").notNull(),
  enrolledAt: integer("enrolled_at").notNull(),
  revokedAt: integer("revoked_at"),
});

export const plans = sqliteTable("plans", {
  site: text("site").notNull(),
  host: text("host").notNull(),
  plan: text("plan").notNull(),
  putAt: integer("put_at").notNull(),
});

export const watches = sqliteTable("watches", {
  site: text("site").notNull(),
  key: text("key").notNull(),
  version: integer("version").notNull(),
  spec: text("spec").notNull(),
  facts: text("facts").notNull(),
  status: text("status").notNull(),
  reason: text("reason").notNull(),
  sinceAt: integer("since_at").notNull(),
  dueAt: integer("due_at"),
  heldUntil: integer("held_until"),
  incidentId: text("incident_id"),
});

export const markers = sqliteTable("markers", {
  site: text("site").notNull(),
  marker: text("marker").notNull(),
  tier: text("tier").notNull(),
  dataset: text("dataset").notNull(),
  host: text("host").notNull(),
  bornAt: integer("born_at"),
  /** JSON; empty for a birth, whose `seenAt` is 0. */
  sighting: text("sighting").notNull(),
  seenAt: integer("seen_at").notNull(),
});

export const incidents = sqliteTable("incidents", {
  id: text("id").primaryKey(),
  site: text("site").notNull(),
  root: text("root").notNull(),
  severity: text("severity").notNull(),
  openedAt: integer("opened_at").notNull(),
  noticedAt: integer("noticed_at").notNull(),
  closedAt: integer("closed_at"),
  subject: text("subject").notNull(),
  reason: text("reason").notNull(),
  saidAt: integer("said_at"),
  ackedAt: integer("acked_at"),
  ackedBy: text("acked_by"),
  snoozedUntil: integer("snoozed_until"),
  remindedAt: integer("reminded_at"),
  reminders: integer("reminders").notNull(),
  members: text("members").notNull(),
  flapping: integer("flapping").notNull(),
  wellAt: integer("well_at"),
  note: text("note").notNull(),
  dueAt: integer("due_at"),
});

export const acts = sqliteTable("acts", {
  site: text("site").notNull(),
  id: text("id").notNull(),
  kind: text("kind").notNull(),
  scope: text("scope").notNull(),
  fromAt: integer("from_at").notNull(),
  untilAt: integer("until_at"),
  cron: text("cron"),
  zone: text("zone"),
  seconds: integer("seconds"),
  note: text("note").notNull(),
  madeBy: text("made_by").notNull(),
  madeAt: integer("made_at").notNull(),
});

export const sweeps = sqliteTable("sweeps", {
  id: integer("id").primaryKey(),
  leaseUntil: integer("lease_until").notNull(),
  lastSweepAt: integer("last_sweep_at"),
  lastWatchesDue: integer("last_watches_due").notNull(),
  cronSilentAt: integer("cron_silent_at"),
  objectSilentAt: integer("object_silent_at"),
  watchdogFailingAt: integer("watchdog_failing_at"),
  watchdogError: text("watchdog_error"),
});

export const subscriptions = sqliteTable("subscriptions", {
  id: text("id").primaryKey(),
  channel: text("channel").notNull(),
  name: text("name").notNull(),
  endpoint: text("endpoint").notNull(),
  p256dh: text("p256dh").notNull(),
  auth: text("auth").notNull(),
  createdAt: integer("created_at").notNull(),
  madeBy: text("made_by").notNull(),
  lastOkAt: integer("last_ok_at"),
  lastError: text("last_error"),
  goneAt: integer("gone_at"),
});

export const drills = sqliteTable("drills", {
  channel: text("channel").primaryKey(),
  drill: text("drill").notNull(),
  sentAt: integer("sent_at").notNull(),
  confirmedAt: integer("confirmed_at"),
  openSinceAt: integer("open_since_at"),
});

export const subscribeCodes = sqliteTable("subscribe_codes", {
  codeHash: text("code_hash").primaryKey(),
  channel: text("channel").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedBy: text("used_by"),
});

export const blinds = sqliteTable("blinds", {
  fromAt: integer("from_at").primaryKey(),
  untilAt: integer("until_at").notNull(),
});

export const sessions = sqliteTable("sessions", {
  id: text("id").primaryKey(),
  secretHash: text("secret_hash").notNull(),
  owner: text("owner").notNull(),
  passkey: text("passkey").notNull(),
  beganAt: integer("began_at").notNull(),
  usedAt: integer("used_at").notNull(),
  endedAt: integer("ended_at"),
});

export const tokens = sqliteTable("tokens", {
  id: text("id").primaryKey(),
  secretHash: text("secret_hash").notNull(),
  owner: text("owner").notNull(),
  name: text("name").notNull(),
  may: text("may").notNull(),
  madeAt: integer("made_at").notNull(),
  usedOn: integer("used_on"),
  revokedAt: integer("revoked_at"),
});

export const shares = sqliteTable("shares", {
  id: text("id").primaryKey(),
  keyHash: text("key_hash").notNull(),
  name: text("name").notNull(),
  sites: text("sites"),
  madeBy: text("made_by").notNull(),
  madeAt: integer("made_at").notNull(),
  revokedAt: integer("revoked_at"),
});

export const passkeys = sqliteTable("passkeys", {
  id: text("id").primaryKey(),
  owner: text("owner").notNull(),
  name: text("name").notNull(),
  rpId: text("rp_id").notNull(),
  algorithm: text("algorithm").notNull(),
  publicKey: text("public_key").notNull(),
  counter: integer("counter").notNull(),
  madeAt: integer("made_at").notNull(),
  usedAt: integer("used_at"),
  removedAt: integer("removed_at"),
});

export const ownerCodes = sqliteTable("owner_codes", {
  codeHash: text("code_hash").primaryKey(),
  owner: text("owner").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedAt: integer("used_at"),
});

export const loosenings = sqliteTable("loosenings", {
  site: text("site").notNull(),
  host: text("host").notNull(),
  putAt: integer("put_at").notNull(),
  /** A JSON list of sentences. */
  changes: text("changes").notNull(),
  approvedAt: integer("approved_at"),
  approvedBy: text("approved_by"),
});

export const audit = sqliteTable("audit", {
  at: integer("at").notNull(),
  act: text("act").notNull(),
  site: text("site").notNull(),
  subject: text("subject").notNull(),
  by: text("by").notNull(),
  through: text("through").notNull(),
  detail: text("detail").notNull(),
});
