/** Two clocks, a watchdog, and visits: each is missed by the sweeps that the others start, and none disturbs a sweep. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { signedHeaders } from "../../protocol/signature.ts";
import { createApp } from "../../worker/app.ts";
import type { Starter } from "../../worker/judge/clocks.ts";
import { readSettings, type Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { sweep } from "../../worker/sweep.ts";
import { corenasPlan } from "./reference.ts";
import { db, emptyDatabase, enrolled, type Mail, request, START, settingsWith } from "./support.ts";

const MINUTE = 60_000;
let mails: Mail[];
let settings: Settings;
beforeEach(async () => {
  await emptyDatabase();
  mails = [];
  settings = { ...settingsWith(mails), clocks: ["cron", "object"] };
});
afterEach(() => void vi.restoreAllMocks());

const subjects = () => mails.map(({ subject }) => subject);
const sweepBy = (startedBy: Starter, now: number) => sweep(db, settings, now, startedBy);

const page = async (now: number) => (await request("/", {}, now)).text();

/** When watches are due, the first of all first. */
async function dueInstants(): Promise<number[]> {
  const { results } = await env.DB.prepare("SELECT due_at FROM watches WHERE due_at IS NOT NULL ORDER BY due_at").all();
  return results.map(({ due_at }) => Number(due_at));
}

/** Sweeps of these starters, every `step` minutes from minute `from` to minute `to`. */
async function run(starters: readonly Starter[], from: number, to: number, step = 1): Promise<void> {
  for (let minute = from; minute <= to; minute += step) {
    for (const [index, by] of starters.entries()) await sweepBy(by, START + minute * MINUTE + index * 1_000);
  }
}

describe("a clock that stops", () => {
  test.each<[Starter, Starter, string]>([
    ["cron", "object", "cron trigger"],
    ["object", "cron", "Clock object"],
  ])("(%s) is noticed by the other after 15 minutes, once, and once when it is back", async (one, other, name) => {
    await run(["cron", "object"], 0, 5);
    await run([other], 6, 19);
    expect(subjects()).toEqual([]);
    await run([other], 20, 90);
    expect(subjects()).toEqual([expect.stringMatching(`^Tierwatch: its ${name} has not fired for 15 min`)]);
    await run([one, other], 91, 120);
    expect(subjects().slice(1)).toEqual([`Tierwatch: its ${name} fires again`]);
  });

  test("is named on the page until it is back", async () => {
    await run(["cron", "object"], 0, 1);
    await run(["object"], 2, 20);
    const fault = "The cron trigger has started no sweep since 2026-11-23 02:01 UTC.";
    expect(await page(START + 20 * MINUTE)).toContain(fault);
    await run(["cron"], 21, 22);
    expect(await page(START + 22 * MINUTE)).not.toContain("has started no sweep");
  });

  test("is not one that always comes while the other sweeps", async () => {
    await env.DB.prepare("UPDATE sweeps SET lease_until = ?, last_sweep_at = ?")
      .bind(START + 1_000, START - 30_000)
      .run();
    expect((await sweepBy("cron", START)).swept).toBe(false);
    await run(["object"], 1, 14);
    expect((await sweepBy("cron", START + 14 * MINUTE - 1)).swept).toBe(false);
    await run(["object"], 15, 28);
    expect(subjects()).toEqual([]);
  });
});

describe("clocks that both stop", () => {
  test("while a host beats every five minutes are one notice, and one when they are back", async () => {
    await run(["cron", "object"], 0, 5);
    await run(["request"], 10, 60, 5);
    expect(subjects()).toEqual([
      expect.stringMatching("^Tierwatch: its cron trigger and Clock object have not fired for 20 min"),
    ]);
    await run(["cron", "object"], 61, 65);
    expect(subjects().slice(1)).toEqual([
      "Tierwatch: its cron trigger fires again",
      "Tierwatch: its Clock object fires again",
    ]);
  });

  test("while a host beats every twenty minutes are two notices, not one a beat", async () => {
    await run(["cron", "object"], 0, 5);
    await run(["request"], 25, 300, 20);
    expect(subjects()).toEqual([
      "Tierwatch itself was blind for 19 min 59 s; it looks again",
      expect.stringMatching("^Tierwatch: its cron trigger and Clock object have not fired for 20 min"),
    ]);
  });

  test("and come back with a sweep that dies are not told of once more", async () => {
    await run(["cron", "object"], 0, 5);
    await run(["request"], 25, 300, 20);
    mails.length = 0;
    const prepare = (query: string) => {
      if (query.includes("lease_until = 0")) throw new Error("D1_ERROR: Network connection lost.");
      return env.DB.prepare(query);
    };
    const dying = openDatabase(Object.assign(Object.create(env.DB), { prepare, batch: env.DB.batch.bind(env.DB) }));
    await expect(sweep(dying, settings, START + 310 * MINUTE, "object")).rejects.toThrow(
      "UPDATE sweeps SET lease_until = 0",
    );
    await run(["object", "cron"], 312, 315);
    expect(subjects()).toEqual(["Tierwatch: its Clock object fires again", "Tierwatch: its cron trigger fires again"]);
  });

  test("for two days and come back together are the one notice of the blind interval", async () => {
    await run(["cron", "object"], 0, 5);
    await run(["object", "cron"], 2 * 24 * 60, 2 * 24 * 60 + 30);
    expect(subjects()).toEqual([expect.stringMatching(/^Tierwatch itself was blind for/)]);
  });

  test("of which only one comes back are that notice and one for the other", async () => {
    await run(["cron", "object"], 0, 5);
    await run(["object"], 600, 614);
    expect(subjects()).toHaveLength(1);
    await run(["object"], 615, 630);
    expect(subjects().slice(1)).toEqual(["Tierwatch: its cron trigger has not fired for 15 min"]);
  });
});

describe("a visit to the page", () => {
  async function visit(now: number): Promise<number> {
    const sweepSoon = vi.fn();
    await createApp().fetch(new Request("https://tierwatch.example/"), { db, settings, now, sweepSoon });
    return sweepSoon.mock.calls.length;
  }

  test("starts a sweep when the last one is older than 90 s, and only then", async () => {
    expect(await visit(START)).toBe(1);
    await sweepBy("cron", START);
    expect(await visit(START + 90_000)).toBe(0);
    expect(await visit(START + 90_001)).toBe(1);
  });

  test("starts one when something became due since the last, and not for what that one left", async () => {
    await enrolled("home", "corenas", corenasPlan, START);
    const [dueAt] = await dueInstants();
    if (dueAt === undefined) throw new Error("nothing is watched");
    const sweptAt = (at: number) => env.DB.prepare("UPDATE sweeps SET last_sweep_at = ?").bind(at).run();
    await sweptAt(dueAt - 30_000);
    expect(await visit(dueAt - 1)).toBe(0);
    expect(await visit(dueAt)).toBe(1);
    // It settled nothing, as of a site that it cannot read.
    await sweptAt(dueAt);
    expect(await visit(dueAt + 1)).toBe(0);
  });

  test("of a monitor to /healthz starts none: it would hide what it looks for", async () => {
    const sweepSoon = vi.fn();
    await createApp().fetch(new Request("https://tierwatch.example/healthz"), {
      db,
      settings,
      now: START,
      sweepSoon,
      lastPage: null,
    });
    expect(sweepSoon).not.toHaveBeenCalled();
  });
});

describe("a heartbeat", () => {
  test("starts a sweep when another host's deadline passed since the last one", async () => {
    const silent = await enrolled("cabin", "nas", { ...corenasPlan, jobs: [], datasets: [] }, START);
    expect(silent.name).toBe("nas");
    const host = await enrolled("home", "corenas", corenasPlan, START);
    const beat = async (now: number) => {
      const sweepSoon = vi.fn();
      const url = "https://tierwatch.example/v1/heartbeats";
      const body = new Uint8Array(new TextEncoder().encode(JSON.stringify({ runs: [] })));
      const headers = await signedHeaders({ method: "POST", url, body }, host.key, now);
      await createApp().fetch(new Request(url, { method: "POST", headers, body }), { db, settings, now, sweepSoon });
      return sweepSoon.mock.calls.length;
    };
    const [dueAt] = await dueInstants();
    if (dueAt === undefined) throw new Error("nothing is watched");
    await beat(dueAt - 40_000);
    await sweepBy("cron", dueAt - 30_000);
    expect(await beat(dueAt - 1)).toBe(0);
    expect(await beat(dueAt)).toBe(1);
  });
});

describe("the Clock object's alarm", () => {
  const clock = () => env.CLOCK.get(env.CLOCK.idFromName("clock"));
  const alarmAt = () => runInDurableObject(clock(), async (_, { storage }) => (await storage.getAlarm()) ?? 0);
  const queueDue = async (dueAt: number, now: number) => {
    await env.DB.prepare(`INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
      VALUES ('later', 'home', 'i', 'opened', 'mail', '{}', 'held', ?, ?, 0)`)
      .bind(now, dueAt)
      .run();
  };

  test("rings when something is due, and otherwise after SWEEP_SECONDS", async () => {
    await clock().fetch("https://clock/");
    const began = Date.now();
    await runDurableObjectAlarm(clock());
    expect(await alarmAt()).toBeGreaterThanOrEqual(began + 60_000);
    const dueAt = Date.now() + 30_000;
    await queueDue(dueAt, began);
    await runDurableObjectAlarm(clock());
    expect(await alarmAt()).toBe(dueAt);
  });

  test("rings again soon when another sweep, which began before, held the lease", async () => {
    await clock().fetch("https://clock/");
    const now = Date.now();
    await queueDue(now - 1, now - 60_000);
    await env.DB.prepare("UPDATE sweeps SET lease_until = ?")
      .bind(now + 60_000)
      .run();
    await runDurableObjectAlarm(clock());
    expect(await alarmAt()).toBeLessThan(now + 50_000);
  });
});

describe("a watchdog", () => {
  const URL = "https://hc.example/ping/a-secret-id";
  let answer: () => Promise<Response>;
  let called: Request[];
  beforeEach(() => {
    settings = { ...settings, clocks: ["cron"], watchdogUrl: URL };
    called = [];
    answer = async () => new Response("OK");
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      called.push(new Request(input, init));
      return answer();
    });
  });

  test("is called after each sweep, by GET, at most once a minute", async () => {
    for (const seconds of [0, 20, 40, 60, 80, 120]) await sweepBy("cron", START + seconds * 1000);
    expect(called.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${URL}`, `GET ${URL}`, `GET ${URL}`]);
  });

  test("is not called by a sweep that dies, or that another holds the lease of", async () => {
    await env.DB.prepare("UPDATE sweeps SET lease_until = ?")
      .bind(START + 1_000)
      .run();
    await sweepBy("cron", START);
    expect(called).toEqual([]);
  });

  test("that fails disturbs no sweep, is named without its address, and told of after 15 minutes", async () => {
    answer = () => Promise.reject(new TypeError(`cannot connect to ${URL}`));
    await run(["cron"], 0, 15);
    expect((await sweepBy("cron", START + 16 * MINUTE)).swept).toBe(true);
    expect(subjects()).toEqual(["Tierwatch: its watchdog could not be called for 15 min"]);
    const text = await page(START + 16 * MINUTE);
    expect(text).toContain("the address in WATCHDOG_URL was not reached");
    expect(text + JSON.stringify(mails)).not.toContain("a-secret-id");
    answer = async () => new Response(null, { status: 204 });
    await run(["cron"], 17, 18);
    expect(subjects().slice(1)).toEqual(["Tierwatch: its watchdog can be called again"]);
  });

  test("that is another Tierwatch whose sweeps stopped says so by its /healthz", async () => {
    answer = () => request("/healthz", {}, START + 3 * 3_600_000);
    await run(["cron"], 0, 16);
    expect(mails.map(({ text }) => text)).toEqual([expect.stringContaining("answered 503")]);
  });

  test("at a private address is not called, unless the owner allows it", () => {
    const read = (more: object) => readSettings({ DB: env.DB, WATCHDOG_URL: "https://192.168.1.5/ping", ...more });
    expect(read({}).watchdogUrl).toBeNull();
    expect(read({}).faults).toContain(
      "WATCHDOG_URL is a private address: set ALLOW_PRIVATE_URLS = true to allow it; no watchdog is called",
    );
    expect(read({ ALLOW_PRIVATE_URLS: true }).watchdogUrl).toBe("https://192.168.1.5/ping");
  });

  test("whose address is none is a fault by name, and the rest works on", () => {
    const read = readSettings({ DB: env.DB, WATCHDOG_URL: "hc.example/a-secret-id", CHANNELS: {} });
    expect(read.watchdogUrl).toBeNull();
    expect(read.faults).toEqual(["WATCHDOG_URL is not an http or https URL; no watchdog is called"]);
  });
});
