/** What a plan may ask of a job beside its slots, and what the oracle makes of it: one history kept, one broken. */
import { describe, expect, test } from "vitest";
import type { Job } from "../../protocol/plan.ts";
import type { History } from "./history.ts";
import { slotsOf } from "./oracle/slots.ts";
import { DAY, MINUTE } from "./oracle/tolerances.ts";
import { found, type LoneRun, lone, on, saying } from "./well.ts";

const nightly: Job = {
  name: "scan",
  kind: "command",
  schedule: { cron: "0 2 * * *", zone: "UTC" },
  graceSeconds: 3600,
};
const KEY = "job:nas/scan";

/** Runs of each night, but of those that are told otherwise. */
function nights(change: Readonly<Record<number, Partial<LoneRun> | null>> = {}): LoneRun[] {
  return [0, 1, 2, 3, 4, 5].flatMap((day) => {
    const changed = change[day];
    return changed === null ? [] : [{ at: on(day, 2), minutes: 10, ...changed }];
  });
}

describe("a run counts for a slot", () => {
  test("when it begins up to five minutes before it, and not earlier", () => {
    expect(found(lone(nightly, nights({ 2: { at: on(2, 1, 55) } })))).toEqual([]);
    expect(found(lone(nightly, nights({ 2: { at: on(2, 1, 54) } })))).toEqual([`missed ${KEY}`]);
  });

  test("that its host's clock showed, though that was an hour ahead; one that lags takes none away", () => {
    const off = (minutes: number, at: number): History => {
      const history = lone(nightly, nights({ 2: { at } }));
      const clock = [on(2), on(2, 12)].map((since, index) => {
        const of = { kind: "clock" as const, site: "home", host: "nas", at: since };
        return { ...of, offsetMs: index === 0 ? minutes * MINUTE : 0 };
      });
      return { ...history, happenings: [...history.happenings, ...clock].sort((a, b) => a.at - b.at) };
    };
    expect(found(off(60, on(2, 1)))).toEqual([]);
    expect(found(off(-60, on(2, 2)))).toEqual([]);
    expect(found(off(30, on(2, 1)))).toEqual([`missed ${KEY}`]);
  });

  test("when it ends within the grace or before the clocks had to notice, and not later", () => {
    expect(found(lone(nightly, nights({ 2: { minutes: 62 } })))).toEqual([]);
    expect(found(lone(nightly, nights({ 2: { minutes: 63 } })))).toEqual([`missed ${KEY}`]);
  });
});

test("the slots of a day's job are one a night, also when summer time begins and ends", () => {
  for (const day of ["2026-03-29", "2026-10-25"]) {
    const midnight = Date.parse(`${day}T00:00:00+01:00`);
    const slots = slotsOf({ cron: "30 2 * * *", zone: "Europe/Berlin" }, midnight - DAY, midnight + 2 * DAY) ?? [];
    expect(slots).toHaveLength(3);
    expect(slots.toSorted((a, b) => a - b)).toEqual(slots);
  }
});

describe("an interval", () => {
  const often: Job = { ...nightly, schedule: { everySeconds: 6 * 3600 } };
  const runs = Array.from({ length: 23 }, (_, n) => ({ at: on(0, 6 * (n + 1)), minutes: 10 }));

  test("is kept by runs that follow each other in time", () => {
    expect(found(lone(often, runs))).toEqual([]);
  });

  test("is missed an interval and grace after the last good start", () => {
    const gap = runs.filter((_, n) => n !== 10);
    const told = { root: KEY, openedAt: on(2, 19), closedAt: on(3, 0, 10) };
    expect(found(lone(often, gap))).toEqual([`missed ${KEY}`]);
    expect(found(saying(lone(often, gap), told))).toEqual([]);
    expect(found(saying(lone(often, gap), { ...told, openedAt: on(2, 18) }))).toEqual([`false_alarm ${KEY}`]);
  });
});

describe("a job that has to begin in time", () => {
  const prompt: Job = { ...nightly, startWithinSeconds: 900 };

  test("may be told when no run had begun by then, and has to", () => {
    const late = lone(prompt, nights({ 2: { at: on(2, 2, 30) } }));
    const told = { root: KEY, openedAt: on(2, 2, 15), closedAt: on(2, 2, 30) };
    expect(found(late)).toEqual([`missed ${KEY}`]);
    expect(found(saying(late, told))).toEqual([]);
    expect(found(saying(lone(prompt, nights()), told))).toEqual([`false_alarm ${KEY}`]);
  });
});

describe("a run that never ends", () => {
  const bounded: Job = { ...nightly, maxRuntimeSeconds: 1800 };
  const told = { root: KEY, openedAt: on(2, 2, 35), closedAt: on(3, 2, 10) };

  test("may be told once it had its time and five minutes to report", () => {
    const cut = lone(bounded, nights({ 2: { minutes: undefined } }));
    expect(found(saying(cut, told))).toEqual([]);
    expect(found(saying(cut, { ...told, openedAt: on(2, 2, 34), noticedAt: on(2, 2, 34) }))).toEqual([
      `false_alarm ${KEY}`,
    ]);
  });
});

describe("failures that the plan tolerates", () => {
  const patient: Job = { ...nightly, alertAfter: { failures: 2 } };
  const once = lone(patient, nights({ 2: { status: "failed" } }));
  const twice = lone(patient, nights({ 2: { status: "failed" }, 3: { status: "failed" } }));
  const told = { root: KEY, openedAt: on(3, 2, 10), closedAt: on(4, 2, 10) };

  test("are not told", () => {
    expect(found(once)).toEqual([]);
    expect(found(saying(once, { ...told, openedAt: on(2, 2, 10), closedAt: on(3, 2, 10) }))).toEqual([
      `false_alarm ${KEY}`,
    ]);
  });

  test("are no repeat of what they ended: a run without an end that turned out to have failed", () => {
    const slow: Job = { ...patient, graceSeconds: 4 * 3600, maxRuntimeSeconds: 1800 };
    const runs = nights({ 2: { minutes: 60, status: "failed" }, 3: { status: "failed" } });
    const endless = { root: KEY, openedAt: on(2, 2, 35), closedAt: on(2, 3) };
    const again = { root: KEY, openedAt: on(3, 2, 10), closedAt: on(4, 2, 10) };
    expect(found(saying(lone(slow, runs), endless, again))).toEqual([]);
  });

  test("are told when they are one more", () => {
    expect(found(saying(twice, told))).toEqual([]);
    expect(found(twice)).toEqual([`missed ${KEY}`]);
  });
});

test("a success sooner than it can have done its work is a failure", () => {
  const slow: Job = { ...nightly, minRuntimeSeconds: 300 };
  const fast = lone(slow, nights({ 2: { minutes: 4 } }));
  expect(found(fast)).toEqual([`missed ${KEY}`, `missed ${KEY}`]);
  expect(found(saying(fast, { root: KEY, openedAt: on(2, 2, 4), closedAt: on(3, 2, 10) }))).toEqual([]);
});
