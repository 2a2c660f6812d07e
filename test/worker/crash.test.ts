/**
 * The worker dies at every step of a delivery: before and after each statement, before and after each provider's yes. A
 * later sweep finds what it left: nothing is lost, and twice comes only what a provider had taken and no record said so.
 */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { deliverDue } from "../../worker/deliver.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { type Gate, gated } from "./gated.ts";
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

/** Providers that take what comes; `taken` names the delivery each time. */
function providers(pass: () => Promise<void>) {
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
  const before = providers(one.pass);
  const delivering = deliverDue(openDatabase(gated(env.DB, one.gate)), settings, START);
  await Promise.race([delivering, one.died]);
  const recorded = (await deliveries()).filter(({ state }) => state === "delivered").map(({ id }) => id);
  const after = providers(() => Promise.resolve());
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
