/**
 * The worker's environment, checked once into settings that cannot be half set. Faults do not stop ingestion: every fault
 * is named, all at once, and what is sound works on.
 */
import * as z from "zod/mini";
import { name } from "../protocol/fields.ts";
import type { Channel } from "./channels/kinds.ts";
import { readChannel } from "./channels/read.ts";
import { routingOf } from "./channels/routing.ts";
import { placeFault } from "./judge/address.ts";
import type { Sites } from "./judge/public.ts";
import { isZone } from "./judge/zone-clock.ts";
import { readLinkSecret } from "./links.ts";

/** The bindings and variables of wrangler.toml. Variables come from people and are `unknown` until parsed here. */
export interface Env {
  readonly DB: D1Database;
  readonly CLOCK?: DurableObjectNamespace;
  readonly EMAIL?: SendEmail;
  readonly SIGN_IN_LIMIT?: Limiter;
  readonly [name: string]: unknown;
}

export interface Settings {
  readonly sweepSeconds: number;
  /** The clocks that are set up. */
  readonly clocks: readonly ("cron" | "object")[];
  readonly channels: readonly Channel[];
  /** The address of the status page, for links in alerts. */
  readonly pageUrl: string | null;
  /** The address that is called after each good sweep. Whoever knows it may be able to call it, so it is never shown. */
  readonly watchdogUrl: string | null;
  /** Milliseconds between two reminders of an open incident, by its severity; null: none. */
  readonly remind: { readonly critical: number | null; readonly warning: number | null };
  /** What the links that act are signed with; null: alerts carry none. */
  readonly linkSecret: Uint8Array<ArrayBuffer> | null;
  /** The monthly drill, and the zone of its nine o'clock; null: there is none. */
  readonly drill: { readonly zone: string } | null;
  /** Sites whose names, states and ages everybody may see. */
  readonly publicSites: Sites;
  /** Whoever reaches this worker sees all that its owner does: on a loopback address, or behind a gate of the owner's own. */
  readonly openToAll: boolean;
  /** Who passes Cloudflare Access is the owner; null: it is not set up, and owners sign in with passkeys. */
  readonly access: AccessTeam | null;
  /** Counts tries to sign in; null: they are not counted. */
  readonly signInLimit: Limiter | null;
  readonly faults: readonly string[];
  /** What could be set up and is not. */
  readonly notes: readonly string[];
}

/** A team of Cloudflare Access, and the one application of it that lets owners in. */
export interface AccessTeam {
  /** `https://TEAM.cloudflareaccess.com` */
  readonly issuer: string;
  /** The application's audience tag. */
  readonly audience: string;
}

/** A rate limiting binding. */
export interface Limiter {
  readonly limit: (asked: { readonly key: string }) => Promise<{ readonly success: boolean }>;
}

const SWEEP_SECONDS = 60;
const REMIND_CRITICAL_SECONDS = 86_400;
const REMIND_WARNING_SECONDS = 7 * 86_400;
const REMIND_MIN_SECONDS = 300;

const MAKE_SECRET = "make one: openssl rand -base64 32 | npx wrangler secret put LINK_SECRET";

const webUrl = z.url({ protocol: /^https?$/ });

type Reader<Value> = { readonly value: Value; readonly faults: readonly string[] };

/** Workers hands one object to every event of an isolate, and reading it costs more than many an event. */
const known = new WeakMap<Env, Settings>();

/** The settings of an environment that does not change any more. */
export function settingsOf(env: Env): Settings {
  const settings = known.get(env) ?? readSettings(env);
  known.set(env, settings);
  return settings;
}

/** Reads all settings; every fault is a sentence that names the variable. */
export function readSettings(env: Env): Settings {
  const sweep = readSweepSeconds(env.SWEEP_SECONDS);
  const page = readPageUrl(env.PAGE_URL);
  const allow = readAllowPrivate(env.ALLOW_PRIVATE_URLS);
  const watchdog = readWatchdogUrl(env.WATCHDOG_URL, allow.value);
  const channels = readChannels(env, allow.value);
  const link = readLink(env.LINK_SECRET);
  const drill = readDrill(env.DRILL, env.DRILL_ZONE);
  const shown = readPublicSites(env.PUBLIC_SITES);
  const open = readOpenToAll(env.OPEN_TO_ALL);
  const access = readAccess(env.ACCESS_TEAM, env.ACCESS_AUD);
  const critical = readRemind("REMIND_CRITICAL_SECONDS", env.REMIND_CRITICAL_SECONDS, REMIND_CRITICAL_SECONDS);
  const warning = readRemind("REMIND_WARNING_SECONDS", env.REMIND_WARNING_SECONDS, REMIND_WARNING_SECONDS);
  return {
    sweepSeconds: sweep.value,
    clocks: env.CLOCK === undefined ? ["cron"] : ["cron", "object"],
    pageUrl: page.value,
    watchdogUrl: watchdog.value,
    channels: channels.value,
    remind: { critical: critical.value, warning: warning.value },
    linkSecret: link.value,
    drill: drill.value,
    publicSites: shown.value,
    openToAll: open.value,
    notes: [
      ...(env.LINK_SECRET === undefined ? [`alerts carry no buttons: there is no LINK_SECRET (${MAKE_SECRET})`] : []),
      ...(open.value ? ["OPEN_TO_ALL is true: whoever can reach this worker sees all that its owner does"] : []),
    ],
    access: access.value,
    signInLimit: env.SIGN_IN_LIMIT ?? null,
    faults: [
      ...sweep.faults,
      ...page.faults,
      ...watchdog.faults,
      ...link.faults,
      ...drill.faults,
      ...shown.faults,
      ...open.faults,
      ...access.faults,
      ...critical.faults,
      ...warning.faults,
      ...allow.faults,
      ...channels.faults,
    ],
  };
}

/** What each channel is to hear. */
export function routingsOf({ channels }: Pick<Settings, "channels">) {
  return channels.map(routingOf);
}

function readSweepSeconds(raw: unknown): Reader<number> {
  if (raw === undefined) return { value: SWEEP_SECONDS, faults: [] };
  const parsed = z.coerce.number().check(z.minimum(1), z.maximum(600)).safeParse(raw);
  if (parsed.success) return { value: parsed.data, faults: [] };
  return { value: SWEEP_SECONDS, faults: [`SWEEP_SECONDS must be a number from 1 to 600; ${SWEEP_SECONDS} is used`] };
}

function readRemind(name: string, raw: unknown, usual: number): Reader<number | null> {
  const parsed = z.coerce
    .number()
    .check(z.minimum(0))
    .safeParse(raw ?? usual);
  const seconds = parsed.success ? parsed.data : Number.NaN;
  if (seconds === 0) return { value: null, faults: [] };
  if (seconds >= REMIND_MIN_SECONDS) return { value: seconds * 1000, faults: [] };
  const fault = `${name} must be 0 (no reminders) or at least ${REMIND_MIN_SECONDS} seconds; ${usual} is used`;
  return { value: usual * 1000, faults: [fault] };
}

function readPageUrl(raw: unknown): Reader<string | null> {
  if (raw === undefined || raw === "") return { value: null, faults: [] };
  const parsed = webUrl.safeParse(raw);
  if (parsed.success) return { value: parsed.data, faults: [] };
  return { value: null, faults: ["PAGE_URL is not an http or https URL; alerts carry no link"] };
}

function readWatchdogUrl(raw: unknown, allowPrivate: boolean): Reader<string | null> {
  if (raw === undefined || raw === "") return { value: null, faults: [] };
  const parsed = webUrl.safeParse(raw);
  const away = parsed.success && !allowPrivate ? placeFault(parsed.data) : undefined;
  if (parsed.success && away === undefined) return { value: parsed.data, faults: [] };
  return { value: null, faults: [`WATCHDOG_URL ${away ?? "is not an http or https URL"}; no watchdog is called`] };
}

function readLink(raw: unknown): Reader<Uint8Array<ArrayBuffer> | null> {
  if (raw === undefined) return { value: null, faults: [] };
  const read = readLinkSecret(typeof raw === "string" ? raw : "");
  if (read.ok) return { value: read.value, faults: [] };
  return { value: null, faults: [`LINK_SECRET ${read.failure}; alerts carry no buttons (${MAKE_SECRET})`] };
}

function readDrill(raw: unknown, zone: unknown): Reader<{ zone: string } | null> {
  if (raw === undefined || raw === "off") return { value: null, faults: [] };
  if (raw !== "monthly") return { value: null, faults: ['DRILL must be "monthly" or "off"; there is no drill'] };
  if (zone === undefined) return { value: { zone: "UTC" }, faults: [] };
  const parsed = z.string().check(z.refine(isZone)).safeParse(zone);
  if (parsed.success) return { value: { zone: parsed.data }, faults: [] };
  return { value: { zone: "UTC" }, faults: ['DRILL_ZONE is no time zone such as "Europe/Berlin"; UTC is used'] };
}

const ALL_PRIVATE = 'PUBLIC_SITES must be "all" or a list of sites such as ["home"]; every site is private';

function readPublicSites(raw: unknown): Reader<Sites> {
  if (raw === undefined) return { value: [], faults: [] };
  if (raw === "all") return { value: "all", faults: [] };
  const names = z.array(name).safeParse(raw);
  return names.success ? { value: names.data, faults: [] } : { value: [], faults: [ALL_PRIVATE] };
}

function readOpenToAll(raw: unknown): Reader<boolean> {
  if (raw === undefined || raw === false || raw === "false") return { value: false, faults: [] };
  if (raw === true || raw === "true") return { value: true, faults: [] };
  return { value: false, faults: ["OPEN_TO_ALL must be true or false; only its owner sees what is private"] };
}

/** A half of it is a fault: whoever wrote it believes that Access guards the page. */
function readAccess(team: unknown, audience: unknown): Reader<AccessTeam | null> {
  if (team === undefined && audience === undefined) return { value: null, faults: [] };
  const name = z
    .string()
    .check(z.regex(/^[a-z0-9-]+$/))
    .safeParse(team);
  const tag = z
    .string()
    .check(z.regex(/^[0-9a-f]{64}$/))
    .safeParse(audience);
  if (name.success && tag.success) {
    return { value: { issuer: `https://${name.data}.cloudflareaccess.com`, audience: tag.data }, faults: [] };
  }
  const off = "Cloudflare Access lets nobody in";
  return {
    value: null,
    faults: [
      ...(name.success ? [] : [`ACCESS_TEAM must be your team's name, the TEAM of TEAM.cloudflareaccess.com; ${off}`]),
      ...(tag.success ? [] : [`ACCESS_AUD must be the application's audience tag, 64 hexadecimal digits; ${off}`]),
    ],
  };
}

function readAllowPrivate(raw: unknown): Reader<boolean> {
  if (raw === undefined || raw === false || raw === "false") return { value: false, faults: [] };
  if (raw === true || raw === "true") return { value: true, faults: [] };
  return { value: false, faults: ["ALLOW_PRIVATE_URLS must be true or false; private addresses are refused"] };
}

const ALL_WAIT =
  "every channel waits (after): nobody is told at once, so nobody can acknowledge; let one have no after";

function readChannels(env: Env, allowPrivate: boolean): Reader<Channel[]> {
  const raw = env.CHANNELS;
  if (raw === undefined)
    return { value: [], faults: ["no channel is set up: nobody is told of an incident (see CHANNELS)"] };
  const tables = z.record(z.string(), z.unknown()).safeParse(raw);
  if (!tables.success) return { value: [], faults: ["CHANNELS must be a table of tables, one a channel"] };
  const read = Object.entries(tables.data).map(([name, table]) => ({
    name,
    ...readChannel(env, name, table, allowPrivate),
  }));
  const channels = read.flatMap(({ channel }) => channel ?? []);
  const off = read.flatMap(({ name, faults }) =>
    faults.length === 0 ? [] : [`CHANNELS.${name}: ${faults.join("; ")}; this channel is off`],
  );
  const allWait = channels.length > 0 && channels.every((channel) => routingOf(channel).afterMs > 0);
  return { value: channels, faults: allWait ? [...off, ALL_WAIT] : off };
}
