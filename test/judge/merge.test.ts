/** Facts grow the same in whatever order they come and however often: held over arbitrary sequences. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addSeq,
  mergeHost,
  mergeMismatch,
  mergeProof,
  mergeRun,
  mergeStart,
  missingSeqs,
  runningSince,
} from "../../worker/judge/merge.ts";
import { type CopyFacts, type HostFacts, type JobFacts, noFacts, type RunFact } from "../../worker/judge/watch.ts";
import { runFact } from "./site.ts";

const noJob: JobFacts = { kind: "job", good: null, bad: null, skipped: null, started: null };
const noHost: HostFacts = { kind: "host", heardAt: null, seqs: [], clockOffset: null };
const noCopy: CopyFacts = { kind: "copy", good: null, bad: null };
const soon = fc.integer({ min: 0, max: 5 });

/** The same elements in another order, each at least once and some again. */
function shaken<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc
    .array(fc.constantFrom(...items), { maxLength: items.length })
    .chain((again) => fc.shuffledSubarray([...items, ...again], { minLength: items.length + again.length }));
}

/** Joining items one by one ends the same for every order and repetition. */
function commutes<Item, Known>(item: fc.Arbitrary<Item>, none: Known, join: (known: Known, item: Item) => Known): void {
  const cases = fc
    .array(item, { minLength: 1, maxLength: 12 })
    .chain((items) => fc.tuple(fc.constant(items), shaken(items)));
  fc.assert(
    fc.property(cases, ([items, again]) => {
      expect(again.reduce(join, none)).toEqual(items.reduce(join, none));
    }),
    { numRuns: 300 },
  );
}

/** Runs of which the same id always tells the same, but for when it was received. */
const anyRun = fc
  .record({
    n: fc.integer({ min: 0, max: 6 }),
    startedAt: soon,
    status: fc.constantFrom<RunFact["status"]>("succeeded", "warned", "failed", "timed_out", "skipped"),
    reading: fc.boolean(),
  })
  .map(({ n, startedAt, status, reading }): RunFact => {
    const warning = reading ? { reading: { verdict: "warning" as const, text: "full" } } : {};
    return runFact(startedAt, { id: `${n}-${startedAt}-${status}-${reading}`, status, ...warning });
  });

describe("whatever order facts come in, and however often, they end the same:", () => {
  test("signs of life, run numbers and clock corrections of a host", () => {
    const news = fc.record({
      heardAt: soon,
      seqs: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
      clockOffsetSeconds: fc.integer({ min: -3, max: 3 }),
    });
    commutes(news, noHost, mergeHost);
  });

  test("runs of a job, told once or again later", () => {
    const delivered = fc.tuple(anyRun, soon).map(([run, receivedAt]) => ({ ...run, receivedAt }));
    commutes(delivered, noJob, mergeRun);
  });

  test("starts and ends of runs", () => {
    const record = fc.tuple(anyRun, fc.boolean());
    commutes(record, noJob, (facts, [run, isStart]) => (isStart ? mergeStart(facts, run) : mergeRun(facts, run)));
  });

  test("proofs and mismatches of a copy", () => {
    const proof = fc.record({
      recoveryAt: soon,
      seenAt: soon,
      host: fc.constantFrom("nas", "vm"),
      marker: fc.constantFrom("m1", "m2", null),
      sampled: soon,
      matched: soon,
    });
    const mismatch = fc.record({
      at: soon,
      host: fc.constantFrom("nas", "vm"),
      marker: fc.constantFrom("m1", "m2"),
      text: fc.constantFrom("a", "b"),
    });
    commutes(fc.oneof(proof, mismatch), noCopy, (facts, one) =>
      "recoveryAt" in one ? mergeProof(facts, one) : mergeMismatch(facts, one),
    );
  });

  test("run numbers near together, so that they touch and fill holes", () => {
    commutes(fc.integer({ min: 1, max: 20 }), noHost.seqs, addSeq);
  });

  test("run numbers far apart, so that old holes are forgotten", () => {
    commutes(fc.integer({ min: 1, max: 3000 }), noHost.seqs, addSeq);
  });
});

describe("run numbers", () => {
  const seqs = (...numbers: number[]) => numbers.reduce(addSeq, noHost.seqs);

  test("that follow each other are one range, and a hole parts two", () => {
    expect(seqs(1, 2, 3)).toEqual([[1, 3]]);
    expect(seqs(3, 1)).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(seqs(3, 1, 2)).toEqual([[1, 3]]);
  });

  test("that never arrived are the holes between the first and the last, up to a limit", () => {
    expect(missingSeqs(seqs(7, 2, 3, 10), 10)).toEqual([4, 5, 6, 8, 9]);
    expect(missingSeqs(seqs(7, 2, 3, 10), 2)).toEqual([4, 5]);
    expect(missingSeqs(seqs(5), 10)).toEqual([]);
  });

  test("are exactly the set that arrived, as long as no hole lies too far back", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (numbers) => {
        const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
        const between = Array.from({ length: high - low + 1 }, (_, i) => low + i);
        expect(missingSeqs(seqs(...numbers), 1000)).toEqual(between.filter((n) => !numbers.includes(n)));
      }),
    );
  });

  test("take bounded room: a hole more than 512 below the highest number is forgotten", () => {
    const every2nd = Array.from({ length: 2000 }, (_, i) => 2 * i + 1);
    const ranges = seqs(...every2nd);
    expect(ranges.length).toBeLessThanOrEqual(257);
    expect(missingSeqs(ranges, 10_000)).toEqual(every2nd.map((n) => n - 1).filter((n) => n > 3999 - 512));
    expect(missingSeqs(seqs(1, 1_000_000_000), 1)).toEqual([1_000_000_000 - 511]);
  });
});

describe("a start without an end", () => {
  test("is running, until its own end or that of a later run is told", () => {
    const started = mergeStart(noJob, { id: "a", startedAt: 100 });
    expect(runningSince(started)).toBe(100);
    expect(runningSince(mergeRun(started, runFact(100, { id: "a" })))).toBeNull();
    expect(runningSince(mergeRun(started, runFact(50, { id: "0" })))).toBe(100);
    expect(runningSince(mergeRun(started, runFact(200, { id: "b" })))).toBeNull();
  });

  test("is ended by its own end even when a clock correction moved that a second back", () => {
    const started = mergeStart(noJob, { id: "a", startedAt: 100_000 });
    expect(runningSince(mergeRun(started, runFact(99_000, { id: "a", status: "failed" })))).toBeNull();
  });
});

describe("which of two runs counts", () => {
  test("a warned run is a success; one with a reading that isn't ok is none", () => {
    expect(mergeRun(noJob, runFact(1, { status: "warned" })).good?.startedAt).toBe(1);
    const reading = { verdict: "warning" as const, text: "DEGRADED" };
    expect(mergeRun(noJob, runFact(1, { status: "warned", reading }))).toMatchObject({ good: null, bad: { reading } });
  });

  test("a skipped run is neither a success nor a failure", () => {
    expect(mergeRun(noJob, runFact(1, { status: "skipped" }))).toMatchObject({ good: null, bad: null });
  });

  test("of one run told twice the first time it was received is kept", () => {
    const told = [900, 500, 700].map((receivedAt) => runFact(1, { receivedAt }));
    expect(told.reduce(mergeRun, noJob).good?.receivedAt).toBe(500);
  });
});

test("a watch begins with no facts of its own kind", () => {
  expect(["host", "job", "copy"].map((kind) => noFacts(kind === "host" || kind === "job" ? kind : "copy"))).toEqual([
    noHost,
    noJob,
    noCopy,
  ]);
});
