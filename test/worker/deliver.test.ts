/** Alerts on their way out: leased, apart from each other, and never lost between a provider's yes and our row. */
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EmailSender } from "../../worker/channels/email.ts";
import type { Channel } from "../../worker/channels/kinds.ts";
import { deliverDue } from "../../worker/deliver.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { deliveries, dueIn, fine, hook, mail, queue, receiver, SECRET, settingsOf } from "./queued.ts";
import { db, emptyDatabase, START } from "./support.ts";

const LEASE_MS = 60_000;
const DAY = 86_400_000;
const PAGE = "https://tierwatch.example/";
const OPENED = "opened home/host:nas@1";
const CLOSED = "closed home/host:nas@1";

beforeEach(emptyDatabase);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a delivery", () => {
  test("is sent once and written down as delivered", async () => {
    const requests = receiver(fine);
    const [id] = await queue({ channel: "hook" });
    expect((await deliverDue(db, settingsOf(hook("hook")), START)).tried).toBe(1);
    expect((await deliverDue(db, settingsOf(hook("hook")), START + DAY)).tried).toBe(0);
    expect(requests).toHaveLength(1);
    expect(await deliveries()).toEqual([
      { id, state: "delivered", due_at: null, attempts: 1, last_error: null, done_at: START },
    ]);
  });

  test("is sent once by two sweeps at the same time", async () => {
    const requests = receiver(fine);
    for (let i = 0; i < 8; i++) await queue({ channel: "hook", incident: `home/job:nas/j${i}@1` });
    const tried = await Promise.all([1, 2, 3].map(() => deliverDue(db, settingsOf(hook("hook")), START)));
    expect(tried.reduce((sum, { tried }) => sum + tried, 0)).toBe(8);
    expect(new Set(requests.map(({ headers }) => headers.get("webhook-id"))).size).toBe(8);
    expect(requests).toHaveLength(8);
  });

  test("of a channel that is no longer set up waits for it to come back", async () => {
    await queue({ channel: "gone" });
    await deliverDue(db, settingsOf(), START);
    expect(await deliveries()).toMatchObject([{ state: "pending", last_error: 'channel "gone" is not set up' }]);
  });
});

describe("a channel in trouble holds up no other:", () => {
  const good = async (bad: Channel) => {
    const sent: string[] = [];
    const calm = mail(async ({ subject }) => void sent.push(subject), "calm");
    await queue({ channel: bad.name });
    await queue({ channel: "calm" });
    return { sent, delivering: deliverDue(db, settingsOf(bad, calm), START) };
  };

  test("one that throws", async () => {
    const { sent, delivering } = await good(mail(() => Promise.reject(new TypeError("no such method"))));
    await delivering;
    expect(sent).toEqual([OPENED]);
    expect(await deliveries()).toMatchObject([
      { state: "delivered" },
      { state: "pending", last_error: "no such method" },
    ]);
  });

  test("one whose secret cannot be used", async () => {
    const requests = receiver(fine);
    const { sent, delivering } = await good({
      ...hook("hook"),
      kind: "webhook",
      url: "https://h.example",
      secret: "%%%",
    });
    await delivering;
    expect(sent).toEqual([OPENED]);
    expect(requests).toEqual([]);
    expect((await deliveries())[1]).toMatchObject({ state: "pending", due_at: dueIn(15) });
  });

  test("one that answers 500", async () => {
    receiver(() => new Response("broken", { status: 500 }));
    const { sent, delivering } = await good(hook("hook"));
    await delivering;
    expect(sent).toEqual([OPENED]);
    expect((await deliveries())[1]).toMatchObject({
      state: "pending",
      last_error: "the receiver answered 500: broken",
    });
  });

  test("one that cannot be reached", async () => {
    receiver(() => Promise.reject(new TypeError("connection refused at 10.0.0.1")));
    const { delivering } = await good(hook("hook"));
    await delivering;
    expect((await deliveries())[1]).toMatchObject({
      state: "pending",
      last_error: "could not connect to the receiver",
    });
  });

  test("a webhook that never answers is given 10 seconds, and its request is ended", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reached = Promise.withResolvers<void>();
    const requests = receiver(() => {
      reached.resolve();
      return Promise.withResolvers<Response>().promise;
    });
    const { sent, delivering } = await good(hook("hook"));
    await reached.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    await delivering;
    expect(sent).toEqual([OPENED]);
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(await deliveries()).toMatchObject([
      { state: "delivered" },
      { state: "pending", last_error: "no answer within 10 s", due_at: dueIn(30) },
    ]);
  });

  test("so is a mail that never ends", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reached = Promise.withResolvers<void>();
    const { sent, delivering } = await good(
      mail(() => {
        reached.resolve();
        return Promise.withResolvers<void>().promise;
      }),
    );
    await reached.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    await delivering;
    expect(sent).toEqual([OPENED]);
    expect(await deliveries()).toMatchObject([{ state: "delivered" }, { last_error: "no answer within 10 s" }]);
  });
});

describe("a sweep that dies", () => {
  const dying = openDatabase(
    new Proxy(env.DB, {
      get(target, name) {
        if (name === "batch") return () => Promise.reject(new Error("Network connection lost"));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  );

  test("between the receiver's yes and our record sends again when its lease is over, with the same webhook-id", async () => {
    const requests = receiver(fine);
    const [id] = await queue({ channel: "hook" });
    await expect(deliverDue(dying, settingsOf(hook("hook")), START)).rejects.toThrow("Network connection lost");
    expect((await deliverDue(db, settingsOf(hook("hook")), START + LEASE_MS - 1)).tried).toBe(0);
    expect((await deliverDue(db, settingsOf(hook("hook")), START + LEASE_MS)).tried).toBe(1);
    expect(requests.map(({ headers }) => headers.get("webhook-id"))).toEqual([id, id]);
    expect(await deliveries()).toMatchObject([{ state: "delivered", attempts: 2 }]);
  });

  test.each([
    ["failed", "delivered", 500, 200],
    ["delivered", "delivered", 200, 500],
    ["was refused", "delivered", 410, 200],
  ])("and comes back after its lease: its try %s, so the alert is %s", async (_what, state, first, second) => {
    const [reached, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<Response>()];
    receiver((_, count) => {
      if (count > 1) return new Response(null, { status: second });
      reached.resolve();
      return answer.promise;
    });
    await queue({ channel: "hook" });
    const slow = deliverDue(db, settingsOf(hook("hook")), START);
    await reached.promise;
    await deliverDue(db, settingsOf(hook("hook")), START + LEASE_MS);
    answer.resolve(new Response(null, { status: first }));
    await slow;
    expect(await deliveries()).toMatchObject([{ state, due_at: null }]);
  });

  test("and comes back while the next try is under way does not start a third", async () => {
    const [slow, next] = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()];
    const reached = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const requests = receiver((_, count) => {
      reached[count - 1]?.resolve();
      return count === 1 ? slow.promise : next.promise;
    });
    await queue({ channel: "hook" });
    const first = deliverDue(db, settingsOf(hook("hook")), START);
    await reached[0]?.promise;
    const second = deliverDue(db, settingsOf(hook("hook")), START + LEASE_MS);
    await reached[1]?.promise;
    slow.resolve(new Response(null, { status: 500 }));
    await first;
    expect((await deliverDue(db, settingsOf(hook("hook")), START + LEASE_MS)).tried).toBe(0);
    next.resolve(fine());
    await second;
    expect(requests).toHaveLength(2);
    expect(await deliveries()).toMatchObject([{ state: "delivered" }]);
  });
});

describe("the closing alert", () => {
  test("is never delivered before the opening one, however long that takes", async () => {
    const requests = receiver((_, count) => (count < 3 ? new Response(null, { status: 500 }) : fine()));
    await queue({ channel: "hook", kind: "closed" });
    await queue({ channel: "hook", kind: "opened" });
    for (let now = START; now <= START + 120_000; now += 5_000) await deliverDue(db, settingsOf(hook("hook")), now);
    const kinds = await Promise.all(requests.map(typeOf));
    expect(kinds).toEqual(["incident.opened", "incident.opened", "incident.opened", "incident.closed"]);
  });

  test("does not wait for another channel's opening one", async () => {
    const sent: string[] = [];
    receiver(() => new Response(null, { status: 500 }));
    for (const channel of ["hook", "mail"])
      for (const kind of ["opened", "closed"] as const) await queue({ channel, kind });
    const both = settingsOf(
      hook("hook"),
      mail(async ({ subject }) => void sent.push(subject)),
    );
    await deliverDue(db, both, START);
    await deliverDue(db, both, START + 1);
    expect(sent).toEqual([OPENED, CLOSED]);
  });

  test("is delivered when the opening one was given up", async () => {
    const sent: string[] = [];
    const send: EmailSender["send"] = ({ subject }) =>
      subject === OPENED
        ? Promise.reject(Object.assign(new Error("no"), { code: "E_VALIDATION_ERROR" }))
        : Promise.resolve(sent.push(subject));
    await queue({ channel: "mail", kind: "opened" });
    await queue({ channel: "mail", kind: "closed" });
    await deliverDue(db, settingsOf(mail(send)), START);
    await deliverDue(db, settingsOf(mail(send)), START + 1);
    expect(sent).toEqual([CLOSED]);
  });
});

async function typeOf(request: Request): Promise<unknown> {
  const body: { readonly type: string } = await request.json();
  return body.type;
}

describe("a webhook", () => {
  test("verifies with a Standard Webhooks library, and says what happened with times a person can read", async () => {
    vi.useFakeTimers({ now: START + 5_000, toFake: ["Date"] });
    const requests = receiver(fine);
    const [id] = await queue({ channel: "hook" });
    await deliverDue(db, { ...settingsOf(hook("hook")), pageUrl: PAGE }, START + 5_000);
    const [request] = requests;
    if (request === undefined) throw new Error("nothing was sent");
    const headers = Object.fromEntries(request.headers);
    expect(headers).toMatchObject({ "webhook-id": id, "webhook-timestamp": String((START + 5_000) / 1000) });
    const body = await request.text();
    expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({
      type: "incident.opened",
      timestamp: "2026-11-23T02:00:05.000Z",
      data: { root: "host:nas", openedAt: "2026-11-23T02:00:00.000Z", pageUrl: PAGE },
    });
    expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow("No matching signature");
    expect(() => new Webhook(`whsec_${btoa("another secret of 24 bytes")}`).verify(body, headers)).toThrow();
  });
});

describe("a mail", () => {
  test("has the title as its subject, and the lines and the page's address as its text", async () => {
    const send = vi.fn(async () => {});
    await queue({ channel: "mail" });
    await deliverDue(db, { ...settingsOf(mail(send)), pageUrl: PAGE }, START);
    expect(send).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        from: "tierwatch@example.org",
        to: "me@example.org",
        subject: OPENED,
        text: `${OPENED}\n\nFirst broken: nas.\n\nStatus page: ${PAGE}\n`,
      }),
    );
  });
});
