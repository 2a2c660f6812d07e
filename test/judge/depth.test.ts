/** How far back a copy reaches: what is too little, what is a fall, and how looks are kept. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DepthLook, depthFault, mergeDepth } from "../../worker/judge/depth.ts";

const DAY = 86_400_000;
const START = Date.parse("2026-10-01T04:00:00Z");

/** The look on a day that saw so many versions, the oldest so many days old; the newest is of the same morning. */
function look(day: number, versions: number, oldestDays = versions - 1): DepthLook {
  const at = START + day * DAY;
  if (versions === 0) return { at, versions, oldestAt: null, newestAt: null };
  return { at, versions, oldestAt: at - oldestDays * DAY, newestAt: at };
}

const merged = (looks: readonly DepthLook[]) => looks.reduce<DepthLook[]>((known, next) => mergeDepth(known, next), []);

/** What is wrong after daily looks that saw so many versions, a day apart from each other. */
function afterDays(versions: readonly number[], policy = {}, plannedDay = -400) {
  const looks = merged(versions.map((count, day) => look(day, count)));
  return depthFault(looks, policy, START + plannedDay * DAY, START + versions.length * DAY);
}

describe("less than the plan asks for", () => {
  test.each([
    [30, 30, null],
    [29, 30, "holds 29 versions; the plan asks for 30"],
    [1, 30, "holds 1 version; the plan asks for 30"],
  ])("%d versions of %d: %s", (versions, wanted, text) => {
    const fault = afterDays([versions], { versions: wanted });
    expect(fault?.text ?? null).toBe(text);
    expect(fault?.kind ?? "below_policy").toBe("below_policy");
    expect(fault?.severity ?? "warning").toBe("warning");
  });

  test.each([
    [30, 30, null],
    [29.9, 30, "reaches back 29 d 21 h; the plan asks for 30 d"],
  ])("a reach of %d days of %d: %s", (days, wanted, text) => {
    const fault = depthFault([look(0, 10, days)], { reachSeconds: wanted * 86_400 }, START - 90 * DAY, START);
    expect(fault?.text ?? null).toBe(text);
  });

  test("is critical when there is no version at all", () => {
    expect(afterDays([0], { versions: 3 })).toMatchObject({ kind: "below_policy", severity: "critical" });
    expect(afterDays([0], { reachSeconds: 86_400 })).toMatchObject({ kind: "below_policy", severity: "critical" });
  });

  test("without a policy a copy that never had a version lacks nothing", () => {
    expect(afterDays([0, 0])).toBeNull();
  });

  test("nothing is wrong with a copy that nobody looked at", () => {
    expect(depthFault([], { versions: 3 }, START, START)).toBeNull();
  });
});

describe("a young copy", () => {
  test.each([
    [31, null],
    [32, null],
    [33, "below_policy"],
  ])("with a version a day short of 30 is %d days after the plan: %s", (days, kind) => {
    const fault = depthFault([look(0, 29)], { versions: 30 }, START - days * DAY, START);
    expect(fault?.kind ?? null).toBe(kind);
  });

  test("grows to what the plan asks for without an alarm on any day", () => {
    let looks: DepthLook[] = [];
    for (let day = 0; day < 60; day += 1) {
      looks = mergeDepth(looks, look(day, Math.min(30, day + 1)));
      const policy = { versions: 30, reachSeconds: 29 * 86_400 };
      expect(depthFault(looks, policy, START, START + day * DAY)).toBeNull();
    }
  });

  test("of a weekly job grows as quietly", () => {
    let looks: DepthLook[] = [];
    for (let week = 0; week < 20; week += 1) {
      looks = mergeDepth(looks, look(week * 7 + 5, Math.min(8, week + 1), Math.min(7, week) * 7));
      const policy = { versions: 8, reachSeconds: 49 * 86_400 };
      expect(depthFault(looks, policy, START, START + (week * 7 + 5) * DAY)).toBeNull();
    }
  });

  test("is not made older by a look that its host dates ahead", () => {
    expect(depthFault([look(300, 5)], { versions: 30 }, START, START + 5 * DAY)).toBeNull();
  });
});

describe("a fall", () => {
  test.each([
    ["half gone", [30, 15], "fell"],
    ["fewer than half gone", [30, 17], null],
    ["some added and some pruned each day", [30, 31, 29, 30, 31, 29], null],
    ["from three to one", [3, 1], "fell"],
    ["from two to one", [2, 1], null],
    ["in two steps", [100, 40, 15], "fell"],
    ["and back again", [30, 10, 30], null],
    ["and back to three quarters", [30, 10, 23], null],
    ["and back to less", [30, 10, 22], "fell"],
    ["and back once, then again to the same few: a way of pruning", [30, 10, 30, 10], null],
    ["and back once, then to fewer", [30, 10, 30, 9], "fell"],
    ["again before it was back hides nothing", [100, 10, 20, 10], "fell"],
  ])("%s: %j is %s", (_, versions, kind) => {
    expect(afterDays(versions)?.kind ?? null).toBe(kind);
  });

  test("tells what there was and what there is", () => {
    expect(afterDays([30, 10])).toEqual({
      kind: "fell",
      severity: "warning",
      text: "holds 10 versions, reaching back 9 d; at 2026-10-01 04:00 UTC there were 30, reaching back 29 d",
    });
  });

  test("is told as long as looks of a week have not seen the new depth to be steady", () => {
    const days = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    const faults = days.map((day) => afterDays([30, 30, ...Array<number>(day + 1).fill(10)])?.kind ?? null);
    expect(faults).toEqual(["fell", "fell", "fell", "fell", "fell", "fell", "fell", null, null]);
  });

  test("a week later is not steady when only the look at the fall saw it", () => {
    const looks = [look(0, 30), look(1, 10), look(20, 10), look(21, 10)];
    expect(depthFault(looks, {}, START, START + 21 * DAY)?.kind).toBe("fell");
    expect(depthFault([...looks, look(22, 10)], {}, START, START + 22 * DAY)).toBeNull();
  });

  test("below the policy is told as that, and does not become usual", () => {
    expect(afterDays([30, ...Array<number>(14).fill(10)], { versions: 30 })?.kind).toBe("below_policy");
  });
});

describe("a fall of the reach", () => {
  test.each([
    ["with many versions", look(1, 20, 100), "fell"],
    ["with one version: a yearly one was pruned", look(1, 29, 100), null],
    ["with two versions, as many as pruning takes", look(1, 28, 100), null],
    ["with one more than pruning takes", look(1, 27, 100), "fell"],
    ["by less than half", look(1, 20, 190), null],
    ["to next to nothing, though new versions make up the number", look(1, 30, 2), "fell"],
  ])("%s", (_, next, kind) => {
    expect(depthFault([look(0, 30, 365), next], {}, START - 400 * DAY, START + DAY)?.kind ?? null).toBe(kind);
  });
});

describe("a fall to nothing", () => {
  test("is critical and names what there was", () => {
    expect(afterDays([30, 0])).toEqual({
      kind: "fell",
      severity: "critical",
      text: "holds no version any more; at 2026-10-01 04:00 UTC there were 30",
    });
    expect(afterDays([1, 0])?.severity).toBe("critical");
  });

  test("stays critical for as long as it lasts, whatever the plan says", () => {
    expect(afterDays([30, ...Array<number>(100).fill(0)], { versions: 5 })).toMatchObject({
      kind: "fell",
      severity: "critical",
    });
  });

  test("ends with the first versions as a fall that is not made good", () => {
    expect(afterDays([30, 0, 1])).toMatchObject({ kind: "fell", severity: "warning" });
    expect(afterDays([30, 0, 30])).toBeNull();
  });
});

describe("regular pruning is no fall in four years of daily looks,", () => {
  /** Of days with a version the ones to keep: the newest of so many days, weeks, months and years. */
  function kept(days: readonly number[], last: number, weeks: number, months: number, years: number): number[] {
    const newestOf = (length: number, count: number) =>
      [...new Map(days.map((day) => [Math.floor(day / length), day])).values()].slice(-count);
    const periods = [newestOf(1, last), ...[weeks > 0 ? newestOf(7, weeks) : []]];
    const longer = [months > 0 ? newestOf(30, months) : [], years > 0 ? newestOf(365, years) : []];
    return [...new Set([...periods, ...longer].flat())].sort((a, b) => a - b);
  }

  test.each([
    ["the last 30", 30, 0, 0, 0, 1],
    ["the last 3", 3, 0, 0, 0, 1],
    ["daily, weekly and monthly", 7, 4, 12, 0, 1],
    ["daily to yearly", 7, 4, 12, 2, 1],
    ["daily and yearly", 14, 0, 0, 1, 1],
    ["the last 30, pruned each week", 30, 0, 0, 0, 7],
    ["daily to monthly, pruned each month", 30, 8, 6, 0, 30],
  ])("keeping %s", (_, last, weeks, months, years, everyDays) => {
    let [days, looks]: [number[], DepthLook[]] = [[], []];
    const faults: string[] = [];
    for (let day = 0; day < 4 * 365; day += 1) {
      days.push(day);
      if (day % everyDays === 0) days = kept(days, last, weeks, months, years);
      looks = mergeDepth(looks, look(day, days.length, day - (days[0] ?? day)));
      const fault = depthFault(looks, {}, START, START + day * DAY);
      if (fault !== null) faults.push(`${day}: ${fault.text}`);
    }
    expect(faults).toEqual([]);
  });
});

test("the order of looks does not matter for the fault", () => {
  const looks = [30, 31, 12, 13, 14].map((versions, day) => look(day, versions));
  const fault = depthFault(looks, {}, START, START + 5 * DAY);
  expect(fault).not.toBeNull();
  fc.assert(
    fc.property(fc.shuffledSubarray(looks, { minLength: looks.length }), (shuffled) => {
      expect(depthFault(shuffled, {}, START, START + 5 * DAY)).toEqual(fault);
    }),
  );
});

describe("looks are kept", () => {
  const anyLook: fc.Arbitrary<DepthLook> = fc
    .record({ hours: fc.integer({ min: 0, max: 24 * 24 }), versions: fc.integer({ min: 0, max: 3 }) })
    .map(({ hours, versions }) => look(hours / 24, versions));

  test("the same in whatever order and however often they come", () => {
    const cases = fc
      .array(anyLook, { maxLength: 60 })
      .chain((looks) =>
        fc.tuple(
          fc.constant(looks),
          fc.shuffledSubarray([...looks, ...looks], { minLength: 2 * looks.length, maxLength: 2 * looks.length }),
        ),
      );
    fc.assert(
      fc.property(cases, ([looks, again]) => {
        expect(merged(again)).toEqual(merged(looks));
      }),
    );
  });

  test("the newest of each of the last fifteen days, and the newest that saw a version", () => {
    const hourly = Array.from({ length: 24 * 20 }, (_, hour) => look(hour / 24, hour < 24 ? 7 : 0));
    const kept = merged(hourly);
    expect(kept).toHaveLength(16);
    expect(kept[0]).toEqual(hourly.at(-1));
    expect(kept.at(-1)?.versions).toBe(7);
  });

  test("never more than sixteen", () => {
    fc.assert(
      fc.property(fc.array(anyLook, { maxLength: 80 }), (looks) => {
        expect(merged(looks).length).toBeLessThanOrEqual(16);
      }),
    );
  });
});
