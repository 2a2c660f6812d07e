/** A channel that gathers: what opens within a minute comes as one message, once, and stays the same over all tries. */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import type { Channel } from "../../worker/channels/kinds.ts";
import { parcelsOf } from "../../worker/deliver/parcel.ts";
import { deliverDue } from "../../worker/deliver.ts";
import { everything, routesOf } from "../../worker/judge/route.ts";
import type { Alert } from "../../worker/judge/say.ts";
import type { Settings } from "../../worker/settings.ts";
import { incidentOfId } from "../../worker/store/answers.ts";
import { writeAll } from "../../worker/store/database.ts";
import { claimDeliveries } from "../../worker/store/deliveries.ts";
import { settleWaiting } from "../../worker/store/held.ts";
import { writeDeliveries } from "../../worker/store/routed.ts";
import { spreadPushes } from "../../worker/store/subscriptions.ts";
import { deliveries, hook, settingsOf } from "./queued.ts";
import { db, emptyDatabase, request, START } from "./support.ts";

const MINUTE = 60_000;
const SECRET = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
const idOf = (job: string) => `home/job:nas/${job}@1`;

/** A channel of each name, of which those with a `+` at the end gather. */
function settings(...names: string[]): Settings {
  const channels = names.map((named): Channel => {
    const name = named.replace("+", "");
    return { ...hook(name), routing: { ...everything(name), batches: named.endsWith("+") } };
  });
  return { ...settingsOf(...channels), pageUrl: "https://tierwatch.example/", linkSecret: SECRET };
}

const alertOf = (job: string, at: number, kind: Alert["kind"] = "opened"): Alert => ({
  kind,
  incidentId: idOf(job),
  site: "home",
  root: `job:nas/${job}`,
  severity: "warning",
  title: `home: ${job} on nas failed`,
  lines: [`First broken: ${job} on nas.`],
  openedAt: at,
  at,
});

/** As a verdict writes it: the incident and its deliveries. */
async function opens(of: Settings, job: string, at: number, kind: Alert["kind"] = "opened"): Promise<void> {
  await env.DB.batch([
    env.DB.prepare("INSERT OR REPLACE INTO verdicts (site, token) VALUES ('home', 'test')"),
    env.DB.prepare(
      `INSERT OR IGNORE INTO incidents (id, site, root, severity, opened_at, noticed_at, subject, reason, said_at)
       VALUES (?1, 'home', ?2, 'warning', ?3, ?3, ?2, '{"code":"run","at":1,"status":"failed","text":"no such pool"}', ?3)`,
    ).bind(idOf(job), `job:nas/${job}`, at),
  ]);
  const routings = of.channels.map(({ name, routing }) => routing ?? everything(name));
  await writeAll(db, writeDeliveries(routesOf(alertOf(job, at, kind), new Set(), routings, at), "test"));
}

async function closes(of: Settings, job: string, at: number): Promise<void> {
  await env.DB.prepare("UPDATE incidents SET closed_at = ? WHERE id = ?").bind(at, idOf(job)).run();
  await opens(of, job, at, "closed");
}

const posted = z.object({
  data: z.object({
    title: z.string(),
    incidents: z.optional(z.array(z.string())),
    actions: z.array(z.object({ label: z.string(), url: z.string() })),
  }),
});
type Posted = z.infer<typeof posted>["data"] & { readonly id: string; readonly channel: string };

let got: Posted[];
let status: number;
beforeEach(async () => {
  await emptyDatabase();
  got = [];
  status = 204;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const id = new Headers(init?.headers).get("webhook-id") ?? "";
    const { data } = z.parse(posted, JSON.parse(String(init?.body)));
    got.push({ ...data, id, channel: new URL(String(input)).hostname });
    return new Response(null, { status });
  });
});
afterEach(() => void vi.restoreAllMocks());

const titles = () => got.map(({ title }) => title);

describe("what opens within a minute", () => {
  test("is one message, a minute after the first; a channel that does not gather has each at once", async () => {
    const both = settings("mail+", "phone");
    for (const [job, at] of [
      ["a", START],
      ["b", START + 30_000],
      ["c", START + MINUTE - 1],
    ] as const) {
      await opens(both, job, at);
      await deliverDue(db, both, at);
    }
    expect(got.map(({ channel }) => channel)).toEqual(["phone.example", "phone.example", "phone.example"]);
    got = [];
    await deliverDue(db, both, START + MINUTE);
    expect(titles()).toEqual(["3 alerts at home: a on nas failed; b on nas failed; c on nas failed"]);
    expect(got[0]?.incidents).toEqual([idOf("a"), idOf("b"), idOf("c")]);
    expect((await deliveries()).map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "delivered"));
  });

  test("and what opens later is another", async () => {
    const mail = settings("mail+");
    for (const [job, at] of [
      ["a", START],
      ["b", START + MINUTE + 1],
    ] as const)
      await opens(mail, job, at);
    await deliverDue(db, mail, START + 10 * MINUTE);
    expect(titles()).toEqual(["home: a on nas failed", "home: b on nas failed"]);
    expect(got.map(({ id }) => id)).toEqual([`${idOf("a")}/opened/mail`, `${idOf("b")}/opened/mail`]);
  });

  test("and is over again within it is not told of, and neither is its end", async () => {
    const mail = settings("mail+");
    for (const job of ["a", "b", "c"]) await opens(mail, job, START);
    await closes(mail, "b", START + 40_000);
    for (const at of [START + 40_000, START + MINUTE]) await deliverDue(db, mail, at);
    expect(titles()).toEqual(["2 alerts at home: a on nas failed; c on nas failed"]);
  });
});

describe("a message about several", () => {
  test("that was not taken is tried again as what it was, with the same id", async () => {
    const mail = settings("mail+");
    for (const job of ["a", "b"]) await opens(mail, job, START);
    status = 503;
    await deliverDue(db, mail, START + MINUTE);
    await opens(mail, "c", START + MINUTE + 1);
    await closes(mail, "a", START + MINUTE + 2);
    status = 204;
    await deliverDue(db, mail, START + 2 * MINUTE);
    expect(titles().slice(0, 2)).toEqual(Array.from({ length: 2 }, () => titles()[0]));
    expect(new Set(got.slice(0, 2).map(({ id }) => id)).size).toBe(1);
    await deliverDue(db, mail, START + 3 * MINUTE);
    expect(titles().slice(2).sort()).toEqual(["home: a on nas failed", "home: c on nas failed"]);
  });

  test("has buttons that answer all of them: only a press does", async () => {
    const mail = settings("mail+");
    for (const job of ["a", "b"]) await opens(mail, job, START);
    await deliverDue(db, mail, START + MINUTE);
    const link = new URL(got[0]?.actions.find(({ label }) => label === "Acknowledge all")?.url ?? "");
    const visit = async (method: string, at: number) => {
      const answer = await request(link.pathname, { method, redirect: "manual" }, at, mail);
      return { status: answer.status, text: await answer.text() };
    };
    const acked = async () =>
      Promise.all(["a", "b"].map(async (job) => (await incidentOfId(db, idOf(job)))?.attention.ackedBy ?? null));
    expect((await visit("GET", START + 2 * MINUTE)).text).toContain("Acknowledge all 2?");
    expect(await acked()).toEqual([null, null]);
    expect((await visit("POST", START + 2 * MINUTE)).status).toBe(303);
    expect(await acked()).toEqual(["link in mail", "link in mail"]);
    const after = (await visit("GET", START + 3 * MINUTE)).text;
    expect(after).toContain("Nothing is left to acknowledge.");
    expect(after).not.toContain("<button");
  });

  test("reaches each browser that subscribed as one push", async () => {
    const phones = settings("phones+");
    await env.DB.prepare(
      `INSERT INTO subscriptions (id, channel, name, endpoint, p256dh, auth, created_at)
       VALUES ('mine', 'phones', 'my phone', 'https://push.example/1', 'x', 'y', ?)`,
    )
      .bind(START)
      .run();
    for (const job of ["a", "b"]) await opens(phones, job, START);
    await settleWaiting(db, START + MINUTE);
    await spreadPushes(db, ["phones"], START + MINUTE);
    const claim = { channel: "phones/mine", limit: 1, leaseMs: MINUTE };
    const parcels = parcelsOf(await claimDeliveries(db, START + MINUTE, claim));
    expect(parcels.map(({ alert }) => alert.incidents)).toEqual([[idOf("a"), idOf("b")]]);
  });
});

test("a message of several alerts has the age of the newest: until that is too old, it is tried", () => {
  const member = (job: string, at: number) => {
    const own = { channel: "mail", attempts: 1, batchAt: START + MINUTE, log: "" };
    return { ...own, id: `${idOf(job)}/opened/mail`, alert: alertOf(job, at), createdAt: at };
  };
  const parcels = parcelsOf([member("a", START), member("b", START + 30_000)]);
  expect(parcels.map(({ createdAt }) => createdAt)).toEqual([START + 30_000]);
});

test("whatever opens when, each alert is told once, within a minute, with what opened within it", {
  timeout: 300_000,
}, async () => {
  const mail = settings("mail+");
  const gaps = fc.array(fc.constantFrom(0, 1, 20_000, 59_999, 60_000, 60_001, 300_000), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(gaps, async (waits) => {
      await emptyDatabase();
      got = [];
      const openedAt = new Map<string, number>();
      let now = START;
      const told: { at: number; incidents: readonly string[] }[] = [];
      const deliver = async (at: number) => {
        const before = got.length;
        await deliverDue(db, mail, at);
        for (const { incidents, id } of got.slice(before)) {
          told.push({ at, incidents: incidents ?? [id.slice(0, id.indexOf("/opened/"))] });
        }
      };
      for (const [i, wait] of waits.entries()) {
        // The clock rings when something is due.
        for (const { due_at: dueAt } of await deliveries()) {
          if (dueAt !== null && dueAt < now + wait) await deliver(dueAt);
        }
        now += wait;
        await opens(mail, `j${i}`, now);
        openedAt.set(idOf(`j${i}`), now);
      }
      await deliver(now + MINUTE);
      expect(told.flatMap(({ incidents }) => incidents).sort()).toEqual([...openedAt.keys()].sort());
      for (const { at, incidents } of told) {
        const times = incidents.map((id) => openedAt.get(id) ?? 0);
        expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(MINUTE);
        expect(at).toBeLessThanOrEqual(Math.max(now, Math.min(...times)) + MINUTE);
      }
    }),
    { numRuns: 12 },
  );
});
