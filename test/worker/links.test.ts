/** Links in alerts: only a person's press acts, once, on the one thing the link was made for, and only while it is good. */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { toBase64url } from "../../protocol/base64url.ts";
import type { Alert } from "../../worker/judge/say.ts";
import { type Claim, linksOf, readLinkSecret, readToken, tokenOf } from "../../worker/links.ts";
import type { Settings } from "../../worker/settings.ts";
import { incidentOfId } from "../../worker/store/answers.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { sweep } from "../../worker/sweep.ts";
import { corenasPlan } from "./reference.ts";
import {
  beat,
  clocksRanUntil,
  db,
  emptyDatabase,
  enrolled,
  request,
  run,
  START,
  settingsWith,
  sweepAt,
} from "./support.ts";

const DAY = 86_400_000;
const SECRET = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
const settings = (): Settings => ({ ...settingsWith([]), linkSecret: SECRET });
const INCIDENT = "home/job:nas/sync@1";

const alertOf = (kind: Alert["kind"]): Alert => ({
  kind,
  incidentId: INCIDENT,
  site: "home",
  root: "job:nas/sync",
  severity: "critical",
  title: "home: sync on nas failed",
  lines: [],
  openedAt: START,
  at: START,
});

const claim = (more: Partial<Claim> = {}): Claim => ({
  action: "ack",
  subject: INCIDENT,
  channel: "mail",
  expiresAt: START + 7 * DAY,
  ...more,
});

/** An open incident, as a verdict writes it. */
async function opened(
  id = INCIDENT,
  reason: object = { code: "run", at: START, status: "failed", text: "no such pool" },
) {
  await env.DB.prepare(
    `INSERT INTO incidents (id, site, root, severity, opened_at, noticed_at, subject, reason, said_at)
     VALUES (?, 'home', 'job:nas/sync', 'critical', ?, ?, 'job:nas/sync', ?, ?)`,
  )
    .bind(id, START, START, JSON.stringify(reason), START)
    .run();
}

async function attention() {
  const found = await incidentOfId(db, INCIDENT);
  return found === null ? null : { ...found.attention, closedAt: found.closedAt };
}

async function visit(method: string, token: string, now: number, from = settings()) {
  const answer = await request(`/act/${token}`, { method, redirect: "manual" }, now, from);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const untouched = { ackedAt: null, ackedBy: null, snoozedUntil: null, dueAt: null };

beforeEach(emptyDatabase);

describe("what loads a link changes nothing:", () => {
  test.each(["ack", "snooze"] as const)("GET and HEAD of %s", async (action) => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action }));
    for (const method of ["GET", "HEAD", "GET"]) expect((await visit(method, token, START)).status).toBe(200);
    expect(await attention()).toMatchObject(untouched);
  });

  test.each(["PUT", "DELETE", "PATCH", "OPTIONS"])("%s is refused", async (method) => {
    await opened();
    expect((await visit(method, await tokenOf(SECRET, claim()), START)).status).toBe(405);
    expect(await attention()).toMatchObject(untouched);
  });

  test("the page says what it is, how it stands, and has one button that posts", async () => {
    await opened();
    const { text, headers } = await visit("GET", await tokenOf(SECRET, claim()), START + 3_600_000);
    expect(text).toContain("sync on nas failed: no such pool");
    expect(text).toContain("1 h ago");
    expect(text.match(/<form method="post">/g)).toHaveLength(1);
    expect(text.match(/<button type="submit">Acknowledge<\/button>/g)).toHaveLength(1);
    expect(text).not.toContain("<script");
    expect(headers.get("content-security-policy")).toContain("form-action 'self'");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("the press of a button", () => {
  test("acknowledges, in the name of the channel whose link it was, and shows that", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim());
    const { status, headers } = await visit("POST", token, START + 1000);
    expect([status, headers.get("location")]).toEqual([303, `/act/${token}`]);
    expect(await attention()).toMatchObject({ ackedAt: START + 1000, ackedBy: "link in mail" });
    const { text } = await visit("GET", token, START + 2000);
    expect(text).toContain("Acknowledged: no reminders until it changes.");
    expect(text).not.toContain("<button");
  });

  test("acknowledges once: the second press leaves the first one's time and name", async () => {
    await opened();
    await visit("POST", await tokenOf(SECRET, claim()), START + 1000);
    await visit("POST", await tokenOf(SECRET, claim({ channel: "phone" })), START + 5000);
    expect(await attention()).toMatchObject({ ackedAt: START + 1000, ackedBy: "link in mail" });
  });

  test("snoozes for a day from then, and a second press does not move the end", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action: "snooze" }));
    for (const at of [START + 1000, START + 2000, START + DAY]) await visit("POST", token, at);
    const until = START + 1000 + DAY;
    expect(await attention()).toMatchObject({ snoozedUntil: until, dueAt: until, ackedAt: null });
    const { text } = await visit("GET", token, START + 2000);
    expect(text).toContain("Snoozed until Tue 2026-11-24 02:00 UTC.");
    expect(text).not.toContain("<button");
  });

  test("may snooze again when the snooze is over", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action: "snooze" }));
    for (const at of [START, START + DAY]) await visit("POST", token, at);
    expect(await attention()).toMatchObject({ snoozedUntil: START + 2 * DAY });
  });

  test("acknowledges what was snoozed: no reminder comes at the end of the snooze", async () => {
    await opened();
    await visit("POST", await tokenOf(SECRET, claim({ action: "snooze" })), START);
    await visit("POST", await tokenOf(SECRET, claim()), START + 1);
    expect(await attention()).toMatchObject({ snoozedUntil: null, ackedAt: START + 1 });
  });

  test.each(["ack", "snooze"] as const)("about what is over changes nothing, and says so: %s", async (action) => {
    await opened();
    await env.DB.prepare("UPDATE incidents SET closed_at = ?")
      .bind(START + 60_000)
      .run();
    const token = await tokenOf(SECRET, claim({ action }));
    expect((await visit("POST", token, START + 120_000)).status).toBe(303);
    expect(await attention()).toMatchObject({ ...untouched, closedAt: START + 60_000 });
    const { text } = await visit("GET", token, START + 120_000);
    expect(text).toContain("It is over since Mon 2026-11-23 02:01 UTC.");
    expect(text).not.toContain("<button");
  });

  test("about what nothing is kept of any more says so", async () => {
    const { status, text } = await visit("POST", await tokenOf(SECRET, claim()), START);
    expect(status).toBe(410);
    expect(text).toContain("This is long over");
  });

  test("concerns the one incident the link was made for", async () => {
    await opened();
    await env.DB.prepare("UPDATE incidents SET root = 'job:nas/other'").run();
    await opened("home/job:nas/sync@2");
    await visit("POST", await tokenOf(SECRET, claim()), START);
    const { results } = await env.DB.prepare(
      "SELECT id, acked_at IS NOT NULL AS acked FROM incidents ORDER BY id",
    ).all();
    expect(results).toEqual([
      { id: INCIDENT, acked: 1 },
      { id: "home/job:nas/sync@2", acked: 0 },
    ]);
  });

  test("that a database does not take is told on a page, with the link in no log", async () => {
    await opened();
    const broken = openDatabase(
      new Proxy(env.DB, {
        get(target, name) {
          if (name === "batch") return () => Promise.reject(new Error("D1_ERROR: Network connection lost"));
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    );
    const token = await tokenOf(SECRET, claim());
    const answer = await request(`/act/${token}`, { method: "POST" }, START, settings(), broken);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("The database did not answer.");
  });
});

test("a press while a sweep is under way is not undone by what the sweep read before", async () => {
  const host = await enrolled("home", "corenas", corenasPlan, START);
  const failedRun = run("health", 1, START, { status: "failed", reason: "no such pool" });
  await beat(host, { runs: [failedRun] }, START);
  await sweepAt(START + 60_000);
  const { results } = await env.DB.prepare("SELECT id FROM incidents").all<{ id: string }>();
  const id = results[0]?.id ?? "";
  await beat(host, {}, START + 120_000);
  await env.DB.prepare("UPDATE watches SET due_at = ?, version = version + 1")
    .bind(START + 120_000)
    .run();
  const token = await tokenOf(SECRET, claim({ subject: id }));
  // The press falls between the sweep's reading and its writing.
  let pressed: Promise<unknown> | undefined;
  const meanwhile = openDatabase(
    new Proxy(env.DB, {
      get(target, name) {
        if (name === "batch") {
          return async (statements: D1PreparedStatement[]) => {
            pressed ??= visit("POST", token, START + 120_000);
            await pressed;
            return target.batch(statements);
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  );
  // A reminder is due, so the sweep writes what it read of the incident.
  await clocksRanUntil(START + 120_000);
  const reminding = { ...settingsWith([]), remind: { critical: 60_000, warning: 60_000 } };
  await sweep(meanwhile, reminding, START + 120_000, "cron");
  expect(pressed).toBeDefined();
  expect((await incidentOfId(db, id))?.attention.ackedBy).toBe("link in mail");
});

describe("a link that is not good", () => {
  test("does nothing from the instant on at which it is over", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ expiresAt: Date.parse("2026-11-30T02:00:00.000Z") }));
    const over = await visit("POST", token, Date.parse("2026-11-30T02:00:00.000Z"));
    expect(over.status).toBe(410);
    expect(over.text).toContain("This link is too old");
    expect(await attention()).toMatchObject(untouched);
    expect((await visit("POST", token, Date.parse("2026-11-30T01:59:59.999Z"))).status).toBe(303);
  });

  test("signed by another secret does nothing", async () => {
    await opened();
    const { status, text } = await visit("POST", await tokenOf(SECRET.toReversed(), claim()), START);
    expect([status, text.includes("This link does nothing")]).toEqual([404, true]);
    expect(await attention()).toMatchObject(untouched);
  });

  test("signed for another use of the same secret does nothing", async () => {
    const [encoded = ""] = (await tokenOf(SECRET, claim())).split(".");
    const key = await crypto.subtle.importKey("raw", SECRET, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(encoded));
    const token = `${encoded}.${toBase64url(new Uint8Array(signature))}`;
    expect(await readToken(SECRET, token, START)).toMatchObject({ ok: false, failure: "forged" });
  });

  test.each(["x", "a.b", "%00", `${"a".repeat(5000)}.${"b".repeat(43)}`])(
    "is no token at all: %.20s",
    async (token) => {
      expect((await visit("POST", token, START)).status).toBe(404);
    },
  );

  test("changed in any bit, anywhere, is good for nothing", async () => {
    const token = await tokenOf(SECRET, claim());
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 0, max: 6 }), async (at, bit) => {
        const changed = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit));
        const read = await readToken(SECRET, token.slice(0, at) + changed + token.slice(at + 1), START);
        expect(read).toEqual({ ok: false, failure: "forged" });
      }),
      { numRuns: 500 },
    );
  });

  test("is refused where there is no secret to check it by", async () => {
    await opened();
    const { status, text } = await visit("POST", await tokenOf(SECRET, claim()), START, settingsWith([]));
    expect([status, text.includes("Links are off")]).toEqual([404, true]);
    expect(await attention()).toMatchObject(untouched);
  });
});

describe("a reader", () => {
  test("elsewhere is told the time of their own clock, and UTC", async () => {
    await opened();
    const token = await tokenOf(SECRET, claim({ action: "snooze" }));
    await visit("POST", token, START);
    const asked = new Request("https://tierwatch.example/", { cf: { timezone: "Europe/Berlin" } });
    const answer = await request(`/act/${token}`, { cf: asked.cf }, START, settings());
    expect(await answer.text()).toContain("Snoozed until Tue 2026-11-24 03:00 Europe/Berlin (02:00 UTC).");
  });
});

describe("an alert's links", () => {
  const maker = { secret: SECRET, pageUrl: "https://tierwatch.example/some/page?a=1" };

  test.each([
    ["opened", ["Acknowledge", "Snooze 1 d"]],
    ["reminder", ["Acknowledge", "Snooze 1 d"]],
    ["closed", []],
    ["notice", []],
    ["test", []],
    ["drill", ["This test arrived"]],
  ] as const)("are for what one can do about it: %s", async (kind, labels) => {
    expect((await linksOf(maker, alertOf(kind), "mail")).map(({ label }) => label)).toEqual(labels);
  });

  test("lead to the worker, say what they were made for, and are the same at each try", async () => {
    const [ack] = await linksOf(maker, alertOf("opened"), "mail");
    const [, token = ""] = /^https:\/\/tierwatch\.example\/act\/([^/?]+)$/.exec(ack?.url ?? "") ?? [];
    expect(await readToken(SECRET, token, START)).toEqual({ ok: true, value: claim() });
    expect(await linksOf(maker, alertOf("opened"), "mail")).toContainEqual(ack);
    expect(await linksOf(maker, alertOf("opened"), "phone")).not.toContainEqual(ack);
  });

  test("are short enough for every provider, with the longest names", async () => {
    const long = {
      ...alertOf("opened"),
      incidentId: `${"s".repeat(63)}/job:${"h".repeat(63)}/${"j".repeat(63)}@1763863200000`,
    };
    for (const { url } of await linksOf(maker, long, "phone")) expect(url.length).toBeLessThanOrEqual(512);
  });
});

describe("a secret", () => {
  const hex = [...SECRET].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  test.each([
    ["base64, as openssl prints it", `${btoa(String.fromCharCode(...SECRET))}\n`],
    ["base64url", toBase64url(SECRET)],
    ["hexadecimal", hex],
  ])("may be %s", (_how, text) => {
    expect(readLinkSecret(text)).toEqual({ ok: true, value: SECRET });
  });

  test.each([
    ["", "has fewer than 32 bytes"],
    [toBase64url(SECRET.slice(1)), "has fewer than 32 bytes"],
    [hex.slice(2), "has fewer than 32 bytes"],
    ["00".repeat(32), "is not random"],
    ["correct horse battery staple!", "is neither base64 nor hexadecimal"],
  ])("is not %s", (text, why) => {
    expect(readLinkSecret(text)).toEqual({ ok: false, failure: why });
  });
});
