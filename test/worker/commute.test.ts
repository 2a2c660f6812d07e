/** Heartbeats commute: whatever order they come in and however often, the database ends the same. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Heartbeat, Run } from "../../protocol/heartbeat.ts";
import { corenasPlan, HOUR, MINUTE, winvmPlan } from "./reference.ts";
import { beat, emptyDatabase, enrolled, iso, START, sweepAt, type TestHost } from "./support.ts";

interface Sent {
  readonly host: "corenas" | "winvm";
  readonly minute: number;
  readonly heartbeat: Partial<Heartbeat>;
}

const MARKERS = ["aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"];
const runIds = Array.from({ length: 6 }, (_, i) => `bbbbbbbb-0000-4000-8000-00000000000${i}`);

/** A run's records: its start and its one end, with what it found. */
const runOf = (id: string, index: number) =>
  fc
    .record({
      status: fc.constantFrom<Run["status"]>("succeeded", "warned", "failed", "timed_out", "skipped"),
      minute: fc.integer({ min: 1, max: 50 }),
      mismatched: fc.constantFrom(0, 0, 1),
      verdict: fc.constantFrom("ok" as const, "warning" as const),
    })
    .map(({ status, minute, mismatched, verdict }): { start: Run; end: Run } => {
      const job = index % 2 === 0 ? "nightly" : "health";
      const startedAt = iso(START + minute * MINUTE);
      const base = { id, job, seq: index + 1, startedAt };
      const marker = MARKERS[index % MARKERS.length] ?? "";
      const at = iso(START + (minute + 1) * MINUTE);
      const counts = { sampled: 4, matched: 4 - mismatched, changed: 0, missing: 0, mismatched };
      const end: Run = {
        ...base,
        status,
        finishedAt: at,
        born: index === 0 || index === 1 ? [{ marker, dataset: "apps", tier: "fast", at: startedAt }] : [],
        seen: job === "nightly" ? [{ marker, dataset: "apps", tier: "archive", at, ...counts }] : [],
        readings:
          job === "health" ? [{ name: "pool.archive.state", value: minute, verdict, text: `state at ${minute}` }] : [],
      };
      return { start: { ...base, status: "started" }, end };
    });

const scenario = fc.tuple(...runIds.map(runOf)).map((runs): Sent[] => [
  ...runs.flatMap(({ start, end }, i): Sent[] => [
    { host: "corenas", minute: 52 + i, heartbeat: { runs: [start] } },
    { host: "corenas", minute: 53 + i, heartbeat: { runs: [end], clockOffsetSeconds: 0 } },
  ]),
  ...MARKERS.map((marker, i): Sent => {
    const seen = { marker, dataset: "apps", tier: "staging", at: iso(START + 55 * MINUTE) };
    const counts = { sampled: 4, matched: 4, changed: 0, missing: 0, mismatched: 0 };
    return { host: "winvm", minute: 56 + i, heartbeat: { seen: [{ ...seen, ...counts }] } };
  }),
]);

/** The same messages in another order, some of them more than once. */
const shuffled = (sent: readonly Sent[]) =>
  fc.array(fc.nat({ max: sent.length - 1 }), { maxLength: 6 }).chain((again) =>
    fc
      .shuffledSubarray([...sent.keys(), ...again.map((i) => i + sent.length)], {
        minLength: sent.length + again.length,
      })
      .map((order) => order.map((at) => sent[at % sent.length]).concat(again.map((i) => sent[i]))),
  );

async function finalState(
  hosts: Record<Sent["host"], TestHost>,
  sent: readonly (Sent | undefined)[],
): Promise<unknown> {
  const now = START + 2 * HOUR;
  for (const one of sent) {
    if (one === undefined) continue;
    const answer = await beat(hosts[one.host], one.heartbeat, now, now - 4 * MINUTE + one.minute * 1000);
    expect(answer.status).toBe(200);
  }
  await sweepAt(now);
  const tables = ["runs", "markers", "incidents"];
  const rows = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
  const watches = await env.DB.prepare("SELECT key, facts, status, reason, due_at, incident_id FROM watches").all();
  return JSON.stringify([...rows, watches].map(({ results }) => results));
}

async function freshHosts(keys: { corenas?: TestHost; winvm?: TestHost }) {
  await emptyDatabase();
  const corenas = await enrolled("home", "corenas", corenasPlan, START);
  const winvm = await enrolled("home", "winvm", winvmPlan, START);
  return { ...keys, corenas, winvm };
}

test("any order and any repetition of the same heartbeats leaves the same state", { timeout: 300_000 }, async () => {
  const cases = scenario.chain((sent) => fc.tuple(fc.constant(sent), shuffled(sent)));
  await fc.assert(
    fc.asyncProperty(cases, async ([sent, reordered]) => {
      const inOrder = await finalState(await freshHosts({}), sent);
      const shaken = await finalState(await freshHosts({}), reordered);
      expect(shaken).toBe(inOrder);
    }),
    { numRuns: 25 },
  );
});

test("a heartbeat that is delivered again writes nothing", async () => {
  const { corenas } = await freshHosts({});
  const now = START + HOUR;
  await beat(corenas, {}, now);
  const versions = () => env.DB.prepare("SELECT sum(version) AS sum FROM watches").first("sum");
  const before = await versions();
  await beat(corenas, {}, now + MINUTE, now);
  expect(await versions()).toBe(before);
});
