/**
 * A site in a test: the real app over the test's D1, hosts with real keys, and time as a number that the test moves. Every
 * request goes through the app's own door, signed as a pusher signs it.
 */
import { env } from "cloudflare:workers";
import { toBase64url } from "../../protocol/base64url.ts";
import type { Heartbeat, Run } from "../../protocol/heartbeat.ts";
import type { Plan } from "../../protocol/plan.ts";
import { keyIdOf, type SigningKey, signedHeaders } from "../../protocol/signature.ts";
import { createApp } from "../../worker/app.ts";
import type { Channel } from "../../worker/channels/kinds.ts";
import { readSettings, type Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { sweep } from "../../worker/sweep.ts";

export const START = Date.parse("2026-11-23T02:00:00Z");
const TABLES = [
  "watches",
  "runs",
  "markers",
  "incidents",
  "deliveries",
  "channels",
  "plans",
  "keys",
  "enrollments",
  "verdicts",
  "blinds",
  "acts",
  "subscriptions",
  "subscribe_codes",
  "drills",
  "owner_codes",
  "passkeys",
  "sessions",
  "tokens",
  "challenge_key",
  "shares",
  "audit",
  "loosenings",
];

export const db = openDatabase(env.DB);
const app = createApp();

/** An empty database, as after migration: storage is shared by the tests of a file. */
export async function emptyDatabase(): Promise<void> {
  await env.DB.batch([
    ...TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
    env.DB.prepare("UPDATE sweeps SET lease_until = 0, last_sweep_at = NULL, last_watches_due = 0, tidied_at = NULL"),
    env.DB.prepare(`UPDATE sweeps SET cron_at = NULL, object_at = NULL, clocks_since_at = NULL, cron_silent_at = NULL,
      object_silent_at = NULL, watchdog_at = NULL, watchdog_failing_at = NULL, watchdog_error = NULL, watchdog_told_at = NULL`),
  ]);
}

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** Settings with one email channel that keeps what it is given. */
export function settingsWith(mails: Mail[]): Settings {
  const sender = { send: async ({ subject, text }: Mail) => void mails.push({ subject, text }) };
  const channel: Channel = { kind: "email", name: "mail", from: "tierwatch@example.org", to: "me@example.org", sender };
  return {
    ...readSettings({ DB: env.DB }),
    channels: [channel],
    remind: { critical: null, warning: null },
    openToAll: true,
    faults: [],
  };
}

export async function request(
  path: string,
  init: RequestInit,
  now: number,
  settings = settingsWith([]),
  database = db,
): Promise<Response> {
  const bindings = { db: database, settings, now, sweepSoon: () => {} };
  return app.fetch(new Request(`https://tierwatch.example${path}`, init), bindings);
}

export interface TestHost {
  readonly name: string;
  readonly key: SigningKey;
  readonly publicKey: string;
}

export async function newKey(name: string): Promise<TestHost> {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("Ed25519 makes a pair");
  const exported = await crypto.subtle.exportKey("raw", pair.publicKey);
  if (!(exported instanceof ArrayBuffer)) throw new Error("a raw key is bytes");
  const raw = new Uint8Array(exported);
  return { name, key: { keyId: await keyIdOf(raw), privateKey: pair.privateKey }, publicKey: toBase64url(raw) };
}

/** Sends a signed request; `createdAt` may differ from the server's `now`. */
export async function send(
  host: TestHost,
  method: string,
  path: string,
  value: unknown,
  now: number,
  createdAt = now,
  database = db,
) {
  const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(value)));
  const url = `https://tierwatch.example${path}`;
  const headers = await signedHeaders({ method, url, body }, host.key, createdAt);
  return request(path, { method, headers, body }, now, settingsWith([]), database);
}

export function sendPlan(host: TestHost, plan: Plan, now: number): Promise<Response> {
  return send(host, "PUT", "/v1/plan", plan, now);
}

export function beat(
  host: TestHost,
  heartbeat: Partial<Heartbeat>,
  now: number,
  createdAt = now,
  database = db,
): Promise<Response> {
  return send(host, "POST", "/v1/heartbeats", { runs: [], ...heartbeat }, now, createdAt, database);
}

/** Puts a code for a host into the database, as the owner's command does, and answers it. */
export async function newCode(site: string, host: string, expiresAt: number): Promise<string> {
  const code = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  await env.DB.prepare("INSERT INTO enrollments (code_hash, site, host, expires_at) VALUES (?, ?, ?, ?)")
    .bind(toBase64url(digest), site, host, expiresAt)
    .run();
  return code;
}

/** A host enrolled through the front door, with its plan put. */
export async function enrolled(site: string, name: string, plan: Plan, now: number): Promise<TestHost> {
  const host = await newKey(name);
  const code = await newCode(site, name, now + 900_000);
  const answer = await send(host, "POST", "/v1/enrollments", { code, publicKey: host.publicKey }, now);
  if (answer.status !== 201) throw new Error(`enrolment answered ${answer.status}: ${await answer.text()}`);
  const put = await sendPlan(host, plan, now);
  if (put.status !== 200) throw new Error(`plan answered ${put.status}: ${await put.text()}`);
  return host;
}

/** A sweep at `now` of clocks that ran until then; what was mailed is added to `mails`. */
export async function sweepAt(now: number, mails: Mail[] = []) {
  await env.DB.prepare("UPDATE sweeps SET last_sweep_at = ? WHERE last_sweep_at < ?")
    .bind(now - 60_000, now)
    .run();
  return sweep(db, settingsWith(mails), now, "cron");
}

/** Sweeps that found nothing due, up to a minute before `now`: all that they leave is when the last of them was. */
export async function clocksRanUntil(now: number): Promise<void> {
  await env.DB.prepare("UPDATE sweeps SET last_sweep_at = ? WHERE last_sweep_at < ?")
    .bind(now - 60_000, now)
    .run();
}

/** The first sweep at `now` after clocks that stood still since the one before. */
export function sweepAfterStandstill(now: number, mails: Mail[] = []) {
  return sweep(db, settingsWith(mails), now, "cron");
}

export async function status(now: number): Promise<StatusJson> {
  const answer = await request("/status.json", {}, now);
  return answer.json();
}

/** As much of status.json as tests read. */
export interface StatusJson {
  readonly lastSweepAt: string | null;
  readonly sites: readonly {
    readonly name: string;
    readonly status: string;
    readonly loss: string;
    readonly tiers: readonly { readonly name: string; readonly status: string }[];
    readonly copies: readonly {
      readonly dataset: string;
      readonly tier: string;
      readonly status: string;
      readonly recoveryAt: string | null;
    }[];
    readonly jobs: readonly { readonly name: string; readonly status: string; readonly reason: string }[];
    readonly hosts: readonly {
      readonly name: string;
      readonly status: string;
      readonly missingRuns: readonly number[];
    }[];
    readonly incidents: readonly {
      readonly root: string;
      readonly closedAt: string | null;
      readonly openedAt: string;
    }[];
  }[];
}

let counter = 0;
/** A UUID that differs for each call; `name` is for the reader of a failing test. */
export function uuid(): string {
  counter += 1;
  return `00000000-0000-4000-8000-${counter.toString(16).padStart(12, "0")}`;
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A finished run that took a minute, ending at `finishedAt`. */
export function run(job: string, seq: number, finishedAt: number, more: Partial<Run> = {}): Run {
  const times = { startedAt: iso(finishedAt - 60_000), finishedAt: iso(finishedAt) };
  return { id: uuid(), job, seq, status: "succeeded", exitCode: 0, ...times, ...more };
}
