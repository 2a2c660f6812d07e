/** Reads one channel's table. All its faults are named at once, and a secret is in none of them. */
import * as z from "zod/mini";
import { placeFault } from "../judge/address.ts";
import type { EmailSender } from "./email.ts";
import { type Channel, channelKind, channelTable, ENTRIES } from "./kinds.ts";
import { readRouting } from "./routing.ts";

/** What of the worker's environment a channel may need: the binding for mail, and secrets under any name. */
export interface ChannelEnv {
  readonly EMAIL?: EmailSender;
  readonly [name: string]: unknown;
}

export interface ReadChannel {
  /** Undefined when there are faults. */
  readonly channel: Channel | undefined;
  readonly faults: readonly string[];
}

type Table = Readonly<Record<string, unknown>>;

export function readChannel(env: ChannelEnv, name: string, raw: unknown, allowPrivate: boolean): ReadChannel {
  // It is a part of the delivery's id, which goes out in a header.
  if (!/^[A-Za-z0-9_-]+$/.test(name)) return off(["a name is made of letters, digits, hyphens and underscores"]);
  const table = z.record(z.string(), z.unknown()).safeParse(raw);
  if (!table.success) return off(["must be a table"]);
  const kind = channelKind.safeParse(table.data.kind);
  if (!kind.success) return off([`kind must be ${oneOf(channelKind.options)}`]);
  const { secrets, places } = ENTRIES[kind.data];
  const { rest, routing, faults: unclear } = readRouting(name, table.data);
  const given = withSecrets(env, rest, secrets);
  const parsed = channelTable.safeParse(given.table);
  const issues = parsed.success ? [] : parsed.error.issues.filter(({ path }) => !given.broken.has(String(path[0])));
  const faults = [...given.faults, ...issues.map((issue) => issueText(issue, table.data, secrets)), ...unclear];
  if (!parsed.success || faults.length > 0) return off(faults);
  const away = allowPrivate ? [] : places.flatMap((key) => faultOf(parsed.data, key, table.data, secrets));
  if (away.length > 0) return off(away);
  if (parsed.data.kind === "pushover" && parsed.data.emergency && routing?.batches === true) return off([RINGS_ALONE]);
  const named = routing === undefined ? { name } : { name, routing };
  if (parsed.data.kind === "push") return { channel: { ...parsed.data, ...named, allowPrivate }, faults: [] };
  if (parsed.data.kind !== "email") return { channel: { ...parsed.data, ...named }, faults: [] };
  const sender = env.EMAIL;
  if (sender === undefined) return off(["there is no send_email binding named EMAIL"]);
  return { channel: { ...parsed.data, ...named, sender }, faults: [] };
}

/** It rings until its one incident is over or acknowledged; of several that would be too early or too late. */
const RINGS_ALONE = "batch and emergency do not go together: what rings is about one incident";

function off(faults: readonly string[]): ReadChannel {
  return { channel: undefined, faults };
}

/** The table with each secret's value in place of its name; what is no name, or not set, is told. */
function withSecrets(env: ChannelEnv, table: Table, keys: readonly string[]) {
  const values: Record<string, unknown> = { ...table };
  const broken = new Map<string, string>();
  for (const key of keys) {
    const named = table[key];
    if (named === undefined) continue;
    const parsed = secretName.safeParse(named);
    const value = parsed.success ? env[parsed.data] : undefined;
    if (!parsed.success) broken.set(key, `${key} must be the name of a secret, such as OPS_SECRET`);
    else if (typeof value !== "string" || value === "") broken.set(key, `the secret ${parsed.data} is not set`);
    else values[key] = value;
  }
  return { table: values, broken, faults: [...broken.values()] };
}

/** A name and nothing else: faults are shown to everybody, and somebody will paste the secret itself here. */
const secretName = z.string().check(z.regex(/^[A-Z][A-Z0-9_]*$/));

function faultOf(channel: Table, key: string, table: Table, secrets: readonly string[]): string[] {
  const fault = placeFault(String(channel[key]));
  return fault === undefined ? [] : [`${called(key, table, secrets)} ${fault}`];
}

/** How an entry is called in a fault: a secret by the name it is stored under. */
function called(key: string, table: Table, secrets: readonly string[]): string {
  return secrets.includes(key) ? `the secret ${String(table[key])}` : key;
}

const WANTED: Readonly<Record<string, string>> = { boolean: "true or false", number: "a number" };

function issueText(issue: z.core.$ZodIssue, table: Table, secrets: readonly string[]): string {
  if (issue.code === "unrecognized_keys") return `unknown ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
  const key = issue.path.join(".");
  if (issue.code !== "invalid_type") return `${called(key, table, secrets)} ${issue.message}`;
  if (secrets.includes(key)) return `${key} must be given, as the name of a secret`;
  const wanted = WANTED[issue.expected];
  return wanted === undefined ? `${key} must be given, as text` : `${key} must be ${wanted}`;
}

function oneOf(kinds: readonly string[]): string {
  const quoted = kinds.map((kind) => `"${kind}"`);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
