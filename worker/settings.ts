/**
 * The worker's environment, checked once into settings that cannot be half set. Faults do not stop ingestion: every fault
 * is named, all at once, and what is sound works on.
 */
import * as z from "zod/mini";

export interface EmailSender {
  readonly send: (message: { from: string; to: string; subject: string; text: string }) => Promise<unknown>;
}

/** The bindings and variables of wrangler.toml. Variables come from people and are `unknown` until parsed here. */
export interface Env {
  readonly DB: D1Database;
  readonly CLOCK?: DurableObjectNamespace;
  readonly EMAIL?: SendEmail;
  readonly [name: string]: unknown;
}

export type Channel =
  | {
      readonly kind: "email";
      readonly name: string;
      readonly from: string;
      readonly to: string;
      readonly sender: EmailSender;
    }
  | { readonly kind: "webhook"; readonly name: string; readonly url: string; readonly secret: string };

export interface Settings {
  readonly sweepSeconds: number;
  /** The clocks that are set up. */
  readonly clocks: readonly ("cron" | "object")[];
  readonly channels: readonly Channel[];
  /** The address of the status page, for links in alerts. */
  readonly pageUrl: string | null;
  /** The address that is called after each good sweep. Whoever knows it may be able to call it, so it is never shown. */
  readonly watchdogUrl: string | null;
  readonly faults: readonly string[];
}

const SWEEP_SECONDS = 60;
const SECRET_MIN_BYTES = 24;

const address = z.string().check(z.regex(/^[^\s@]+@[^\s@]+$/, "is not an email address"));
const emailTable = z.strictObject({ kind: z.literal("email"), from: address, to: address });
const webUrl = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });
/** A name and nothing else: faults are shown to everybody, and somebody will paste the secret itself here. */
const secretName = z.string().check(z.regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a secret, such as OPS_SECRET"));
const webhookTable = z.strictObject({ kind: z.literal("webhook"), url: webUrl, secret: secretName });
const channelTable = z.discriminatedUnion("kind", [emailTable, webhookTable]);

type Reader<Value> = { readonly value: Value; readonly faults: readonly string[] };

/** Reads all settings; every fault is a sentence that names the variable. */
export function readSettings(env: Env): Settings {
  const sweep = readSweepSeconds(env.SWEEP_SECONDS);
  const page = readPageUrl(env.PAGE_URL);
  const watchdog = readWatchdogUrl(env.WATCHDOG_URL);
  const channels = readChannels(env);
  return {
    sweepSeconds: sweep.value,
    clocks: env.CLOCK === undefined ? ["cron"] : ["cron", "object"],
    pageUrl: page.value,
    watchdogUrl: watchdog.value,
    channels: channels.value,
    faults: [...sweep.faults, ...page.faults, ...watchdog.faults, ...channels.faults],
  };
}

function readSweepSeconds(raw: unknown): Reader<number> {
  if (raw === undefined) return { value: SWEEP_SECONDS, faults: [] };
  const parsed = z.coerce.number().check(z.minimum(1), z.maximum(600)).safeParse(raw);
  if (parsed.success) return { value: parsed.data, faults: [] };
  return { value: SWEEP_SECONDS, faults: [`SWEEP_SECONDS must be a number from 1 to 600; ${SWEEP_SECONDS} is used`] };
}

function readPageUrl(raw: unknown): Reader<string | null> {
  if (raw === undefined || raw === "") return { value: null, faults: [] };
  const parsed = webUrl.safeParse(raw);
  if (parsed.success) return { value: parsed.data, faults: [] };
  return { value: null, faults: ["PAGE_URL is not an http or https URL; alerts carry no link"] };
}

function readWatchdogUrl(raw: unknown): Reader<string | null> {
  if (raw === undefined || raw === "") return { value: null, faults: [] };
  const parsed = webUrl.safeParse(raw);
  if (parsed.success) return { value: parsed.data, faults: [] };
  return { value: null, faults: ["WATCHDOG_URL is not an http or https URL; no watchdog is called"] };
}

function readChannels(env: Env): Reader<Channel[]> {
  const raw = env.CHANNELS;
  if (raw === undefined)
    return { value: [], faults: ["no channel is set up: nobody is told of an incident (see CHANNELS)"] };
  const tables = z.record(z.string(), z.unknown()).safeParse(raw);
  if (!tables.success) return { value: [], faults: ["CHANNELS must be a table of tables, one a channel"] };
  const read = Object.entries(tables.data).map(([name, table]) => readChannel(env, name, table));
  return { value: read.flatMap(({ value }) => value), faults: read.flatMap(({ faults }) => faults) };
}

function readChannel(env: Env, name: string, table: unknown): Reader<Channel[]> {
  const fault = (what: string) => ({ value: [], faults: [`CHANNELS.${name}: ${what}; this channel is off`] });
  // It is a part of the delivery's id, which goes out in a header.
  if (!/^[A-Za-z0-9_-]+$/.test(name)) return fault("a name is made of letters, digits, hyphens and underscores");
  const parsed = channelTable.safeParse(table);
  if (!parsed.success) return fault(parsed.error.issues.map(issueText).join("; "));
  const channel = parsed.data;
  if (channel.kind === "email") {
    const sender = env.EMAIL;
    return sender === undefined
      ? fault("there is no send_email binding named EMAIL")
      : { value: [{ ...channel, name, sender }], faults: [] };
  }
  const secret = env[channel.secret];
  if (typeof secret !== "string" || secret === "") return fault(`the secret ${channel.secret} is not set`);
  if (!isStandardSecret(secret)) {
    const asked = `at least ${SECRET_MIN_BYTES} bytes in base64 (as Standard Webhooks asks)`;
    return fault(`the secret ${channel.secret} is not ${asked}`);
  }
  return { value: [{ ...channel, name, secret }], faults: [] };
}

function isStandardSecret(secret: string): boolean {
  try {
    return atob(secret.replace(/^whsec_/, "")).length >= SECRET_MIN_BYTES;
  } catch {
    return false;
  }
}

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `unknown ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
  const path = issue.path.join(".");
  if (issue.code === "invalid_union") return `kind must be "email" or "webhook"`;
  if (issue.code === "invalid_type") return path === "" ? "must be a table" : `${path} must be given, as text`;
  return `${path} ${issue.message}`;
}
