/** Heartbeats of every shape that the contract allows, for fast-check. */
import fc from "fast-check";
import type { Birth, Heartbeat, Reading, Run, Sighting } from "../../protocol/heartbeat.ts";

const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
const count = fc.maxSafeNat();
const text = fc.string({ maxLength: 1000, unit: "grapheme" }).filter((line) => line.length <= 1000);
const instant = fc
  .date({ min: new Date("2000-01-01T00:00:00Z"), max: new Date("2100-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

const birth: fc.Arbitrary<Birth> = fc.record({ marker: fc.uuid(), dataset: name, tier: name, at: instant });

const small = fc.nat({ max: 1000 });
const sighting: fc.Arbitrary<Sighting> = fc
  .record(
    {
      ...{ marker: fc.uuid(), dataset: name, tier: name, at: instant },
      ...{ matched: small, changed: small, missing: small, mismatched: small },
      examples: fc.array(text, { maxLength: 5 }),
    },
    { requiredKeys: ["marker", "dataset", "tier", "at", "matched", "changed", "missing", "mismatched"] },
  )
  .map((seen) => ({ ...seen, sampled: seen.matched + seen.changed + seen.missing + seen.mismatched }));

/** JSON knows no negative zero. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const reading: fc.Arbitrary<Reading> = fc.record(
  {
    name: fc.string({ minLength: 1, maxLength: 200 }),
    value: fc.oneof(number, text),
    unit: fc.string({ maxLength: 20 }),
    verdict: fc.constantFrom("ok", "warning", "critical"),
    text,
  },
  { requiredKeys: ["name", "value", "verdict", "text"] },
);

const lists = {
  born: fc.array(birth, { maxLength: 3 }),
  seen: fc.array(sighting, { maxLength: 3 }),
  readings: fc.array(reading, { maxLength: 3 }),
};

const told = {
  exitCode: fc.integer(),
  signal: fc.constantFrom("SIGTERM", "SIGKILL"),
  reason: text,
  ...{ bytes: count, files: count, deletions: count, errors: count },
  ...lists,
  logTail: fc.string({ maxLength: 500 }),
};

const begun = {
  id: fc.uuid(),
  job: name,
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  startedAt: instant,
};

const started: fc.Arbitrary<Run> = fc.record({ ...begun, status: fc.constant("started") });

const finished: fc.Arbitrary<Run> = fc.record(
  {
    ...begun,
    status: fc.constantFrom("succeeded", "warned", "failed", "timed_out", "skipped"),
    finishedAt: instant,
    ...told,
  },
  { requiredKeys: ["id", "job", "seq", "startedAt", "status", "finishedAt"] },
);

export const anyHeartbeat: fc.Arbitrary<Heartbeat> = fc.record(
  {
    runs: fc.array(fc.oneof(started, finished), { maxLength: 5 }),
    seen: lists.seen,
    clockOffsetSeconds: fc.integer(),
    pusherVersion: fc.string({ maxLength: 40 }),
  },
  { requiredKeys: ["runs"] },
);
