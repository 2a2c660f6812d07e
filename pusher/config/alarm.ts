/**
 * `[alarm]`: how this host tells its owner by itself that the worker does not watch. One table for each way, every one
 * of them strict; secrets by reference.
 */
import * as z from "zod/mini";
import { duration } from "../../protocol/duration.ts";
import { argv, filled, isLoopback, isSafeUrl, reference } from "./fields.ts";

/** How long trouble lasts before an alarm, and until it is said again, in seconds. */
const AFTER_SECONDS = 1_800;
const REMIND_SECONDS = 86_400;

const address = z.string().check(z.regex(/^[^\s@<>]+@[^\s@<>]+$/, "is not an email address"));
const url = z
  .string()
  .check(z.refine(isSafeUrl, "give an address, as in https://example.org/hook (http is for loopback only)"));

const smtp = z
  .strictObject({
    host: filled,
    port: z.optional(z.int("write a port number").check(z.minimum(1, "is no port"), z.maximum(65_535, "is no port"))),
    security: z.optional(z.enum(["tls", "starttls", "none"])),
    user: z.optional(filled),
    password: z.optional(reference),
    from: address,
    to: address,
  })
  .check(
    z.refine(({ user, password }) => (user === undefined) === (password === undefined), {
      error: "`user` and `password` go together",
      path: ["user"],
    }),
    z.refine(({ host, security }) => security !== "none" || isLoopback(host), {
      error: 'mail goes unencrypted to loopback only; write "tls" (port 465) or "starttls" (port 587)',
      path: ["security"],
    }),
  );

const ntfy = z.strictObject({
  server: z.optional(url),
  /** Who knows a topic can read it, and write to it. */
  topic: reference,
  token: z.optional(reference),
});

export const alarm = z
  .strictObject({
    after: z.optional(duration),
    remind: z.optional(duration),
    smtp: z.optional(smtp),
    ntfy: z.optional(ntfy),
    webhook: z.optional(z.strictObject({ url, secret: reference })),
    command: z.optional(z.strictObject({ argv })),
    log: z.optional(z.boolean()),
  })
  .check(
    z.refine(
      (table) => [table.smtp, table.ntfy, table.webhook, table.command].some(Boolean) || table.log === true,
      "names no way to tell you; add [alarm.smtp], [alarm.ntfy], [alarm.webhook], [alarm.command] or `log = true`",
    ),
  );

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
  /** The password is a reference. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly from: string;
  readonly to: string;
}

export interface NtfyConfig {
  readonly server: string;
  /** References. */
  readonly topic: string;
  readonly token?: string;
}

export interface AlarmConfig {
  readonly afterSeconds: number;
  readonly remindSeconds: number;
  readonly smtp?: SmtpConfig;
  readonly ntfy?: NtfyConfig;
  /** The secret is a reference. */
  readonly webhook?: { readonly url: string; readonly secret: string };
  readonly command?: { readonly argv: readonly string[] };
  /** The system's log: syslog, or the Windows Event Log. */
  readonly log: boolean;
}

/** The table with its defaults filled in. */
export function alarmOf(raw: z.infer<typeof alarm>): AlarmConfig {
  const { after, remind, smtp: mail, ntfy: push, webhook, command, log } = raw;
  return {
    afterSeconds: after ?? AFTER_SECONDS,
    remindSeconds: remind ?? REMIND_SECONDS,
    ...(mail === undefined ? {} : { smtp: smtpOf(mail) }),
    ...(push === undefined ? {} : { ntfy: ntfyOf(push) }),
    ...(webhook === undefined ? {} : { webhook }),
    ...(command === undefined ? {} : { command }),
    log: log ?? false,
  };
}

const PORTS = { tls: 465, starttls: 587, none: 25 };

function smtpOf(raw: z.infer<typeof smtp>): SmtpConfig {
  const { user, password, security = "tls" } = raw;
  const { host, from, to } = raw;
  const login = user === undefined || password === undefined ? {} : { login: { user, password } };
  return { host, port: raw.port ?? PORTS[security], security, ...login, from, to };
}

function ntfyOf({ server, topic, token }: z.infer<typeof ntfy>): NtfyConfig {
  return { server: server ?? "https://ntfy.sh", topic, ...(token === undefined ? {} : { token }) };
}
