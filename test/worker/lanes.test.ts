/** Each channel has a queue of its own: what hangs, is busy or takes nothing any more delays no other. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createApp } from "../../worker/app.ts";
import { deliverDue } from "../../worker/deliver.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { tidy } from "../../worker/store/tidy.ts";
import { metered } from "./metered.ts";
import { deliveries, hook, hookOf, queue, settingsOf } from "./queued.ts";
import { db, emptyDatabase, START } from "./support.ts";

const DAY = 86_400_000;

type Answer = (channel: string, id: string) => Response | Promise<Response>;

/** Every hook's other end; `taken` is what was sent to which, in order. */
function receivers(answer: Answer) {
  const taken: { readonly channel: string; readonly id: string }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const [channel, id] = [hookOf(String(input)), new Headers(init?.headers).get("webhook-id") ?? ""];
    taken.push({ channel, id });
    return Promise.resolve(answer(channel, id));
  });
  return taken;
}

const fine = () => new Response(null, { status: 204 });
const gone = () => new Response(null, { status: 410 });
const incident = (i: number) => `home/job:nas/j${i}@1`;
const many = (channel: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ channel, incident: incident(i) }));

async function read(path: string): Promise<string> {
  const settings = { ...settingsOf(hook("lost"), hook("well")), openToAll: true };
  const bindings = { db, settings, now: START + 1_000, sweepSoon: () => undefined };
  return (await createApp().fetch(new Request(`https://tierwatch.example${path}`), bindings)).text();
}

beforeEach(emptyDatabase);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a channel that hangs", () => {
  test("holds no other up, and costs one try of the sweep", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const drained = Promise.withResolvers<void>();
    const taken = receivers((channel, id) => {
      if (channel === "dead") return Promise.withResolvers<Response>().promise;
      if (id === `${incident(3)}/opened/well`) drained.resolve();
      return fine();
    });
    await queue(...many("dead", 20), ...many("well", 4));
    const delivering = deliverDue(db, settingsOf(hook("dead"), hook("well")), START);
    // No time has passed yet.
    await drained.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await delivering).tried).toBe(5);
    expect(taken.filter(({ channel }) => channel === "dead")).toHaveLength(1);
    const waiting = (await deliveries()).filter(({ id }) => id.endsWith("/dead"));
    expect(waiting.filter(({ due_at }) => due_at === START)).toHaveLength(19);
    expect(waiting.filter(({ last_error }) => last_error === "no answer within 10 s")).toHaveLength(1);
  });
});

describe("one invocation", () => {
  test.each([1, 2, 5, 12])("stays within 50 subrequests with %i channels, and leaves the rest due", async (count) => {
    const channels = Array.from({ length: count }, (_, i) => `hook${i}`);
    const taken = receivers(fine);
    const each = Math.ceil(120 / count);
    await queue(...channels.flatMap((channel) => many(channel, each)));
    const meter = metered(env.DB);
    const { tried } = await deliverDue(openDatabase(meter.d1), settingsOf(...channels.map(hook)), START);
    expect(meter.take().statements + taken.length).toBeLessThanOrEqual(50);
    expect(tried).toBeGreaterThanOrEqual(15);
    for (let now = START + 1; now < START + 20; now++) await deliverDue(db, settingsOf(...channels.map(hook)), now);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(each * count);
    expect(taken).toHaveLength(each * count);
  });

  test("gives every channel its share", async () => {
    const taken = receivers(fine);
    await queue(...many("long", 200), ...many("b", 3), ...many("c", 3));
    await deliverDue(db, settingsOf(hook("long"), hook("b"), hook("c")), START);
    const of = (name: string) => taken.filter(({ channel }) => channel === name).length;
    expect([of("b"), of("c")]).toEqual([3, 3]);
    expect(of("long")).toBeGreaterThan(5);
  });

  test("sends what is critical before warnings, and warnings before notices", async () => {
    const taken = receivers(fine);
    // By their age and by their ids they would come the other way round.
    await queue(
      { channel: "ops", incident: "a notice", kind: "notice", severity: "warning", dueAt: START - 3 },
      { channel: "ops", incident: "b warning", severity: "warning", dueAt: START - 2 },
      { channel: "ops", incident: "c critical", severity: "critical", dueAt: START - 1 },
    );
    await deliverDue(db, settingsOf(hook("ops")), START);
    expect(taken.map(({ id }) => id[0])).toEqual(["c", "b", "a"]);
  });
});

describe("what is said of one incident", () => {
  test("comes in order: opened, reminders, closed", async () => {
    const taken = receivers(fine);
    await queue(
      { channel: "ops", kind: "closed", dueAt: START - 9 },
      { channel: "ops", kind: "reminder" },
      { channel: "ops", kind: "opened" },
    );
    for (let now = START; now < START + 3; now++) await deliverDue(db, settingsOf(hook("ops")), now);
    expect(taken.map(({ id }) => id.split("/")[2])).toEqual(["opened", "reminder", "closed"]);
  });

  test("is never out of order or lost, whatever the channel answers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(204, 204, 500, 429, 503, 400), { minLength: 1, maxLength: 12 }),
        async (script) => {
          await emptyDatabase();
          vi.restoreAllMocks();
          let count = 0;
          const taken = receivers(() => {
            const status = script[count++] ?? 204;
            return new Response(null, { status, headers: status === 429 ? { "retry-after": "90" } : {} });
          });
          const rows = [0, 1, 2].flatMap((i) =>
            (["closed", "opened"] as const).map((kind) => ({ channel: "ops", incident: incident(i), kind })),
          );
          const ids = await queue(...rows);
          for (let now = START; now < START + 40 * 60_000; now += 30_000)
            await deliverDue(db, settingsOf(hook("ops")), now);
          expect((await deliveries()).map(({ state }) => state)).toEqual(ids.map(() => "delivered"));
          for (const i of [0, 1, 2]) {
            const said = taken.filter(({ id }) => id.startsWith(incident(i))).map(({ id }) => id.includes("/opened/"));
            expect(said.indexOf(false)).toBe(said.lastIndexOf(true) + 1);
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe("a provider that asks for patience", () => {
  test("is sent nothing at all until then, while others are", async () => {
    const taken = receivers((channel) =>
      channel === "busy" ? new Response(null, { status: 429, headers: { "retry-after": "120" } }) : fine(),
    );
    const settings = settingsOf(hook("busy"), hook("well"));
    await queue(...many("busy", 3));
    await deliverDue(db, settings, START);
    await queue({ channel: "busy", incident: "new" }, { channel: "well", incident: "new" });
    await deliverDue(db, settings, START + 119_000);
    expect(taken.map(({ channel }) => channel)).toEqual(["busy", "well"]);
    await deliverDue(db, settings, START + 120_000);
    expect(taken.map(({ channel }) => channel)).toEqual(["busy", "well", "busy"]);
  });
});

describe("a channel that takes nothing any more", () => {
  const both = settingsOf(hook("lost"), hook("well"));
  const lost = async () => {
    const taken = receivers((channel) => (channel === "lost" ? gone() : fine()));
    await env.DB.prepare(
      `INSERT INTO incidents (id, site, root, severity, opened_at, noticed_at, subject, reason)
       VALUES (?, 'home', 'host:nas', 'critical', 0, 0, 'host:nas', '{}')`,
    )
      .bind(incident(0))
      .run();
    await queue(...many("lost", 3));
    await deliverDue(db, both, START);
    return taken;
  };

  test("is tried once; what waits for it is given up with its error, and the others say so", async () => {
    const taken = await lost();
    expect(await deliveries()).toMatchObject([
      { id: `channel-disabled:lost@${START}/notice/well`, state: "pending" },
      ...[0, 1, 2].map((i) => ({
        id: `${incident(i)}/opened/lost`,
        state: "refused",
        last_error: "the receiver answered 410",
      })),
    ]);
    await queue({ channel: "lost", incident: "later" });
    await deliverDue(db, both, START + 1_000);
    expect(taken.map(({ channel }) => channel)).toEqual(["lost", "well"]);
    expect((await deliveries()).filter(({ due_at }) => due_at !== null)).toEqual([]);
  });

  test("stands on the page and in status.json, with what never arrived and why", async () => {
    await lost();
    const [page, json] = await Promise.all(["/", "/status.json"].map((path) => read(path)));
    expect(page).toContain(
      "CHANNELS.lost: it takes no messages since 2026-11-23 02:00 UTC (the receiver answered 410)",
    );
    expect(page).toContain("What never arrived");
    const letter = {
      channel: "lost",
      end: "refused",
      at: "2026-11-23T02:00:00.000Z",
      error: "the receiver answered 410",
    };
    expect(JSON.parse(json ?? "")).toMatchObject({ deadLetters: [letter, letter, letter] });
    await deliverDue(db, both, START + 1);
    await tidy(db, START + 31 * DAY);
    expect((await deliveries()).map(({ id }) => id)).toContain(`${incident(0)}/opened/lost`);
    expect((await deliveries()).map(({ id }) => id)).not.toContain(`${incident(1)}/opened/lost`);
  });

  test("keeps of its settings what tells a change, and no secret", async () => {
    await lost();
    const { results } = await env.DB.prepare("SELECT * FROM channels WHERE name = 'lost'").all();
    expect(results).toMatchObject([{ disabled_at: START, last_error: "the receiver answered 410" }]);
    expect(String(results[0]?.settings_hash)).toMatch(/^[0-9a-f]{6}$/);
  });

  test.each([
    [
      "its settings changed",
      2_000,
      "opened",
      settingsOf({
        ...hook("lost"),
        kind: "webhook",
        url: "https://lost.example/new",
        secret: `whsec_${btoa("a secret of at least 24 bytes")}`,
      }),
    ],
    ["its owner sends a test", 2_000, "test", both],
    ["a day has passed", DAY, "opened", both],
  ] as const)("is tried again when %s, and then hears what is still open", async (_why, later, kind, settings) => {
    await lost();
    const taken = receivers(fine);
    const [probe] = await queue({ channel: "lost", incident: "probe", kind });
    for (const after of [0, 1]) await deliverDue(db, settings, START + later + after);
    const sent = taken.filter(({ channel }) => channel === "lost").map(({ id }) => id);
    expect(sent).toEqual([probe, `${incident(0)}/opened/lost`]);
  });

  test("is told of once, however often it is tried in vain", async () => {
    await lost();
    for (const day of [1, 2, 3]) {
      await queue({ channel: "lost", incident: `day${day}` });
      await deliverDue(db, both, START + day * DAY);
    }
    expect((await deliveries()).filter(({ id }) => id.startsWith("channel-disabled"))).toHaveLength(1);
  });
});
