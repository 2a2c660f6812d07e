import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ClockName,
  type Clocks,
  clockNews,
  nextAlarmAt,
  standStill,
  sweepIsOverdue,
} from "../../worker/judge/clocks.ts";
import { afterCall, type Watchdog, watchdogIsDue } from "../../worker/judge/watchdog.ts";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-23T12:00:00Z");
const ago = (minutes: number) => NOW - minutes * MINUTE;
const BOTH: readonly ClockName[] = ["cron", "object"];

interface Given {
  readonly cron: number | null;
  readonly object: number | null;
  readonly since?: number;
  readonly cronSilent?: number;
  readonly objectSilent?: number;
}

/** All in minutes before NOW. */
function clocks({ cron, object, since = 1_000, cronSilent, objectSilent }: Given): Clocks {
  const at = (minutes: number | null | undefined) => (minutes === null || minutes === undefined ? null : ago(minutes));
  return {
    cron: { firedAt: at(cron), silentAt: at(cronSilent) },
    object: { firedAt: at(object), silentAt: at(objectSilent) },
    sinceAt: ago(since),
  };
}

const titles = (given: Given, names = BOTH) => clockNews(clocks(given), names, NOW).map(({ alert }) => alert.title);

describe("a clock", () => {
  it.each<[string, Given, string[]]>([
    ["that fired 14 minutes ago is not missed", { cron: 14, object: 0 }, []],
    [
      "that did not for 15 is, while the other runs",
      { cron: 15, object: 0 },
      ["Tierwatch: its cron trigger has not fired for 15 min"],
    ],
    [
      "is the alarm of the object as well",
      { cron: 0, object: 40 },
      ["Tierwatch: its Clock object has not fired for 40 min"],
    ],
    ["that is missed already is not told of again", { cron: 60, object: 0, cronSilent: 60 }, []],
    ["that is back is told of", { cron: 0, object: 0, cronSilent: 60 }, ["Tierwatch: its cron trigger fires again"]],
    ["that fired just before the silence that was told of is not back", { cron: 60, object: 0, cronSilent: 60 }, []],
    [
      "and the other, both silent while heartbeats start sweeps, are one notice",
      { cron: 20, object: 30 },
      ["Tierwatch: its cron trigger and Clock object have not fired for 30 min"],
    ],
    ["waits for the other, that may have stopped a moment later", { cron: 16, object: 14 }, []],
    [
      "and the other, both back, are one notice",
      { cron: 0, object: 0, cronSilent: 60, objectSilent: 50 },
      ["Tierwatch: its cron trigger and Clock object fire again"],
    ],
    ["is not judged by a time without sweeps", { cron: 600, object: 0, since: 14 }, []],
    [
      "is judged by what came after it",
      { cron: 600, object: 0, since: 15 },
      ["Tierwatch: its cron trigger has not fired for 15 min"],
    ],
    ["that never fired has a quarter of an hour from the first sweep", { cron: null, object: 0, since: 14 }, []],
    [
      "that never fired is missed after it",
      { cron: null, object: 0, since: 16 },
      ["Tierwatch: its cron trigger has not fired for 16 min"],
    ],
  ])("%s", (_what, given, expected) => {
    expect(titles(given)).toEqual(expected);
  });

  it("that is not set up is not missed", () => {
    expect(titles({ cron: 0, object: null }, ["cron"])).toEqual([]);
  });

  it("that is missed is told of with since when, where to look, and what still starts sweeps", () => {
    const [alone] = clockNews(clocks({ cron: 20, object: 0 }), BOTH, NOW);
    expect(alone?.alert.lines).toEqual([
      "The cron trigger has not fired since 2026-11-23 11:40 UTC. Look at the worker's cron triggers at Cloudflare: `crons` in wrangler.toml, and whether the last deployment kept them.",
      "The Clock object still starts sweeps, so deadlines are looked at; should it stop too, nobody looks.",
    ]);
    expect(alone?.silentAt).toEqual({ cron: ago(20) });
    const [both] = clockNews(clocks({ cron: 20, object: null, since: 30 }), BOTH, NOW);
    expect(both?.alert.lines.slice(1)).toEqual([
      expect.stringContaining("The Clock object has never fired."),
      "Only heartbeats and visits to the page start sweeps now: when the site goes dark, nobody looks any more.",
    ]);
    expect(both?.silentAt).toEqual({ cron: ago(20), object: ago(30) });
  });

  it("has a title under 80 characters", () => {
    for (const title of titles({ cron: 60 * 24 * 30 + 61, object: 60 * 24 * 30, since: 60 * 24 * 40 })) {
      expect(title.length).toBeLessThan(80);
    }
  });
});

it("whatever starts sweeps, each clock is told of as silent, then back, then silent", () => {
  const step = fc.record({
    by: fc.constantFrom("cron", "object", "request"),
    later: fc.integer({ min: 10, max: 290 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let state = clocks({ cron: null, object: null, since: 0 });
      let now = NOW;
      const told: Record<ClockName, string[]> = { cron: [], object: [] };
      for (const { by, later } of steps) {
        now += later * 1_000;
        if (by !== "request") state = { ...state, [by]: { ...state[by], firedAt: now } };
        for (const { silentAt } of clockNews(state, BOTH, now)) {
          for (const name of BOTH) {
            const at = silentAt[name];
            if (at === undefined) continue;
            told[name].push(at === null ? "back" : "silent");
            state = { ...state, [name]: { ...state[name], silentAt: at } };
          }
        }
      }
      for (const name of BOTH) expect(told[name].join(" ")).toMatch(/^(?:silent back ?)*(?:silent)?$/);
    }),
  );
});

describe("sweeps", () => {
  it("stand still when no clock came since they began to follow one another", () => {
    expect(standStill(clocks({ cron: 20, object: null, since: 10 }))).toBe(true);
    expect(standStill(clocks({ cron: 10, object: null, since: 10 }))).toBe(false);
  });

  it("are overdue after 90 s, and when there never was one", () => {
    expect(sweepIsOverdue(NOW - 90_000, NOW)).toBe(false);
    expect(sweepIsOverdue(NOW - 90_001, NOW)).toBe(true);
    expect(sweepIsOverdue(null, NOW)).toBe(true);
  });

  it.each<[string, number | null, number]>([
    ["nothing is due", null, 60],
    ["something is due in 20 s", 20, 20],
    ["something is due in an hour", 3600, 60],
    ["something was due an hour ago", -3600, 1],
    ["something is due at once", 0, 1],
  ])("of the object come when %s", (_, inSeconds, expected) => {
    const dueAt = inSeconds === null ? null : NOW + inSeconds * 1000;
    expect((nextAlarmAt(dueAt, NOW, NOW + 60_000, true) - NOW) / 1000).toBe(expected);
  });

  it("of the object come again in 5 s when something due could not be looked at", () => {
    expect(nextAlarmAt(NOW - 1, NOW, NOW + 60_000, false)).toBe(NOW + 5_000);
    expect(nextAlarmAt(null, NOW, NOW + 60_000, false)).toBe(NOW + 60_000);
  });
});

describe("the watchdog", () => {
  const WELL: Watchdog = { calledAt: ago(1), failingAt: null, error: null, toldAt: null };

  /** The titles told when calls end so, one each minute. */
  function told(ends: readonly (string | null)[]): string[] {
    let state = WELL;
    return ends.flatMap((error, minute) => {
      const called = afterCall(state, error, NOW + minute * MINUTE);
      if (called === null) return [];
      state = called.after;
      return called.alert === null ? [] : [called.alert.title];
    });
  }
  const times = (count: number, error: string | null) => Array<string | null>(count).fill(error);

  it("is called at most once a minute, and again after a clock that ran ahead", () => {
    expect(watchdogIsDue({ ...WELL, calledAt: null }, NOW)).toBe(true);
    expect(watchdogIsDue({ ...WELL, calledAt: NOW - 59_999 }, NOW)).toBe(false);
    expect(watchdogIsDue({ ...WELL, calledAt: NOW - 60_000 }, NOW)).toBe(true);
    expect(watchdogIsDue({ ...WELL, calledAt: NOW + 1 }, NOW)).toBe(true);
  });

  it("that fails for a quarter of an hour is told of once, and once when it is back", () => {
    expect(told(times(15, "answered 503"))).toEqual([]);
    expect(told([...times(40, "answered 503"), null, null])).toEqual([
      "Tierwatch: its watchdog could not be called for 15 min",
      "Tierwatch: its watchdog can be called again",
    ]);
    expect(told([...times(10, "answered 503"), null, ...times(10, "was not reached"), null])).toEqual([]);
  });

  it("costs no write while nothing changes", () => {
    expect(afterCall(WELL, null, NOW)).toBeNull();
    const failing = { ...WELL, failingAt: ago(3), error: "answered 503" };
    expect(afterCall(failing, "answered 503", NOW)).toBeNull();
    expect(afterCall(failing, "was not reached", NOW)?.after).toMatchObject({
      failingAt: ago(3),
      error: "was not reached",
    });
  });
});
