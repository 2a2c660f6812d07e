/** Settings: every fault named at once, no secret ever shown, and heartbeats taken in whatever the settings are. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { signedHeaders } from "../../protocol/signature.ts";
import worker from "../../worker/index.ts";
import type { Sites } from "../../worker/judge/public.ts";
import { type Env, readSettings, settingsOf } from "../../worker/settings.ts";
import { corenasPlan } from "./reference.ts";
import { emptyDatabase, enrolled, type TestHost } from "./support.ts";

const SECRET = `whsec_${btoa("a secret of at least 24 bytes")}`;
const EMAIL = { send: async () => ({ messageId: "1" }) };
const mail = { kind: "email", from: "tierwatch@example.org", to: "me@example.org" };
const hook = { kind: "webhook", url: "https://example.org/in", secret: "OPS_SECRET" };

const NO_SECRET =
  "alerts carry no buttons: there is no LINK_SECRET (make one: openssl rand -base64 32 | npx wrangler secret put LINK_SECRET)";

const read = (vars: Record<string, unknown>) => readSettings({ DB: env.DB, ...vars });

describe("sound settings", () => {
  test("are read once of an environment, which does not change", () => {
    const own = { DB: env.DB, SWEEP_SECONDS: "30" };
    expect(settingsOf(own)).toEqual(readSettings(own));
    expect(settingsOf(own)).toBe(settingsOf(own));
    expect(settingsOf({ ...own, SWEEP_SECONDS: "40" }).sweepSeconds).toBe(40);
  });

  test("have no faults, and every channel under its name", () => {
    const vars = { SWEEP_SECONDS: "30", PAGE_URL: "https://t.example/", CHANNELS: { mail, ops: hook }, EMAIL };
    expect(read({ ...vars, OPS_SECRET: SECRET })).toEqual({
      sweepSeconds: 30,
      clocks: ["cron"],
      pageUrl: "https://t.example/",
      watchdogUrl: null,
      linkSecret: null,
      drill: null,
      publicSites: [],
      openToAll: false,
      access: null,
      signInLimit: null,
      notes: [NO_SECRET],
      channels: [
        { ...mail, name: "mail", sender: EMAIL },
        { ...hook, name: "ops", secret: SECRET },
      ],
      remind: { critical: 86_400_000, warning: 604_800_000 },
      faults: [],
    });
  });

  test("may leave out the sweep's interval and the page's address", () => {
    expect(read({ CHANNELS: {} })).toEqual({
      sweepSeconds: 60,
      clocks: ["cron"],
      pageUrl: null,
      remind: { critical: 86_400_000, warning: 604_800_000 },
      watchdogUrl: null,
      linkSecret: null,
      drill: null,
      publicSites: [],
      openToAll: false,
      access: null,
      signInLimit: null,
      notes: [NO_SECRET],
      channels: [],
      faults: [],
    });
  });
});

describe("faults", () => {
  test("are all named at once, and what is sound works on", () => {
    const CHANNELS = { mail, ops: hook, pager: { kind: "pager" } };
    const settings = read({ SWEEP_SECONDS: "often", PAGE_URL: "t.example", CHANNELS, EMAIL });
    expect(settings.faults).toEqual([
      "SWEEP_SECONDS must be a number from 1 to 600; 60 is used",
      "PAGE_URL is not an http or https URL; alerts carry no link",
      "CHANNELS.ops: the secret OPS_SECRET is not set; this channel is off",
      'CHANNELS.pager: kind must be "email", "smtp", "resend", "ntfy", "pushover", "telegram", "slack", "discord", "apprise", "push" or "webhook"; this channel is off',
    ]);
    expect(settings.sweepSeconds).toBe(60);
    expect(settings.channels.map(({ name }) => name)).toEqual(["mail"]);
  });

  test.each<[Record<string, unknown>, { zone: string } | null, string[]]>([
    [{}, null, []],
    [{ DRILL: "off" }, null, []],
    [{ DRILL: "monthly" }, { zone: "UTC" }, []],
    [{ DRILL: "monthly", DRILL_ZONE: "Europe/Berlin" }, { zone: "Europe/Berlin" }, []],
    [{ DRILL: "weekly" }, null, ['DRILL must be "monthly" or "off"; there is no drill']],
    [
      { DRILL: "monthly", DRILL_ZONE: "Berlin" },
      { zone: "UTC" },
      ['DRILL_ZONE is no time zone such as "Europe/Berlin"; UTC is used'],
    ],
  ])("a drill: %o", (vars, drill, faults) => {
    expect(read({ CHANNELS: {}, ...vars })).toMatchObject({ drill, faults });
  });

  const ALL_PRIVATE = 'PUBLIC_SITES must be "all" or a list of sites such as ["home"]; every site is private';

  test.each<[unknown, Sites, string[]]>([
    [undefined, [], []],
    ["all", "all", []],
    [["home", "cabin"], ["home", "cabin"], []],
    [[], [], []],
    ["home", [], [ALL_PRIVATE]],
    [["Home"], [], [ALL_PRIVATE]],
    [[1], [], [ALL_PRIVATE]],
    [true, [], [ALL_PRIVATE]],
  ])("PUBLIC_SITES = %j: a fault makes nothing public", (PUBLIC_SITES, publicSites, faults) => {
    expect(read({ CHANNELS: {}, PUBLIC_SITES })).toMatchObject({ publicSites, faults });
  });

  test.each<[unknown, boolean, string[]]>([
    [undefined, false, []],
    [false, false, []],
    [true, true, []],
    ["true", true, []],
    ["yes", false, ["OPEN_TO_ALL must be true or false; only its owner sees what is private"]],
    [1, false, ["OPEN_TO_ALL must be true or false; only its owner sees what is private"]],
  ])("OPEN_TO_ALL = %j: a fault opens nothing, and an open worker says so", (OPEN_TO_ALL, openToAll, faults) => {
    const settings = read({ CHANNELS: {}, OPEN_TO_ALL });
    expect(settings).toMatchObject({ openToAll, faults });
    expect(settings.notes.some((note) => note.includes("OPEN_TO_ALL"))).toBe(openToAll);
  });

  test.each<[string, unknown, string[]]>([
    ["good", btoa("0123456789abcdefghijklmnopqrstuv"), []],
    [
      "short",
      "hush-hush-hush",
      [
        "LINK_SECRET has fewer than 32 bytes; alerts carry no buttons (make one: openssl rand -base64 32 | npx wrangler secret put LINK_SECRET)",
      ],
    ],
  ])("a secret for links that is %s is never shown", (_what, LINK_SECRET, faults) => {
    const settings = read({ CHANNELS: {}, LINK_SECRET });
    expect(settings).toMatchObject({ faults, notes: [] });
    expect(settings.linkSecret === null).toBe(faults.length > 0);
  });

  test.each<[string, unknown, number | null, string[]]>([
    ["0 for none", "0", null, []],
    ["a number of seconds", "3600", 3_600_000, []],
    [
      "less than a sweep can keep",
      60,
      86_400_000,
      ["REMIND_CRITICAL_SECONDS must be 0 (no reminders) or at least 300 seconds; 86400 is used"],
    ],
    [
      "no number",
      "daily",
      86_400_000,
      ["REMIND_CRITICAL_SECONDS must be 0 (no reminders) or at least 300 seconds; 86400 is used"],
    ],
  ])("reminders: %s", (_what, value, expected, faults) => {
    const settings = read({ CHANNELS: {}, REMIND_CRITICAL_SECONDS: value });
    expect([settings.remind.critical, settings.faults]).toEqual([expected, faults]);
  });

  test.each<[string, unknown, string]>([
    ["no table at all", undefined, "no channel is set up: nobody is told of an incident (see CHANNELS)"],
    ["a text", "mail", "CHANNELS must be a table of tables, one a channel"],
    ["a list", [mail], "CHANNELS must be a table of tables, one a channel"],
    ["a channel that is no table", { mail: "me@example.org" }, "CHANNELS.mail: must be a table; this channel is off"],
    [
      "a channel without a kind",
      { mail: {} },
      'CHANNELS.mail: kind must be "email", "smtp", "resend", "ntfy", "pushover", "telegram", "slack", "discord", "apprise", "push" or "webhook"; this channel is off',
    ],
    [
      "an address that is none",
      { mail: { ...mail, to: "me" } },
      "CHANNELS.mail: to is not an email address; this channel is off",
    ],
    [
      "two faults in one channel",
      { mail: { ...mail, to: "me", cc: "you" } },
      'CHANNELS.mail: to is not an email address; unknown "cc"; this channel is off',
    ],
    [
      "an entry left out",
      { mail: { kind: "email", from: mail.from } },
      "CHANNELS.mail: to must be given, as text; this channel is off",
    ],
    [
      "an address of another protocol",
      { ops: { ...hook, url: "ftp://example.org" } },
      "CHANNELS.ops: url is not an http or https URL; this channel is off",
    ],
    [
      "a name that fits no header",
      { büro: mail },
      "CHANNELS.büro: a name is made of letters, digits, hyphens and underscores; this channel is off",
    ],
  ])("of CHANNELS: %s", (_what, CHANNELS, fault) => {
    const settings = read({ CHANNELS, EMAIL, OPS_SECRET: SECRET });
    expect(settings.faults).toEqual([fault]);
    expect(settings.channels).toEqual([]);
  });

  test("of email: without the binding the channel is off", () => {
    expect(read({ CHANNELS: { mail } }).faults).toEqual([
      "CHANNELS.mail: there is no send_email binding named EMAIL; this channel is off",
    ]);
  });

  test.each(["0", "601", "-5", "", "1e9", {}, null])("of SWEEP_SECONDS: %j falls back to a minute", (SWEEP_SECONDS) => {
    const settings = read({ CHANNELS: {}, SWEEP_SECONDS });
    expect([settings.sweepSeconds, settings.faults.length]).toEqual([60, 1]);
  });
});

describe("private addresses", () => {
  const CHANNELS = { ops: { ...hook, url: "http://127.0.0.1:9000/in" } };

  test.each([true, "true"])("are allowed by ALLOW_PRIVATE_URLS = %j", (ALLOW_PRIVATE_URLS) => {
    const { faults, channels } = read({ CHANNELS, OPS_SECRET: SECRET, ALLOW_PRIVATE_URLS });
    expect([faults, channels.length]).toEqual([[], 1]);
  });

  test.each([undefined, false, "false"])("are refused with ALLOW_PRIVATE_URLS = %j", (ALLOW_PRIVATE_URLS) => {
    expect(read({ CHANNELS, OPS_SECRET: SECRET, ALLOW_PRIVATE_URLS }).faults).toEqual([
      "CHANNELS.ops: url is a private address: set ALLOW_PRIVATE_URLS = true to allow it; this channel is off",
    ]);
  });

  test("are refused, and the fault told, where ALLOW_PRIVATE_URLS is nonsense", () => {
    const { faults, channels } = read({ CHANNELS, OPS_SECRET: SECRET, ALLOW_PRIVATE_URLS: "yes" });
    expect(faults[0]).toBe("ALLOW_PRIVATE_URLS must be true or false; private addresses are refused");
    expect(channels).toEqual([]);
  });
});

describe("a secret", () => {
  const weak = "hunter2hunter2hunter2";

  test.each([
    ["too short", weak],
    ["too short, though it looks long enough", `whsec_${btoa(weak)}`],
    ["not base64", "correct horse battery staple, and more of them"],
    ["wrongly padded", `${"A".repeat(33)}====`],
    ["empty", ""],
    ["no text", 42],
  ])("that is %s turns its channel off", (_what, OPS_SECRET) => {
    expect(read({ CHANNELS: { ops: hook }, OPS_SECRET }).channels).toEqual([]);
  });

  test("is never shown, whatever is wrong with it", () => {
    for (const OPS_SECRET of [weak, `${SECRET}%`, "correct horse battery staple, and more of them"]) {
      const { faults } = read({ CHANNELS: { ops: hook }, OPS_SECRET });
      expect(faults).toHaveLength(1);
      expect(faults.join()).not.toContain(OPS_SECRET);
    }
  });

  test("pasted where its name belongs is not shown either", () => {
    const { faults, channels } = read({ CHANNELS: { ops: { ...hook, secret: SECRET } } });
    expect(faults).toEqual([
      "CHANNELS.ops: secret must be the name of a secret, such as OPS_SECRET; this channel is off",
    ]);
    expect(channels).toEqual([]);
  });
});

describe("a worker with faulty settings", () => {
  const faulty: Env = { DB: env.DB, CHANNELS: "nonsense", SWEEP_SECONDS: "often", OPEN_TO_ALL: true };
  let corenas: TestHost;

  beforeEach(async () => {
    await emptyDatabase();
    corenas = await enrolled("home", "corenas", corenasPlan, Date.now());
  });

  async function fetched(url: string, init: RequestInit<IncomingRequestCfProperties> = {}): Promise<Response> {
    const context = createExecutionContext();
    const answer = await worker.fetch(new Request(url, init), faulty, context);
    await waitOnExecutionContext(context);
    return answer;
  }

  test("still takes heartbeats, and records them", async () => {
    const body = new Uint8Array(new TextEncoder().encode(JSON.stringify({ runs: [] })));
    const url = "https://tierwatch.example/v1/heartbeats";
    const headers = await signedHeaders({ method: "POST", url, body }, corenas.key, Date.now());
    const answer = await fetched(url, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    const host = await env.DB.prepare("SELECT status FROM watches WHERE key = 'host:corenas'").first("status");
    expect(host).toBe("ok");
  });

  test("names the faults to its owner, who asks for its health", async () => {
    const health = await (await fetched("https://tierwatch.example/healthz")).json();
    expect(health).toMatchObject({
      faults: [
        "SWEEP_SECONDS must be a number from 1 to 600; 60 is used",
        "CHANNELS must be a table of tables, one a channel",
      ],
    });
  });
});
