/** The tables of channels: every example is sound, and every fault is named without its secret. */

import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import doc from "../../../docs/CHANNELS.md?raw";
import examples from "../../../examples/worker/channels.toml?raw";
import routing from "../../../examples/worker/routing.toml?raw";
import { channelKind } from "../../../worker/channels/kinds.ts";
import { readChannel } from "../../../worker/channels/read.ts";

const EMAIL = { send: async () => undefined };
const SECRETS = {
  SMTP_PASSWORD: "pass word with spaces",
  RESEND_KEY: "re_hush",
  NTFY_TOPIC: "hush-topic",
  NTFY_TOKEN: "tk_hush",
  PUSHOVER_TOKEN: "a".repeat(30),
  PUSHOVER_USER: "u".repeat(30),
  TELEGRAM_TOKEN: "123:hush",
  SLACK_URL: "https://hooks.slack.com/services/T0/B0/hush",
  DISCORD_URL: "https://discord.com/api/webhooks/1/hush",
  APPRISE_KEY: "hush-key",
  VAPID_PRIVATE_KEY: "hush".padEnd(43, "x"),
  OPS_WEBHOOK_SECRET: `whsec_${btoa("a secret of at least 24 bytes")}`,
};
const env = { EMAIL, ...SECRETS };

const tables = z.object({ vars: z.object({ CHANNELS: z.record(z.string(), z.record(z.string(), z.unknown())) }) });
const { CHANNELS } = z.parse(tables, parse(examples)).vars;
const ROUTED = z.parse(tables, parse(routing)).vars.CHANNELS;
const read = (table: unknown, of: object = {}, allowPrivate = false) =>
  readChannel({ ...env, ...of }, "phone", table, allowPrivate);

describe("the examples", () => {
  test("show every kind of channel", () => {
    expect(Object.values(CHANNELS).map(({ kind }) => kind)).toEqual(expect.arrayContaining([...channelKind.options]));
  });

  test("and the documentation, too", () => {
    const tables = doc.split(/\n\n(?=\|)/).slice(1);
    for (const table of [tables.at(0) ?? "", tables.at(-1) ?? ""])
      expect([...table.matchAll(/^\| `(\w+)` /gm)].map(([, kind]) => kind)).toEqual(channelKind.options);
  });

  test.each(Object.entries(CHANNELS))("%s is sound", (_name, table) => {
    expect(read(table).faults).toEqual([]);
    expect(read(table).channel).toMatchObject({ kind: table.kind, name: "phone" });
  });

  test.each(Object.entries(ROUTED))("%s, of two phones and an escalation, is sound", (_name, table) => {
    expect(read(table).faults).toEqual([]);
  });

  test.each(Object.entries(CHANNELS))("%s with an entry too many is off", (_name, table) => {
    expect(read({ ...table, colour: "red" })).toEqual({ channel: undefined, faults: ['unknown "colour"'] });
  });

  test.each(Object.entries(CHANNELS))("%s without its secrets is off, and every one is named", (_name, table) => {
    const named = Object.values(table).filter((value) => String(value) in SECRETS);
    const none = Object.fromEntries(Object.keys(SECRETS).map((name) => [name, undefined]));
    expect(read(table, none).faults).toEqual(named.map((name) => `the secret ${name} is not set`));
  });
});

const { phone, pager, telegram, slack, smtp, apprise } = CHANNELS;

describe("a fault", () => {
  test.each<[unknown, object, string[]]>([
    [{ ...phone, topic: "two words" }, {}, ["topic must be the name of a secret, such as OPS_SECRET"]],
    [{ kind: "ntfy" }, {}, ["topic must be given, as the name of a secret"]],
    [phone, { NTFY_TOPIC: "hush hush" }, ["the secret NTFY_TOPIC is not a topic: 1 to 64 letters, digits, - and _"]],
    [phone, { NTFY_TOKEN: "hush\n" }, ["the secret NTFY_TOKEN has spaces, line breaks or characters beyond ASCII"]],
    [
      pager,
      { PUSHOVER_USER: "hush" },
      ["the secret PUSHOVER_USER is not 30 letters and digits, as Pushover's keys are"],
    ],
    [{ ...pager, emergency: "yes" }, {}, ["emergency must be true or false"]],
    [
      { ...pager, emergency: true, batch: true },
      {},
      ["batch and emergency do not go together: what rings is about one incident"],
    ],
    [{ ...telegram, chat: "me" }, {}, ['chat is not a chat: a number in quotes, or "@name"']],
    [{ ...telegram, chat: 123 }, {}, ["chat must be given, as text"]],
    [slack, { SLACK_URL: "hush" }, ["the secret SLACK_URL is not an http or https URL"]],
    [{ ...smtp, port: 25 }, {}, ["port may not be 25, which Cloudflare closes to workers: use 465 or 587"]],
    [{ ...smtp, port: "465" }, {}, ["port must be a number"]],
    [{ ...smtp, security: "none" }, {}, ['security must be "tls" or "starttls"']],
    [{ ...smtp, user: undefined }, {}, ["user and password go together: give both, or neither"]],
    [{ ...smtp, to: "me@example.org\r\nRCPT TO:<you@example.org>" }, {}, ["to is not an email address"]],
    [{ ...smtp, host: "a b", from: "me" }, {}, ["host is not the name of a host", "from is not an email address"]],
  ])("of %j with %j is named", (table, of, faults) => {
    expect(read(table, of)).toEqual({ channel: undefined, faults });
  });

  test("of a secret never shows it", () => {
    for (const [name, value] of Object.entries(SECRETS)) {
      for (const broken of [`${value}\u0000`, "", "hush\u00fc hush"]) {
        const said = Object.values(CHANNELS).flatMap((table) => read(table, { [name]: broken }).faults);
        expect(said.join()).not.toMatch(/hush|a{30}|u{30}|pass word/);
      }
    }
  });
});

describe("a private address", () => {
  test.each<[unknown, object, string]>([
    [{ ...phone, server: "http://192.168.1.5" }, {}, "server"],
    [{ ...apprise, server: "http://localhost:8000" }, {}, "server"],
    [{ ...smtp, host: "mail.local" }, {}, "host"],
    [slack, { SLACK_URL: "http://10.0.0.1/hush" }, "the secret SLACK_URL"],
  ])("of %j turns its channel off, unless the owner allows it", (table, of, called) => {
    const faults = [`${called} is a private address: set ALLOW_PRIVATE_URLS = true to allow it`];
    expect(read(table, of)).toEqual({ channel: undefined, faults });
    expect(read(table, of, true).faults).toEqual([]);
  });
});
