/** What is unusual about a run: tables of literal series. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anomaliesOf, type RunSize } from "../../worker/judge/anomaly.ts";

const DAY = 86_400_000;
/** A Monday. */
const FIRST = Date.parse("2026-09-07T02:00:00Z");
const GB = 1e9;

function night(day: number, sizes: Partial<RunSize> = {}): RunSize {
  const none = { seconds: 1800, bytes: null, files: null, deletions: null };
  return { id: `night-${day}`, startedAt: FIRST + day * DAY, ...none, ...sizes };
}

/** Nights from the first on, with a slight wobble that is the same every time. */
function nights(count: number, sizes: (wobble: number, day: number) => Partial<RunSize>): RunSize[] {
  return Array.from({ length: count }, (_, day) => night(day, sizes(1 + 0.08 * Math.sin(day * 2.4), day)));
}

const steady = (count: number) => nights(count, (wobble) => ({ bytes: Math.round(45 * GB * wobble) }));
const found = (run: RunSize, history: readonly RunSize[]) =>
  anomaliesOf(run, history, {}, "UTC").map(({ quantity }) => quantity);

describe("a job that always carried about 45 GB", () => {
  test.each([
    [2, 0, []],
    [3, 0, ["bytes"]],
    [3, 4.4 * GB, ["bytes"]],
    [3, 20 * GB, []],
    [3, 900 * GB, []],
    [7, 20 * GB, []],
    [8, 20 * GB, ["bytes"]],
    [8, 900 * GB, []],
    [34, 900 * GB, []],
    [35, 900 * GB, ["bytes"]],
    [56, 20 * GB, ["bytes"]],
    [56, 31 * GB, []],
    [56, 65 * GB, []],
    [56, 900 * GB, ["bytes"]],
  ])("after %d nights carries %d bytes: %j", (count, bytes, quantities) => {
    expect(found(night(count, { bytes }), steady(count))).toEqual(quantities);
  });
});

describe("weekdays", () => {
  /** 500 GB on Sundays, 45 GB else. */
  const weekly = nights(56, (wobble, day) => ({ bytes: Math.round((day % 7 === 6 ? 500 : 45) * GB * wobble) }));
  const sunday = [...weekly, ...[56, 57, 58, 59, 60, 61].map((day) => night(day, { bytes: 45 * GB }))];

  test("of a weekly full backup are held to their own kind", () => {
    expect(anomaliesOf(night(62, { bytes: 45 * GB }), sunday, {}, "UTC")).toMatchObject([
      { quantity: "bytes", text: "carried 45 GB; usual on Sundays are 468–537 GB" },
    ]);
    expect(anomaliesOf(night(56, { bytes: 12_000_000 }), weekly, {}, "UTC")).toMatchObject([
      { text: "carried 12 MB; usual on Mondays are 42–48 GB" },
    ]);
  });

  test("are those of the job's zone", () => {
    // 02:00 UTC on a Monday is still Sunday in New York.
    const [found] = anomaliesOf(night(56, { bytes: 12_000_000 }), weekly, {}, "America/New_York");
    expect(found?.text).toBe("carried 12 MB; usual on Sundays are 42–48 GB");
  });

  test("do not hold a quiet Monday to the other Mondays when weekends are as quiet", () => {
    const quiet = nights(56, (wobble, day) => ({ bytes: Math.round((day % 7 > 4 ? 2 : 45) * GB * wobble) }));
    expect(found(night(56, { bytes: 2 * GB }), quiet)).toEqual([]);
  });

  test("keep the first quiet weekend of a young job from being a loss", () => {
    expect(found(night(5, { bytes: 0 }), steady(5))).toEqual([]);
    expect(found(night(4, { bytes: 0 }), steady(4))).toEqual(["bytes"]);
  });
});

describe("a job that often carries nothing", () => {
  const often = nights(56, (wobble, day) => ({ bytes: day % 3 === 0 ? Math.round(2 * GB * wobble) : 0 }));

  test.each([0, 2 * GB, 4 * GB])("may carry %d bytes", (bytes) => {
    expect(found(night(57, { bytes }), often)).toEqual([]);
  });

  test("has carried nothing once, and may again", () => {
    const once = [...steady(20), night(20, { bytes: 0 }), night(21, { bytes: 45 * GB })];
    expect(found(night(22, { bytes: 0 }), once)).toEqual([]);
  });
});

describe("small changes", () => {
  test.each([
    ["bytes", 3_000_000, 12_000_000],
    ["bytes", 50_000, 0],
    ["files", 90, 0],
    ["files", 12, 110],
    ["deletions", 2, 99],
    ["seconds", 10, 600],
  ] as const)("of %s from %d to %d are none", (quantity, usual, value) => {
    const history = nights(56, () => ({ seconds: 60, [quantity]: usual }));
    expect(found(night(56, { seconds: 60, [quantity]: value }), history)).toEqual([]);
  });

  test("are none where all runs were alike to the byte", () => {
    const same = nights(56, () => ({ bytes: 45 * GB, files: 120_000 }));
    expect(found(night(56, { bytes: 45.5 * GB, files: 120_900 }), same)).toEqual([]);
  });
});

describe("a new normal", () => {
  const later = (count: number, bytes: number) => Array.from({ length: count }, (_, i) => night(56 + i, { bytes }));

  test.each([
    [0, ["bytes"]],
    [1, ["bytes"]],
    [2, ["bytes"]],
    [3, []],
    [9, []],
  ])("of ten times the data is unusual after %d nights of it: %j", (count, quantities) => {
    const history = [...steady(56), ...later(count, 450 * GB)];
    expect(found(night(56 + count, { bytes: 450 * GB }), history)).toEqual(quantities);
  });

  test.each([
    [0, ["bytes"]],
    [6, ["bytes"]],
    [7, []],
  ])("of nothing is unusual after %d nights of it: %j", (count, quantities) => {
    const history = [...steady(56), ...later(count, 0)];
    expect(found(night(56 + count, { bytes: 0 }), history)).toEqual(quantities);
  });

  test("is not what a single unusual night leaves", () => {
    const history = [...steady(56), night(56, { bytes: 0 }), night(57, { bytes: 45 * GB })];
    expect(found(night(58, { bytes: 45 * GB }), history)).toEqual([]);
  });

  test("comes day after day where data grows by a percent a night", () => {
    const growing = Array.from({ length: 200 }, (_, day) => night(day, { bytes: Math.round(GB * 1.01 ** day) }));
    const alarms = growing.filter((run, day) => found(run, growing.slice(Math.max(0, day - 60), day)).length > 0);
    expect(alarms).toEqual([]);
  });
});

describe("deletions", () => {
  const tidy = (count: number) =>
    nights(count, (_, day) => ({ files: 10_000, deletions: day % 4 === 0 ? 20 + (day % 5) * 4 : 0 }));

  test.each([
    [2, 9000, []],
    [3, 4999, []],
    [3, 5000, ["deletions"]],
    [34, 4999, []],
    [35, 1000, ["deletions"]],
    [56, 999, []],
    [56, 1000, ["deletions"]],
  ])("after %d nights, %d of 10,000 files: %j", (count, deletions, quantities) => {
    expect(found(night(count, { files: 10_000, deletions }), tidy(count))).toEqual(quantities);
  });

  test("count by the files that there were", () => {
    expect(found(night(56, { files: 9500, deletions: 960 }), tidy(56))).toEqual([]);
  });

  test("are none where the job often deletes as many", () => {
    const rotating = nights(56, (_, day) => ({ files: 10_000, deletions: day % 7 === 0 ? 3000 : 0 }));
    expect(found(night(57, { files: 10_000, deletions: 5000 }), rotating)).toEqual([]);
  });
});

describe("a duration", () => {
  const timed = (count: number) => nights(count, (wobble) => ({ seconds: Math.round(1800 * wobble), bytes: 45 * GB }));

  test.each([
    [3 * 3600, 45 * GB, ["seconds"]],
    [5, 45 * GB, ["seconds"]],
    [3 * 3600, 270 * GB, ["bytes"]],
    [3600, 45 * GB, []],
  ])("of %d s with %d bytes: %j", (seconds, bytes, quantities) => {
    expect(found(night(56, { seconds, bytes }), timed(56))).toEqual(quantities);
  });

  test("is told as a person reads it", () => {
    const [slow] = anomaliesOf(night(56, { seconds: 4 * 3600, bytes: 45 * GB }), timed(56), {}, "UTC");
    expect(slow?.text).toBe("took 4 h; usual on Mondays are 27 min 43 s to 31 min 50 s");
  });
});

describe("the plan", () => {
  const settled = steady(56);

  test("mutes a quantity", () => {
    expect(anomaliesOf(night(56, { bytes: 0 }), settled, { bytes: "off" }, "UTC")).toEqual([]);
  });

  test.each([
    [0, "carried no data, less than the 1 GB that the plan asks for"],
    [999_000_000, "carried 999 MB, less than the 1 GB that the plan asks for"],
    [1 * GB, null],
    [900 * GB, null],
    [1000 * GB, null],
    [1001 * GB, "carried 1 TB, more than the 1 TB that the plan allows"],
  ])("puts its own bounds in place of the learnt ones: %d bytes: %s", (bytes, text) => {
    const settings = { bytes: { min: 1 * GB, max: 1000 * GB } };
    for (const history of [settled, []]) {
      expect(anomaliesOf(night(56, { bytes }), history, settings, "UTC").map((found) => found.text)).toEqual(
        text === null ? [] : [text],
      );
    }
  });

  test("that bounds one quantity leaves the others to what was learnt", () => {
    const run = night(56, { bytes: 0, files: 5 });
    expect(anomaliesOf(run, settled, { files: { min: 10 } }, "UTC").map(({ quantity }) => quantity)).toEqual([
      "bytes",
      "files",
    ]);
  });
});

describe("the answer", () => {
  const full = nights(56, (wobble) => ({
    bytes: Math.round(45 * GB * wobble),
    files: Math.round(20_000 * wobble),
    deletions: 3,
    seconds: Math.round(1800 * wobble),
  }));

  test("tells what is usual and among how many runs", () => {
    const [found] = anomaliesOf(night(56, { bytes: 0 }), steady(56), {}, "UTC");
    expect(found).toMatchObject({ quantity: "bytes", value: 0, usual: { runs: 8 } });
    expect(found?.text).toBe("carried no data; usual on Mondays are 42–48 GB");
  });

  test("is the same for a history in any order, and the run itself in it changes nothing", () => {
    const run = night(56, { bytes: 0, files: 3, deletions: 9000 });
    const answer = anomaliesOf(run, full, {}, "UTC");
    expect(answer.map(({ quantity }) => quantity)).toEqual(["bytes", "files", "deletions"]);
    fc.assert(
      fc.property(fc.shuffledSubarray([...full, run], { minLength: full.length + 1 }), (history) => {
        expect(anomaliesOf(run, history, {}, "UTC")).toEqual(answer);
      }),
      { numRuns: 20 },
    );
  });

  test("is empty for a run like the last one, whatever came before", () => {
    const size = fc.oneof(
      fc.constant(0),
      fc.double({ min: 0, max: 12, noNaN: true }).map((power) => Math.round(10 ** power)),
    );
    const sizes = fc.record({
      bytes: size,
      files: size,
      deletions: size,
      seconds: fc.integer({ min: 1, max: 90_000 }),
    });
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 56 }), sizes, (list, same) => {
        const history = [...list, same, same, same, same, same, same, same].map((of, day) => night(day, of));
        expect(found(night(history.length, same), history)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("is empty without a history, and where the tool told nothing", () => {
    expect(anomaliesOf(night(0, { bytes: 0, files: 0, deletions: 9e9 }), [], {}, "UTC")).toEqual([]);
    expect(anomaliesOf(night(56), full, {}, "UTC")).toEqual([]);
  });
});
