/** Facts grow the same in whatever order they come and however often: held over arbitrary sequences. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addMark,
  addSeq,
  mergeHost,
  mergeMismatch,
  mergeProof,
  mergeReadings,
  mergeRun,
  missingSeqs,
} from "../../worker/judge/merge.ts";
import { openRuns } from "../../worker/judge/runs.ts";
import {
  type CopyFacts,
  type HostFacts,
  type JobFacts,
  noFacts,
  type RunFact,
  type RunMark,
} from "../../worker/judge/watch.ts";
import { runFact } from "./site.ts";

const noJob: JobFacts = { kind: "job", good: null, bad: null, skipped: null, runs: [], readings: null, unusual: null };
const noHost: HostFacts = { kind: "host", heardAt: null, seqs: [], clockOffset: null };
const noCopy: CopyFacts = { kind: "copy", good: null, bad: null, depth: [] };
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
  })
  .map(({ n, startedAt, status }): RunFact => runFact(startedAt, { id: `${n}-${startedAt}-${status}`, status }));

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
    commutes(delivered, noJob, (facts, run) => mergeRun(facts, run));
  });

  test("what runs read: the latest run's readings speak, all of them", () => {
    const told = fc.record({ at: soon, run: fc.constantFrom("a", "b", "c") });
    commutes(told, noJob, (facts, { at, run }) => mergeReadings(facts, { at, run, list: [] }));
  });

  test("more runs than are kept: the newest stay", () => {
    const mark = fc.integer({ min: 0, max: 200 }).map((startedAt) => startedMark(`run-${startedAt}`, startedAt));
    const many = fc.array(mark, { minLength: 61, maxLength: 120 });
    fc.assert(
      fc.property(
        many.chain((marks) => fc.tuple(fc.constant(marks), shaken(marks))),
        ([marks, again]) => {
          const kept = marks.reduce(addMark, noJob.runs);
          expect(again.reduce(addMark, noJob.runs)).toEqual(kept);
          const newest = [...new Set(marks.map(({ startedAt }) => startedAt))].sort((a, b) => a - b).slice(-60);
          expect(kept.map(({ startedAt }) => startedAt)).toEqual(newest);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("starts and ends of runs", () => {
    const record = fc.tuple(anyRun, fc.boolean());
    commutes(record, noJob, (facts, [run, isStart]) =>
      isStart ? { ...facts, runs: addMark(facts.runs, startedMark(run.id, run.startedAt)) } : mergeRun(facts, run),
    );
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
      bornAt: soon,
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

function startedMark(id: string, startedAt: number, progressAt?: number): RunMark {
  return { id, status: "started", startedAt, finishedAt: null, ...(progressAt === undefined ? {} : { progressAt }) };
}

describe("a start without an end", () => {
  const started = addMark([], startedMark("a", 100));
  const running = (runs: readonly RunMark[]) => openRuns(runs).map(({ id }) => id);
  const ended = (startedAt: number, id: string) => ({
    ...startedMark(id, startedAt),
    status: "failed" as const,
    finishedAt: 999,
  });

  test("is running, until its own end or that of a later run is told", () => {
    expect(running(started)).toEqual(["a"]);
    expect(running(addMark(started, ended(100, "a")))).toEqual([]);
    expect(running(addMark(started, ended(50, "0")))).toEqual(["a"]);
    expect(running(addMark(started, ended(200, "b")))).toEqual([]);
  });

  test("runs beside others that began before and after it: each is followed by its own id", () => {
    const three = [startedMark("b", 200), startedMark("c", 300)].reduce(addMark, started);
    expect(running(three)).toEqual(["a", "b", "c"]);
    expect(running(addMark(three, { ...ended(200, "b"), finishedAt: 250 }))).toEqual(["c"]);
  });

  test("is ended by its own end even when a clock correction moved that a second back", () => {
    expect(running(addMark(started, ended(99, "a")))).toEqual([]);
  });

  test("moved when its latest progress says, in whatever order that was told", () => {
    const told = [startedMark("a", 100, 500), startedMark("a", 100, 300), startedMark("a", 100)];
    expect(told.reduce(addMark, [])).toEqual([startedMark("a", 100, 500)]);
    expect(told.reverse().reduce(addMark, [])).toEqual([startedMark("a", 100, 500)]);
  });
});

describe("which of two runs counts", () => {
  test("a warned run is a success", () => {
    expect(mergeRun(noJob, runFact(1, { status: "warned" })).good?.startedAt).toBe(1);
  });

  test("a skipped run is neither a success nor a failure", () => {
    expect(mergeRun(noJob, runFact(1, { status: "skipped" }))).toMatchObject({ good: null, bad: null });
  });

  test("of one run told twice the first time it was received is kept", () => {
    const told = [900, 500, 700].map((receivedAt) => runFact(1, { receivedAt }));
    expect(told.reduce((facts, run) => mergeRun(facts, run), noJob).good?.receivedAt).toBe(500);
  });
});

test("a watch begins with no facts of its own kind", () => {
  expect(["host", "job", "copy"].map((kind) => noFacts(kind === "host" || kind === "job" ? kind : "copy"))).toEqual([
    noHost,
    noJob,
    noCopy,
  ]);
});
