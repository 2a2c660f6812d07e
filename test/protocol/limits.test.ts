/** Every limit at its edge: what it allows is taken, one more is refused. */
import { expect, test } from "vitest";
import type * as z from "zod/mini";
import { heartbeat } from "../../protocol/heartbeat.ts";
import * as limits from "../../protocol/limits.ts";
import { plan } from "../../protocol/plan.ts";

const RUN = {
  id: "0b4c1d5e-6f70-4a81-92b3-c4d5e6f70819",
  job: "nightly",
  seq: 1,
  status: "failed",
  startedAt: "2026-11-23T02:00:00Z",
  finishedAt: "2026-11-23T02:00:01Z",
};
const PLACE = { marker: RUN.id, dataset: "apps", tier: "fast", at: RUN.startedAt };
const SIGHTING = { ...PLACE, sampled: 0, matched: 0, changed: 0, missing: 0, mismatched: 0 };
const READING = { name: "x", value: 1, verdict: "ok", text: "" };
const LOOKING = { name: "health", kind: "zfs-health", schedule: { everySeconds: 60 }, graceSeconds: 0 };
const CARRYING = { ...LOOKING, from: "a", to: "b", datasets: ["apps"], windowSeconds: 60, proof: "run" };

const times = <Value>(n: number, value: Value): Value[] => Array.from({ length: n }, () => value);
const run = (more: object) => ({ runs: [{ ...RUN, ...more }] });
const planned = (more: object) => ({ beat: { everySeconds: 60, graceSeconds: 0 }, datasets: [], jobs: [], ...more });

const EDGES: readonly (readonly [string, number, z.ZodMiniType, (n: number) => unknown])[] = [
  ["runs of a heartbeat", limits.RUNS_MAX, heartbeat, (n) => ({ runs: times(n, RUN) })],
  ["sightings of a heartbeat", limits.MARKERS_MAX, heartbeat, (n) => ({ runs: [], seen: times(n, SIGHTING) })],
  ["births of a run", limits.MARKERS_MAX, heartbeat, (n) => run({ born: times(n, PLACE) })],
  ["sightings of a run", limits.MARKERS_MAX, heartbeat, (n) => run({ seen: times(n, SIGHTING) })],
  ["examples", limits.EXAMPLES_MAX, heartbeat, (n) => run({ seen: [{ ...SIGHTING, examples: times(n, "a") }] })],
  ["readings of a run", limits.READINGS_MAX, heartbeat, (n) => run({ readings: times(n, READING) })],
  [
    "characters of a reading's name",
    limits.READING_NAME_MAX_CHARS,
    heartbeat,
    (n) => run({ readings: [{ ...READING, name: "x".repeat(n) }] }),
  ],
  ["characters of a log tail", limits.LOG_TAIL_MAX_CHARS, heartbeat, (n) => run({ logTail: "x".repeat(n) })],
  ["characters of a reason", limits.TEXT_MAX_CHARS, heartbeat, (n) => run({ reason: "x".repeat(n) })],
  ["characters of a name", limits.NAME_MAX_CHARS, heartbeat, (n) => run({ job: "x".repeat(n) })],
  ["jobs of a plan", limits.JOBS_MAX, plan, (n) => planned({ jobs: times(n, LOOKING) })],
  [
    "datasets of a plan",
    limits.DATASETS_MAX,
    plan,
    (n) => planned({ datasets: times(n, { name: "apps", born: "fast" }) }),
  ],
  [
    "datasets of a job",
    limits.DATASETS_MAX,
    plan,
    (n) => planned({ jobs: [{ ...CARRYING, datasets: times(n, "apps") }] }),
  ],
  ["seconds of a window", limits.SECONDS_MAX, plan, (n) => planned({ jobs: [{ ...CARRYING, windowSeconds: n }] })],
];

test.each(EDGES)("%s: %i is taken, one more is refused", (_, limit, schema, make) => {
  expect(schema.safeParse(make(limit)).success).toBe(true);
  expect(schema.safeParse(make(limit + 1)).success).toBe(false);
});
