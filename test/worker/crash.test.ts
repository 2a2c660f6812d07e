/**
 * The worker dies at every step of a delivery: before and after each statement, before and after each provider's yes. What
 * it waits for besides (its own cryptography) leaves nothing behind, so that a death there is one of these. A later sweep
 * finds what was left: nothing is lost, and twice comes only what a provider had taken and no record said so.
 */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import type { Subscription } from "../../protocol/subscription.ts";
import type { PushChannel } from "../../worker/channels/kinds.ts";
import { deliverDue } from "../../worker/deliver.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { sweep } from "../../worker/sweep.ts";
import { type Gate, gated } from "./gated.ts";
import { browser, channel } from "./push-channel.ts";
import { deliveries, hook, queue, settingsOf } from "./queued.ts";
import { db, emptyDatabase, START } from "./support.ts";

const LEASE_MS = 60_000;
const CHANNELS = ["ops", "pager"];
const settings = settingsOf(...CHANNELS.map(hook));

afterEach(() => void vi.restoreAllMocks());

/** One life of the worker, which ends for good at step `end`: nothing that it waits for comes back. */
function life(end: number) {
  let step = 0;
  const died = Promise.withResolvers<void>();
  const pass = (): Promise<void> => {
    step++;
    if (step < end) return Promise.resolve();
    died.resolve();
    return new Promise<void>(() => undefined);
  };
  const gate: Gate = async (act) => {
    await pass();
    const result = await act();
    await pass();
    return result;
  };
  return { gate, pass, died: died.promise, steps: () => step };
}

/** Webhooks that take what comes; `taken` names the delivery each time. */
function webhooks(pass: () => Promise<void>) {
  const taken: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
    await pass();
    taken.push(new Headers(init?.headers).get("webhook-id") ?? "");
    await pass();
    return new Response(null, { status: 204 });
  });
  return taken;
}

async function queued(): Promise<string[]> {
  await emptyDatabase();
  return queue(
    ...CHANNELS.flatMap((channel) => [
      { channel },
      { channel, kind: "closed" as const },
      { channel, incident: "home/job:nas/sync@1", severity: "warning" as const },
    ]),
  );
}

async function lived(end: number) {
  const ids = await queued();
  const one = life(end);
  const before = webhooks(one.pass);
  const delivering = deliverDue(openDatabase(gated(env.DB, one.gate)), settings, START);
  await Promise.race([delivering, one.died]);
  const recorded = (await deliveries()).filter(({ state }) => state === "delivered").map(({ id }) => id);
  const after = webhooks(() => Promise.resolve());
  for (let sweep = 0; sweep < 4; sweep++) await deliverDue(db, settings, START + LEASE_MS + sweep);
  return { ids, before, recorded, after, steps: one.steps() };
}

test("wherever it dies, everything arrives, in order, and twice only what was taken and not recorded", async () => {
  const whole = await lived(Number.POSITIVE_INFINITY);
  expect([...whole.before].sort()).toEqual([...whole.ids].sort());
  expect(whole.after).toEqual([]);
  expect(whole.steps).toBeGreaterThan(30);
  for (let end = 1; end <= whole.steps; end++) {
    const { ids, before, recorded, after } = await lived(end);
    const all = [...before, ...after];
    expect([...new Set(all)].sort(), `killed at step ${end}`).toEqual([...ids].sort());
    expect(
      after.filter((id) => recorded.includes(id)),
      `killed at step ${end}`,
    ).toEqual([]);
    expect((await deliveries()).map(({ state }) => state)).toEqual(ids.map(() => "delivered"));
    for (const channel of CHANNELS) {
      const [opened, closed] = ["opened", "closed"].map((kind) => all.indexOf(`home/host:nas@1/${kind}/${channel}`));
      expect(opened, `killed at step ${end}`).toBeLessThan(closed ?? -1);
    }
  }
});

/** Every way that has a key for repetitions, and one whose target is gone. */
const KINDS = ["hook", "resend", "mail", "phone", "gone"] as const;
type Taken = Record<(typeof KINDS)[number], string[]>;

/** Keeps, of everything that is sent anywhere, the key by which its receiver can tell a repetition. */
function everywhere(pass: () => Promise<void>) {
  const taken: Taken = { hook: [], resend: [], mail: [], phone: [], gone: [] };
  const take = async (kind: keyof Taken, key: string) => {
    await pass();
    taken[kind].push(key);
    await pass();
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const { hostname } = new URL(String(input));
    const header = (name: string) => new Headers(init?.headers).get(name) ?? "";
    if (hostname === "api.resend.com") {
      await take("resend", header("idempotency-key"));
      return Response.json({ id: "1" });
    }
    if (hostname === "push.example") {
      await take("phone", header("topic"));
      return new Response(null, { status: 201 });
    }
    await take(hostname === "gone.example" ? "gone" : "hook", header("webhook-id"));
    return new Response(null, { status: hostname === "gone.example" ? 410 : 204 });
  });
  const sender = { send: ({ subject }: { subject: string }) => take("mail", subject) };
  return { taken, sender };
}

const ADDRESSES = { from: "tierwatch@example.org", to: "me@example.org" };

/** A site whose only host fell silent just now, and a browser that subscribed. */
async function silentSite(phone: Subscription): Promise<void> {
  await emptyDatabase();
  const host = { kind: "host", host: "nas", everySeconds: 300, graceSeconds: 300, plannedAt: START };
  const facts = { kind: "host", heardAt: START - 600_000, seqs: [], clockOffset: null };
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO watches (site, key, version, spec, facts, status, reason, since_at, due_at)
       VALUES ('home', 'host:nas', 1, ?, ?, 'ok', '{"code":"fine"}', ?, ?)`,
    ).bind(JSON.stringify(host), JSON.stringify(facts), START - 600_000, START),
    env.DB.prepare(
      `INSERT INTO subscriptions (id, channel, name, endpoint, p256dh, auth, created_at)
       VALUES ('mine', 'phones', 'my phone', ?, ?, ?, ?)`,
    ).bind(phone.endpoint, phone.keys.p256dh, phone.keys.auth, START),
    env.DB.prepare("UPDATE sweeps SET last_sweep_at = ?, tidied_at = ?").bind(START - 60_000, START),
  ]);
}

async function swept(end: number, phones: PushChannel, phone: Subscription) {
  await silentSite(phone);
  const settingsFor = ({ sender }: ReturnType<typeof everywhere>) => ({
    ...settingsOf(
      hook("hook"),
      { kind: "resend", name: "resend", token: "re_1", ...ADDRESSES },
      { kind: "email", name: "mail", sender, ...ADDRESSES },
      phones,
      hook("gone"),
    ),
    clocks: [],
  });
  const one = life(end);
  const before = everywhere(one.pass);
  const sweeping = sweep(openDatabase(gated(env.DB, one.gate)), settingsFor(before), START, "cron");
  await Promise.race([sweeping, one.died]);
  const recorded = (await deliveries()).filter(({ state }) => state === "delivered").length;
  const after = everywhere(() => Promise.resolve());
  for (let n = 1; n <= 4; n++) await sweep(db, settingsFor(after), START + n * LEASE_MS, "cron");
  return { before: before.taken, after: after.taken, recorded, steps: one.steps() };
}

test("wherever a whole sweep dies, each channel is told of the silence and of the one that is gone, by the same keys", {
  timeout: 600_000,
}, async () => {
  const [phones, phone] = [await channel(), await browser("mine")];
  const whole = await swept(Number.POSITIVE_INFINITY, phones, phone);
  const told = (of: Awaited<ReturnType<typeof swept>>) =>
    KINDS.map((kind) => [kind, new Set([...of.before[kind], ...of.after[kind]]).size]);
  const expected = KINDS.map((kind) => [kind, kind === "gone" ? 1 : 2]);
  expect(told(whole)).toEqual(expected);
  expect(whole.steps).toBeGreaterThan(40);
  for (let end = 1; end <= whole.steps; end++) {
    const lived = await swept(end, phones, phone);
    expect(told(lived), `killed at step ${end}`).toEqual(expected);
    const sent = KINDS.flatMap((kind) => [...lived.before[kind], ...lived.after[kind]]).length;
    const takenUnrecorded = KINDS.flatMap((kind) => lived.before[kind]).length - lived.recorded;
    expect(sent - 9, `sent twice, killed at step ${end}`).toBeLessThanOrEqual(Math.max(0, takenUnrecorded));
    expect((await deliveries()).filter(({ due_at }) => due_at !== null)).toEqual([]);
  }
});
