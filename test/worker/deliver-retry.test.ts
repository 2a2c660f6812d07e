import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deliverDue } from "../../worker/deliver.ts";
import { deliveries, dueIn, fine, hook, isNear, mail, queue, receiver, settingsOf } from "./queued.ts";
import { db, emptyDatabase, START } from "./support.ts";

const DAY = 86_400_000;

beforeEach(emptyDatabase);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a try that failed", () => {
  test("is made again after 15 s, then twice as long each time, up to an hour, less up to a fifth", async () => {
    receiver(() => new Response(null, { status: 503 }));
    await queue({ channel: "hook" });
    const waits: number[] = [];
    for (let now = START; waits.length < 11; ) {
      expect((await deliverDue(db, settingsOf(hook("hook")), now - 1)).tried).toBe(0);
      await deliverDue(db, settingsOf(hook("hook")), now);
      const due = Number((await deliveries())[0]?.due_at);
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
    for (const { name } of channels) await queue({ channel: name });
    await deliverDue(db, settingsOf(...channels), START);
    expect(new Set((await deliveries()).map(({ due_at }) => due_at)).size).toBe(5);
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
    await queue({ channel: "hook" });
    await deliverDue(db, settingsOf(hook("hook")), START);
    const dueAt = seconds === 15 ? dueIn(15) : START + seconds * 1000;
    expect((await deliveries())[0]).toMatchObject({ state: "pending", due_at: dueAt });
  });

  test("goes well later, with the same webhook-id", async () => {
    const requests = receiver((_, count) => (count === 1 ? new Response(null, { status: 502 }) : fine()));
    const [id] = await queue({ channel: "hook" });
    await deliverDue(db, settingsOf(hook("hook")), START);
    await deliverDue(db, settingsOf(hook("hook")), START + 15_000);
    expect(requests.map(({ headers }) => headers.get("webhook-id"))).toEqual([id, id]);
    expect(await deliveries()).toMatchObject([{ state: "delivered", attempts: 2, last_error: null }]);
  });

  test("is given up three days after the alert was written, and not before", async () => {
    receiver(() => new Response(null, { status: 500 }));
    await queue({ channel: "hook" });
    let last = START;
    for (let tries = 0; tries < 300; tries++) {
      await deliverDue(db, settingsOf(hook("hook")), last);
      const due = (await deliveries())[0]?.due_at;
      if (typeof due !== "number") break;
      last = due;
    }
    expect(await deliveries()).toMatchObject([
      { state: "expired", due_at: null, last_error: "the receiver answered 500" },
    ]);
    expect(last).toBeGreaterThan(START + 3 * DAY - 3_600_000);
    expect(last).toBeLessThanOrEqual(START + 3 * DAY);
  });

  test("is the last one when the receiver answers 410 Gone", async () => {
    const requests = receiver(() => new Response(null, { status: 410 }));
    await queue({ channel: "hook" });
    await deliverDue(db, settingsOf(hook("hook")), START);
    await deliverDue(db, settingsOf(hook("hook")), START + DAY);
    expect(requests).toHaveLength(1);
    expect(await deliveries()).toMatchObject([
      { state: "refused", due_at: null, last_error: "the receiver answered 410" },
    ]);
  });

  test.each([
    ["E_RECIPIENT_NOT_ALLOWED", "refused"],
    ["E_SENDER_NOT_VERIFIED", "refused"],
    ["E_RATE_LIMIT_EXCEEDED", "pending"],
  ])("of a mail with %s is %s", async (code, state) => {
    const send = vi.fn(() => Promise.reject(Object.assign(new Error("not sent"), { code })));
    await queue({ channel: "mail" });
    await deliverDue(db, settingsOf(mail(send)), START);
    expect(await deliveries()).toMatchObject([{ state, last_error: `${code}: not sent` }]);
  });

  test("by a redirect is not followed: the signed alert goes to no other address", async () => {
    const requests = receiver(() => Response.redirect("https://elsewhere.example/", 307));
    await queue({ channel: "hook" });
    await deliverDue(db, settingsOf(hook("hook")), START);
    expect(requests.map(({ redirect }) => redirect)).toEqual(["manual"]);
    expect(await deliveries()).toMatchObject([{ state: "pending", last_error: "the receiver answered 307" }]);
  });
});
