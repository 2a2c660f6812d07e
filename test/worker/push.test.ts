/** Browsers that take the pushes of a channel: who gets in, whom an alert reaches, and who drops out. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toBase64url } from "../../protocol/base64url.ts";
import type { Subscription } from "../../protocol/subscription.ts";
import { deliverDue } from "../../worker/deliver.ts";
import type { Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { browser, channel, PHONES } from "./push-channel.ts";
import { db, emptyDatabase, type Mail, request, START, settingsWith } from "./support.ts";

const HOUR = 3_600_000;

function settings(...channels: Settings["channels"]): Settings {
  return { ...settingsWith([]), channels };
}

let codes = 0;
async function newCode(expiresAt = START + HOUR, of = PHONES): Promise<string> {
  codes += 1;
  const code = `code-${codes}`.padEnd(22, "x");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  await env.DB.prepare("INSERT INTO subscribe_codes (code_hash, channel, expires_at) VALUES (?, ?, ?)")
    .bind(toBase64url(hash), of, expiresAt)
    .run();
  return code;
}

function post(path: string, body: unknown, of: Settings, now = START): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return request(`/v1/subscriptions${path}`, { method: "POST", headers, body: JSON.stringify(body) }, now, of);
}

async function subscribe(of: Settings, name: string): Promise<Subscription> {
  const subscription = await browser(name);
  const answer = await post("", { code: await newCode(), name, subscription }, of);
  if (answer.status !== 201) throw new Error(await answer.text());
  return subscription;
}

async function subscribers() {
  const { results } = await env.DB.prepare(
    "SELECT name, endpoint, last_error, gone_at FROM subscriptions ORDER BY name",
  ).all();
  return results;
}

/** An alert to a channel, as a verdict writes it. */
async function queue(kind: "opened" | "closed" = "opened", dueAt = START): Promise<void> {
  const of = { kind, incidentId: "home/host:nas@1", site: "home", root: "host:nas", severity: "critical" };
  const alert = { ...of, title: `nas ${kind}`, lines: ["First broken: nas."], openedAt: START, at: START };
  await env.DB.prepare(
    `INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
     VALUES (?, 'home', ?, ?, ?, ?, 'pending', ?, ?, 0)`,
  )
    .bind(`home/host:nas@1/${kind}/${PHONES}`, of.incidentId, kind, PHONES, JSON.stringify(alert), START, dueAt)
    .run();
}

async function deliveries() {
  const { results } = await env.DB.prepare(
    "SELECT channel, state, attempts, last_error, due_at FROM deliveries ORDER BY channel",
  ).all();
  return results;
}

/** Stands in for every push service: answers by the last part of the address, and keeps who was sent to. */
function pushService(answers: Record<string, () => Response>): string[] {
  const reached: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const at = new Request(input, init).url.split("/").at(-1) ?? "";
    reached.push(at);
    return answers[at]?.() ?? new Response(null, { status: 201 });
  });
  return reached;
}

/** A database in which something happens right after the first batch of statements. */
function afterFirstBatch(happen: () => Promise<void>) {
  let first = true;
  const batch = async (statements: D1PreparedStatement[]) => {
    const results = await env.DB.batch(statements);
    if (first) await happen();
    first = false;
    return results;
  };
  const get = (target: D1Database, name: string | symbol) => {
    if (name === "batch") return batch;
    const value: unknown = Reflect.get(target, name);
    return typeof value === "function" ? value.bind(target) : value;
  };
  return openDatabase(new Proxy(env.DB, { get }));
}

beforeEach(emptyDatabase);
afterEach(() => void vi.restoreAllMocks());

describe("a code", () => {
  test("says what it is for before anybody is asked anything, and stays good", async () => {
    const phones = await channel();
    const code = await newCode();
    for (let i = 0; i < 2; i++) {
      const answer = await post("/offer", { code }, settings(phones));
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ channel: PHONES, publicKey: phones.public_key });
    }
  });

  test("lets one browser in, and no other after it", async () => {
    const of = settings(await channel());
    const code = await newCode();
    const first = await browser("kitchen");
    expect((await post("", { code, name: " kitchen tablet ", subscription: first }, of)).status).toBe(201);
    const second = await post("", { code, name: "thief", subscription: await browser("thief") }, of);
    expect(second.status).toBe(403);
    expect(await second.json()).toMatchObject({ code: "code_refused" });
    expect((await post("/offer", { code }, of)).status).toBe(403);
    expect(await subscribers()).toMatchObject([{ name: "kitchen tablet", endpoint: first.endpoint }]);
  });

  test("lets the same browser in again whose answer was lost, as one subscription", async () => {
    const of = settings(await channel());
    const [code, subscription] = [await newCode(), await browser("kitchen")];
    for (let i = 0; i < 2; i++) expect((await post("", { code, name: "kitchen", subscription }, of)).status).toBe(201);
    expect(await subscribers()).toHaveLength(1);
  });

  test("is no good after its hour, made up, or of a channel that is not set up", async () => {
    const of = settings(await channel());
    const subscription = await browser("kitchen");
    const late = await newCode(START);
    const other = await newCode(START + HOUR, "gone");
    for (const code of [late, "A".repeat(22)]) {
      expect((await post("/offer", { code }, of)).status).toBe(403);
      expect((await post("", { code, name: "kitchen", subscription }, of)).status).toBe(403);
    }
    for (const [path, more] of [
      ["/offer", {}],
      ["", { name: "kitchen", subscription }],
    ] as const)
      expect(await (await post(path, { code: other, ...more }, of)).json()).toMatchObject({ code: "not_found" });
    expect(await subscribers()).toEqual([]);
  });
});

describe("a subscription", () => {
  test.each([
    ["to a private address", { endpoint: "https://192.168.1.5/x" }],
    ["without encryption on the way", { endpoint: "http://push.example/x" }],
    ["with something more", { colour: "red" }],
    ["with a key that is none", { keys: { p256dh: "x", auth: "y" } }],
  ])("%s is refused, and its code stays good", async (_what, wrong) => {
    const of = settings(await channel());
    const [code, subscription] = [await newCode(), await browser("kitchen")];
    const answer = await post("", { code, name: "kitchen", subscription: { ...subscription, ...wrong } }, of);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "malformed" });
    expect((await post("", { code, name: "kitchen", subscription }, of)).status).toBe(201);
  });

  test("to a private push service is taken where private addresses are allowed", async () => {
    const of = settings(await channel({ allowPrivate: true }));
    const subscription = { ...(await browser("kitchen")), endpoint: "https://192.168.1.5/x" };
    expect((await post("", { code: await newCode(), name: "kitchen", subscription }, of)).status).toBe(201);
  });

  test("larger than 8 KiB is not read", async () => {
    const answer = await post("", { name: "x".repeat(9_000) }, settings(await channel()));
    expect(answer.status).toBe(413);
  });

  test("moves with its browser to another address, for whoever knows its secret alone", async () => {
    const of = settings(await channel());
    const [old, next] = [await subscribe(of, "kitchen"), await browser("moved")];
    const wrong = { endpoint: old.endpoint, auth: "A".repeat(22) };
    expect((await post("/renewal", { old: wrong, subscription: next }, of)).status).toBe(404);
    const right = { endpoint: old.endpoint, auth: old.keys.auth };
    expect((await post("/renewal", { old: right, subscription: next }, of)).status).toBe(204);
    expect(await subscribers()).toMatchObject([{ name: "kitchen", endpoint: next.endpoint }]);
  });

  test("ends when its browser says so, for whoever knows its secret alone", async () => {
    const of = settings(await channel());
    const { endpoint, keys } = await subscribe(of, "kitchen");
    expect((await post("/end", { endpoint, auth: "A".repeat(22) }, of)).status).toBe(404);
    expect(await subscribers()).toHaveLength(1);
    expect((await post("/end", { endpoint, auth: keys.auth }, of)).status).toBe(204);
    expect(await subscribers()).toEqual([]);
  });
});

describe("an alert on a push channel", () => {
  test("reaches every browser that subscribed to it", async () => {
    const of = settings(await channel());
    for (const name of ["kitchen", "phone"]) await subscribe(of, name);
    const reached = pushService({});
    await queue();
    expect((await deliverDue(db, of, START)).tried).toBe(2);
    expect((await deliverDue(db, of, START + HOUR)).tried).toBe(0);
    expect(reached.sort()).toEqual(["kitchen", "phone"]);
    expect((await deliveries()).map(({ state }) => state)).toEqual(["spread", "delivered", "delivered"]);
  });

  test("is sent again to the one that asked for patience, and to no other", async () => {
    const of = settings(await channel());
    for (const name of ["busy", "phone"]) await subscribe(of, name);
    const answers = { busy: () => new Response(null, { status: 429, headers: { "retry-after": "40" } }) };
    const reached = pushService(answers);
    await queue();
    await deliverDue(db, of, START);
    expect(await subscribers()).toMatchObject([
      { name: "busy", last_error: "the push service answered 429", gone_at: null },
      { name: "phone", last_error: null },
    ]);
    expect((await deliverDue(db, of, START + 39_000)).tried).toBe(0);
    answers.busy = () => new Response(null, { status: 201 });
    expect((await deliverDue(db, of, START + 40_000)).tried).toBe(1);
    expect(reached.sort()).toEqual(["busy", "busy", "phone"]);
    expect(await subscribers()).toMatchObject([{ last_error: null }, { last_error: null }]);
  });

  test.each([404, 410])("drops the one that is gone by a %i, and goes on to the others", async (status) => {
    const of = settings(await channel());
    for (const name of ["lost", "phone"]) await subscribe(of, name);
    const reached = pushService({ lost: () => new Response(null, { status }) });
    await queue();
    await deliverDue(db, of, START);
    await queue("closed");
    await deliverDue(db, of, START + 1_000);
    // The one that is left hears of the end, and that the other is gone.
    await deliverDue(db, of, START + 2_000);
    expect(reached.sort()).toEqual(["lost", "phone", "phone", "phone"]);
    expect(await subscribers()).toMatchObject([
      { name: "lost", gone_at: START },
      { name: "phone", gone_at: null },
    ]);
    const states = (await deliveries()).map(({ state }) => state);
    expect(states.sort()).toEqual(["delivered", "delivered", "delivered", "refused", "spread", "spread", "spread"]);
  });

  test("that finds a browser gone tells every channel of it, once", async () => {
    const mails: Mail[] = [];
    const of = settings(await channel(), ...settingsWith(mails).channels);
    await subscribe(of, "lost");
    pushService({ lost: () => new Response(null, { status: 410 }) });
    await queue();
    await queue("closed");
    for (const after of [0, 1_000, 2_000]) await deliverDue(db, of, START + after);
    expect(mails.map(({ subject }) => subject)).toEqual(["“lost” takes no more alerts of the channel phones"]);
    expect(mails[0]?.text).toContain("npm run subscribe-code -- --channel phones prints a link for it.");
  });

  test("keeps its order for each browser: never closed before opened", async () => {
    const of = settings(await channel());
    await subscribe(of, "busy");
    const answers = { busy: () => new Response(null, { status: 503 }) };
    const reached = pushService(answers);
    await queue("closed");
    await queue();
    await deliverDue(db, of, START);
    await deliverDue(db, of, START + 5_000);
    expect(reached).toEqual(["busy"]);
    answers.busy = () => new Response(null, { status: 201 });
    await deliverDue(db, of, START + 15_000);
    await deliverDue(db, of, START + 15_000);
    expect(reached).toEqual(["busy", "busy", "busy"]);
  });

  test("that closes waits for an opening one that is not due yet", async () => {
    const of = settings(await channel());
    await subscribe(of, "phone");
    const reached = pushService({});
    await queue("closed");
    await queue("opened", START + HOUR);
    expect((await deliverDue(db, of, START)).tried).toBe(0);
    expect(reached).toEqual([]);
  });

  test("is refused where nobody subscribed, and the page says so", async () => {
    const of = settings(await channel());
    pushService({});
    await queue();
    expect((await deliverDue(db, of, START)).tried).toBe(0);
    expect(await deliveries()).toMatchObject([{ state: "refused", due_at: null, last_error: "nobody subscribed yet" }]);
    expect(await faults(of)).toEqual([
      "CHANNELS.phones: nobody subscribed yet, so it reaches nobody; npm run subscribe-code -- --channel phones prints a link",
    ]);
    expect(await (await request("/", {}, START, of)).text()).toContain("nobody subscribed yet");
  });

  test("that closes is not for who heard nothing of its incident", async () => {
    const of = settings(await channel());
    await subscribe(of, "old");
    const reached = pushService({});
    await queue();
    await deliverDue(db, of, START);
    await subscribe(of, "new");
    await queue("closed");
    await deliverDue(db, of, START + 1_000);
    expect(reached).toEqual(["old", "old"]);
  });

  test("that came after the others were spread is sent by the next sweep", async () => {
    const of = settings(await channel());
    await subscribe(of, "phone");
    const reached = pushService({});
    await queue();
    await deliverDue(
      afterFirstBatch(() => queue("closed")),
      of,
      START,
    );
    expect(reached).toEqual(["phone"]);
    await deliverDue(db, of, START + 15_000);
    expect(reached).toEqual(["phone", "phone"]);
  });

  test("that two sweeps spread at the same time is sent once", async () => {
    const of = settings(await channel());
    for (const name of ["kitchen", "phone"]) await subscribe(of, name);
    const reached = pushService({});
    await queue();
    await Promise.all([1, 2, 3].map(() => deliverDue(db, of, START)));
    expect(reached.sort()).toEqual(["kitchen", "phone"]);
  });
});

async function faults(of: Settings): Promise<unknown> {
  const body: { readonly faults: unknown } = await (await request("/healthz", {}, START, of)).json();
  return body.faults;
}

describe("the faults", () => {
  test("name who is gone until that one subscribed again, and who is not reached", async () => {
    const of = settings(await channel());
    for (const name of ["lost", "strange", "phone"]) await subscribe(of, name);
    pushService({
      lost: () => new Response(null, { status: 410 }),
      strange: () => new Response(null, { status: 403 }),
    });
    await queue();
    await deliverDue(db, of, START);
    expect(await faults(of)).toEqual([
      'CHANNELS.phones: "lost" is gone since 2026-11-23 02:00 UTC: subscribe it again',
      'CHANNELS.phones: "strange": the push service answered 403',
    ]);
    const code = await newCode();
    await post("", { code, name: "lost", subscription: await browser("found") }, of);
    expect(await faults(of)).toEqual(['CHANNELS.phones: "strange": the push service answered 403']);
  });

  test("are none without a push channel", async () => {
    expect(await faults(settings())).toEqual([]);
  });
});
