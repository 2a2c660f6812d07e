/** Pushes to the browsers of a channel: whom an alert reaches, and who drops out. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deliverDue } from "../../worker/deliver.ts";
import type { Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { browser, channel, PHONES } from "./push-channel.ts";
import { HOUR, newCode, post, settings, subscribe, subscribers } from "./subscribing.ts";
import { db, emptyDatabase, type Mail, request, START, settingsWith } from "./support.ts";

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
