/** Alerts on their way out: leased, tried again, apart from each other, and never lost between a provider's yes and our row. */
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EmailSender } from "../../worker/channels/email.ts";
import type { Channel } from "../../worker/channels/kinds.ts";
import { deliverDue } from "../../worker/deliver.ts";
import type { Alert } from "../../worker/judge/say.ts";
import type { Settings } from "../../worker/settings.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { db, emptyDatabase, START } from "./support.ts";

const SECRET = `whsec_${btoa("a secret of at least 24 bytes")}`;
const LEASE_MS = 60_000;
const DAY = 86_400_000;

const mail = (send: EmailSender["send"], name = "mail"): Channel => ({
  kind: "email",
  name,
  from: "tierwatch@example.org",
  to: "me@example.org",
  sender: { send },
});
const hook = (name = "hook"): Channel => ({ kind: "webhook", name, url: `https://${name}.example/in`, secret: SECRET });
const settings = (...channels: Channel[]): Settings => ({
  sweepSeconds: 60,
  clocks: ["cron"],
  watchdogUrl: null,
  channels,
  pageUrl: "https://tierwatch.example/",
  remind: { critical: null, warning: null },
  linkSecret: null,
  drill: null,
  publicSites: [],
  openToAll: true,
  faults: [],
  access: null,
  signInLimit: null,
  notes: [],
});

/** An alert as a row, as a verdict writes it. */
async function queue(channel: string, kind: Alert["kind"] = "opened", incidentId = "home/host:nas@1"): Promise<string> {
  const id = `${incidentId}/${kind}/${channel}`;
  const of = { kind, incidentId, site: "home", root: "host:nas", severity: "critical", title: `nas ${kind}` };
  const alert = { ...of, lines: ["First broken: nas."], openedAt: START, at: START };
  await env.DB.prepare(
    `INSERT INTO deliveries (id, site, incident_id, kind, channel, alert, state, created_at, due_at, attempts)
     VALUES (?, 'home', ?, ?, ?, ?, 'pending', ?, ?, 0)`,
  )
    .bind(id, incidentId, kind, channel, JSON.stringify(alert), START, START)
    .run();
  return id;
}

async function rows() {
  const { results } = await env.DB.prepare(
    "SELECT id, state, due_at, attempts, last_error, done_at FROM deliveries ORDER BY id",
  ).all();
  return results;
}

/** The other end of every webhook; `answer` says what it does with each request. */
function receiver(answer: (request: Request, count: number) => Response | Promise<Response>) {
  const requests: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    requests.push(request.clone());
    return answer(request, requests.length);
  });
  return requests;
}

/** So many seconds after the start, less the part of it that chance may take off. */
const dueIn = (seconds: number) => expect.toSatisfy((at) => isNear((Number(at) - START) / 1000, seconds));
const isNear = (waited: number, seconds: number) => waited >= 0.8 * seconds && waited <= seconds;

const fine = () => new Response(null, { status: 204 });

beforeEach(emptyDatabase);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a delivery", () => {
  test("is sent once and written down as delivered", async () => {
    const requests = receiver(fine);
    const id = await queue("hook");
    expect((await deliverDue(db, settings(hook()), START)).tried).toBe(1);
    expect((await deliverDue(db, settings(hook()), START + DAY)).tried).toBe(0);
    expect(requests).toHaveLength(1);
    expect(await rows()).toEqual([
      { id, state: "delivered", due_at: null, attempts: 1, last_error: null, done_at: START },
    ]);
  });

  test("is sent once by two sweeps at the same time", async () => {
    const requests = receiver(fine);
    for (let i = 0; i < 8; i++) await queue("hook", "opened", `home/job:nas/j${i}@1`);
    const tried = await Promise.all([1, 2, 3].map(() => deliverDue(db, settings(hook()), START)));
    expect(tried.reduce((sum, { tried }) => sum + tried, 0)).toBe(8);
    expect(new Set(requests.map(({ headers }) => headers.get("webhook-id"))).size).toBe(8);
    expect(requests).toHaveLength(8);
  });

  test("of a channel that is no longer set up waits for it to come back", async () => {
    await queue("gone");
    await deliverDue(db, settings(), START);
    expect(await rows()).toMatchObject([{ state: "pending", last_error: 'channel "gone" is not set up' }]);
  });
});

describe("a channel in trouble holds up no other:", () => {
  const good = async (bad: Channel) => {
    const sent: string[] = [];
    const calm = mail(async ({ subject }) => void sent.push(subject), "calm");
    await queue(bad.name);
    await queue("calm");
    return { sent, delivering: deliverDue(db, settings(bad, calm), START) };
  };

  test("one that throws", async () => {
    const { sent, delivering } = await good(mail(() => Promise.reject(new TypeError("no such method"))));
    await delivering;
    expect(sent).toEqual(["nas opened"]);
    expect(await rows()).toMatchObject([{ state: "delivered" }, { state: "pending", last_error: "no such method" }]);
  });

  test("one whose secret cannot be used", async () => {
    const requests = receiver(fine);
    const { sent, delivering } = await good({ ...hook(), kind: "webhook", url: "https://h.example", secret: "%%%" });
    await delivering;
    expect(sent).toEqual(["nas opened"]);
    expect(requests).toEqual([]);
    expect((await rows())[1]).toMatchObject({ state: "pending", due_at: dueIn(15) });
  });

  test("one that answers 500", async () => {
    receiver(() => new Response("broken", { status: 500 }));
    const { sent, delivering } = await good(hook());
    await delivering;
    expect(sent).toEqual(["nas opened"]);
    expect((await rows())[1]).toMatchObject({ state: "pending", last_error: "the receiver answered 500: broken" });
  });

  test("one that cannot be reached", async () => {
    receiver(() => Promise.reject(new TypeError("connection refused at 10.0.0.1")));
    const { delivering } = await good(hook());
    await delivering;
    expect((await rows())[1]).toMatchObject({ state: "pending", last_error: "could not connect to the receiver" });
  });

  test("a webhook that never answers is given 10 seconds, and its request is ended", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reached = Promise.withResolvers<void>();
    const requests = receiver(() => {
      reached.resolve();
      return Promise.withResolvers<Response>().promise;
    });
    const { sent, delivering } = await good(hook());
    await reached.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    await delivering;
    expect(sent).toEqual(["nas opened"]);
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(await rows()).toMatchObject([
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
    expect(sent).toEqual(["nas opened"]);
    expect(await rows()).toMatchObject([{ state: "delivered" }, { last_error: "no answer within 10 s" }]);
  });
});

describe("a try that failed", () => {
  test("is made again after 15 s, then twice as long each time, up to an hour, less up to a fifth", async () => {
    receiver(() => new Response(null, { status: 503 }));
    await queue("hook");
    const waits: number[] = [];
    for (let now = START; waits.length < 11; ) {
      expect((await deliverDue(db, settings(hook()), now - 1)).tried).toBe(0);
      await deliverDue(db, settings(hook()), now);
      const due = Number((await rows())[0]?.due_at);
      waits.push((due - now) / 1000);
      now = due;
    }
    const whole = [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600];
    expect(waits).toEqual(whole.map((seconds) => expect.toSatisfy((waited) => isNear(Number(waited), seconds))));
    expect(new Set(waits.map((waited, i) => waited / (whole[i] ?? 1))).size).toBe(whole.length);
  });

  test("does not come back together with all others that failed then", async () => {
    receiver(() => new Response(null, { status: 503 }));
    const channels = Array.from({ length: 5 }, (_, i) => hook(`hook${i}`));
    for (const { name } of channels) await queue(name);
    await deliverDue(db, settings(...channels), START);
    expect(new Set((await rows()).map(({ due_at }) => due_at)).size).toBe(5);
  });

  test.each([
    ["120", 120],
    ["5", 15],
    ["1000000", 3600],
    ["Mon, 23 Nov 2026 02:02:00 GMT", 120],
    ["Wed, 25 Nov 2026 07:28:00 GMT", 3600],
    ["Sun, 22 Nov 2026 07:28:00 GMT", 15],
    ["soon", 15],
    ["-1", 15],
  ])("waits as long as Retry-After asks, within reason: %s", async (asked, seconds) => {
    receiver(() => new Response(null, { status: 429, headers: { "retry-after": asked } }));
    await queue("hook");
    await deliverDue(db, settings(hook()), START);
    const dueAt = seconds === 15 ? dueIn(15) : START + seconds * 1000;
    expect((await rows())[0]).toMatchObject({ state: "pending", due_at: dueAt });
  });

  test("goes well later, with the same webhook-id", async () => {
    const requests = receiver((_, count) => (count === 1 ? new Response(null, { status: 502 }) : fine()));
    const id = await queue("hook");
    await deliverDue(db, settings(hook()), START);
    await deliverDue(db, settings(hook()), START + 15_000);
    expect(requests.map(({ headers }) => headers.get("webhook-id"))).toEqual([id, id]);
    expect(await rows()).toMatchObject([{ state: "delivered", attempts: 2, last_error: null }]);
  });

  test("is given up three days after the alert was written, and not before", async () => {
    receiver(() => new Response(null, { status: 500 }));
    await queue("hook");
    let last = START;
    for (let tries = 0; tries < 300; tries++) {
      await deliverDue(db, settings(hook()), last);
      const due = (await rows())[0]?.due_at;
      if (typeof due !== "number") break;
      last = due;
    }
    expect(await rows()).toMatchObject([{ state: "expired", due_at: null, last_error: "the receiver answered 500" }]);
    expect(last).toBeGreaterThan(START + 3 * DAY - 3_600_000);
    expect(last).toBeLessThanOrEqual(START + 3 * DAY);
  });

  test("is the last one when the receiver answers 410 Gone", async () => {
    const requests = receiver(() => new Response(null, { status: 410 }));
    await queue("hook");
    await deliverDue(db, settings(hook()), START);
    await deliverDue(db, settings(hook()), START + DAY);
    expect(requests).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: "refused", due_at: null, last_error: "the receiver answered 410" }]);
  });

  test.each([
    ["E_RECIPIENT_NOT_ALLOWED", "refused"],
    ["E_SENDER_NOT_VERIFIED", "refused"],
    ["E_RATE_LIMIT_EXCEEDED", "pending"],
  ])("of a mail with %s is %s", async (code, state) => {
    const send = vi.fn(() => Promise.reject(Object.assign(new Error("not sent"), { code })));
    await queue("mail");
    await deliverDue(db, settings(mail(send)), START);
    expect(await rows()).toMatchObject([{ state, last_error: `${code}: not sent` }]);
  });

  test("by a redirect is not followed: the signed alert goes to no other address", async () => {
    const requests = receiver(() => Response.redirect("https://elsewhere.example/", 307));
    await queue("hook");
    await deliverDue(db, settings(hook()), START);
    expect(requests.map(({ redirect }) => redirect)).toEqual(["manual"]);
    expect(await rows()).toMatchObject([{ state: "pending", last_error: "the receiver answered 307" }]);
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
    const id = await queue("hook");
    await expect(deliverDue(dying, settings(hook()), START)).rejects.toThrow("Network connection lost");
    expect((await deliverDue(db, settings(hook()), START + LEASE_MS - 1)).tried).toBe(0);
    expect((await deliverDue(db, settings(hook()), START + LEASE_MS)).tried).toBe(1);
    expect(requests.map(({ headers }) => headers.get("webhook-id"))).toEqual([id, id]);
    expect(await rows()).toMatchObject([{ state: "delivered", attempts: 2 }]);
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
    await queue("hook");
    const slow = deliverDue(db, settings(hook()), START);
    await reached.promise;
    await deliverDue(db, settings(hook()), START + LEASE_MS);
    answer.resolve(new Response(null, { status: first }));
    await slow;
    expect(await rows()).toMatchObject([{ state, due_at: null }]);
  });

  test("and comes back while the next try is under way does not start a third", async () => {
    const [slow, next] = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()];
    const reached = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const requests = receiver((_, count) => {
      reached[count - 1]?.resolve();
      return count === 1 ? slow.promise : next.promise;
    });
    await queue("hook");
    const first = deliverDue(db, settings(hook()), START);
    await reached[0]?.promise;
    const second = deliverDue(db, settings(hook()), START + LEASE_MS);
    await reached[1]?.promise;
    slow.resolve(new Response(null, { status: 500 }));
    await first;
    expect((await deliverDue(db, settings(hook()), START + LEASE_MS)).tried).toBe(0);
    next.resolve(fine());
    await second;
    expect(requests).toHaveLength(2);
    expect(await rows()).toMatchObject([{ state: "delivered" }]);
  });
});

describe("the closing alert", () => {
  test("is never delivered before the opening one, however long that takes", async () => {
    const requests = receiver((_, count) => (count < 3 ? new Response(null, { status: 500 }) : fine()));
    await queue("hook", "closed");
    await queue("hook", "opened");
    for (let now = START; now <= START + 120_000; now += 5_000) await deliverDue(db, settings(hook()), now);
    const kinds = await Promise.all(requests.map(typeOf));
    expect(kinds).toEqual(["incident.opened", "incident.opened", "incident.opened", "incident.closed"]);
  });

  test("does not wait for another channel's opening one", async () => {
    const sent: string[] = [];
    receiver(() => new Response(null, { status: 500 }));
    for (const channel of ["hook", "mail"])
      for (const kind of ["opened", "closed"] as const) await queue(channel, kind);
    const both = settings(
      hook(),
      mail(async ({ subject }) => void sent.push(subject)),
    );
    await deliverDue(db, both, START);
    await deliverDue(db, both, START + 1);
    expect(sent).toEqual(["nas opened", "nas closed"]);
  });

  test("is delivered when the opening one was given up", async () => {
    const sent: string[] = [];
    const send: EmailSender["send"] = ({ subject }) =>
      subject === "nas opened"
        ? Promise.reject(Object.assign(new Error("no"), { code: "E_VALIDATION_ERROR" }))
        : Promise.resolve(sent.push(subject));
    await queue("mail", "opened");
    await queue("mail", "closed");
    await deliverDue(db, settings(mail(send)), START);
    await deliverDue(db, settings(mail(send)), START + 1);
    expect(sent).toEqual(["nas closed"]);
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
    const id = await queue("hook");
    await deliverDue(db, settings(hook()), START + 5_000);
    const [request] = requests;
    if (request === undefined) throw new Error("nothing was sent");
    const headers = Object.fromEntries(request.headers);
    expect(headers).toMatchObject({ "webhook-id": id, "webhook-timestamp": String((START + 5_000) / 1000) });
    const body = await request.text();
    expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({
      type: "incident.opened",
      timestamp: "2026-11-23T02:00:05.000Z",
      data: { root: "host:nas", openedAt: "2026-11-23T02:00:00.000Z", pageUrl: "https://tierwatch.example/" },
    });
    expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow("No matching signature");
    expect(() => new Webhook(`whsec_${btoa("another secret of 24 bytes")}`).verify(body, headers)).toThrow();
  });
});

describe("a mail", () => {
  test("has the title as its subject, and the lines and the page's address as its text", async () => {
    const send = vi.fn(async () => {});
    await queue("mail");
    await deliverDue(db, settings(mail(send)), START);
    expect(send).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        from: "tierwatch@example.org",
        to: "me@example.org",
        subject: "nas opened",
        text: "nas opened\n\nFirst broken: nas.\n\nStatus page: https://tierwatch.example/\n",
      }),
    );
  });
});
