/** The last 90 days of a job: what each day was, in the zone of its schedule. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Act } from "../../worker/judge/acts.ts";
import { DAYS, type Day, daysOf, type History, historyFrom, type PastRun } from "../../worker/judge/days.ts";
import { missedSlots } from "../../worker/judge/missed-slots.ts";
import type { JobSpec } from "../../worker/judge/watch.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-11-23T08:30:00Z");
const at = (text: string) => Date.parse(text);

const nightly: JobSpec = {
  kind: "job",
  host: "nas",
  job: "nightly",
  tool: "zfs-send",
  schedule: { cron: "0 2 * * *", zone: "UTC" },
  graceSeconds: 3600,
  plannedAt: NOW - 200 * DAY,
  datasets: [],
};

/** A run each night at two, without those of some dates. */
function nights(without: readonly string[] = [], failed: readonly string[] = []): PastRun[] {
  return Array.from({ length: DAYS + 1 }, (_, i) => at("2026-11-23T02:00:10Z") - (DAYS - i) * DAY).flatMap(
    (startedAt) => {
      const date = new Date(startedAt).toISOString().slice(0, 10);
      if (without.includes(date)) return [];
      return [{ startedAt, status: failed.includes(date) ? ("failed" as const) : ("succeeded" as const) }];
    },
  );
}

function history(runs: readonly PastRun[], more: Partial<History> = {}): History {
  return { runs, knownAt: historyFrom(NOW), acts: [], blinds: [], ...more };
}

function day(days: readonly Day[], date: string): Day {
  const found = days.find((one) => one.date === date);
  if (found === undefined) throw new Error(`no ${date} among the days`);
  return found;
}

describe("the days of a nightly job", () => {
  test("are ninety, the last of them today", () => {
    const days = daysOf(nightly, history(nights()), NOW);
    expect(days).toHaveLength(DAYS);
    expect(days.at(-1)?.date).toBe("2026-11-23");
    expect(new Set(days.map(({ mark }) => mark))).toEqual(new Set(["succeeded"]));
  });

  test("tell a failure, and a night in which nothing began", () => {
    const days = daysOf(nightly, history(nights(["2026-11-03", "2026-11-04"], ["2026-10-10"])), NOW);
    expect(day(days, "2026-10-10")).toMatchObject({ mark: "failed", counts: { failed: 1, missed: 0 } });
    expect(day(days, "2026-11-03")).toMatchObject({ mark: "missed", counts: { missed: 1 } });
    expect(day(days, "2026-11-04").mark).toBe("missed");
    expect(days.filter(({ mark }) => mark === "missed")).toHaveLength(2);
  });

  test("do not call tonight missed while its grace runs, and do when it is over", () => {
    const runs = nights(["2026-11-23"]);
    expect(day(daysOf(nightly, history(runs), at("2026-11-23T02:59:00Z")), "2026-11-23").mark).toBe("none");
    expect(day(daysOf(nightly, history(runs), at("2026-11-23T03:00:00Z")), "2026-11-23").mark).toBe("missed");
  });

  test("do not know what was before the plan", () => {
    const young = { ...nightly, plannedAt: at("2026-11-20T12:00:00Z") };
    const days = daysOf(young, history(nights().filter(({ startedAt }) => startedAt > young.plannedAt)), NOW);
    expect(days.slice(0, -4).every(({ mark }) => mark === "before")).toBe(true);
    expect(days.slice(-4).map(({ mark }) => mark)).toEqual(["none", "succeeded", "succeeded", "succeeded"]);
  });

  test("that are not known so far back are not called missed", () => {
    const knownAt = at("2026-11-20T00:00:00Z");
    const runs = nights().filter(({ startedAt }) => startedAt >= knownAt);
    const days = daysOf(nightly, history(runs, { knownAt }), NOW);
    expect(days.filter(({ mark }) => mark === "missed")).toEqual([]);
    expect(days.filter(({ mark }) => mark === "before")).toHaveLength(DAYS - 4);
  });

  test("say where a silence, a pause or a blind interval lay", () => {
    const act = (kind: Act["kind"], fromAt: number, untilAt: number | null): Act => {
      return { id: kind, site: "home", kind, scope: "host:nas", fromAt, untilAt, recurs: null };
    };
    const acts = [
      act("silence", at("2026-11-01T22:00:00Z"), at("2026-11-02T04:00:00Z")),
      act("pause", at("2026-11-22T10:00:00Z"), null),
    ];
    const blinds = [{ fromAt: at("2026-10-01T01:00:00Z"), untilAt: at("2026-10-01T05:00:00Z") }];
    const days = daysOf(nightly, history(nights(), { acts, blinds }), NOW);
    expect(days.filter(({ silenced }) => silenced).map(({ date }) => date)).toEqual(["2026-11-01", "2026-11-02"]);
    expect(days.filter(({ paused }) => paused).map(({ date }) => date)).toEqual(["2026-11-22", "2026-11-23"]);
    expect(days.filter(({ blind }) => blind).map(({ date }) => date)).toEqual(["2026-10-01"]);
  });

  test("say on which days a silence that comes back each week held", () => {
    const recurs = { schedule: { cron: "0 1 * * 0", zone: "UTC" }, seconds: 7200 };
    const acts: Act[] = [
      {
        id: "a",
        site: "home",
        kind: "silence",
        scope: "site:home",
        fromAt: at("2026-11-01T00:00:00Z"),
        untilAt: null,
        recurs,
      },
    ];
    const days = daysOf(nightly, history(nights(), { acts }), NOW);
    const sundays = ["2026-11-01", "2026-11-08", "2026-11-15", "2026-11-22"];
    expect(days.filter(({ silenced }) => silenced).map(({ date }) => date)).toEqual(sundays);
  });

  test("begin at midnight of the schedule's zone, also where a day has 25 hours", () => {
    const berlin: JobSpec = { ...nightly, schedule: { cron: "30 0 * * *", zone: "Europe/Berlin" } };
    // Half past midnight of 25 October (summer time) and of the 26th (winter time).
    const runs: PastRun[] = ["2026-10-24T22:30:00Z", "2026-10-25T23:30:00Z"].map((began) => ({
      startedAt: at(began),
      status: "succeeded",
    }));
    const days = daysOf(berlin, history(runs, { knownAt: at("2026-10-24T22:00:00Z") }), at("2026-10-26T12:00:00Z"));
    expect(days.slice(-3).map(({ date, mark }) => [date, mark])).toEqual([
      ["2026-10-24", "before"],
      ["2026-10-25", "succeeded"],
      ["2026-10-26", "succeeded"],
    ]);
  });
});

describe("slots that nobody answered", () => {
  const graceMs = HOUR;

  test.each([
    [{ everySeconds: 3600 }, 5],
    [{ cron: "0 * * * *", zone: "UTC" }, 5],
  ])("of %j are those in a gap", (schedule, missed) => {
    const from = NOW - 2 * DAY;
    const starts = Array.from({ length: 48 }, (_, i) => from + 30 * MINUTE + i * HOUR + 10_000);
    const gapped = starts.filter((_, i) => i < 20 || i >= 20 + missed);
    expect(missedSlots(schedule, graceMs, gapped, from, NOW)).toHaveLength(missed);
    expect(missedSlots(schedule, graceMs, starts, from, NOW)).toEqual([]);
  });

  test("are none in a night in which nothing is scheduled", () => {
    const schedule = { cron: "0 8-18 * * *", zone: "UTC" };
    const from = at("2026-11-20T00:00:00Z");
    const starts = [20, 21, 22].flatMap((date) =>
      Array.from({ length: 11 }, (_, i) => at(`2026-11-${date}T08:00:05Z`) + i * HOUR),
    );
    expect(missedSlots(schedule, graceMs, starts, from, at("2026-11-23T08:30:00Z"))).toEqual([]);
  });

  test("and runs together are as many as the slots, whichever runs are left out", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 89 }), { maxLength: 89 }), (left) => {
        const schedule = { cron: "0 2 * * *", zone: "UTC" };
        const from = at("2026-08-20T00:00:00Z");
        const all = Array.from({ length: 90 }, (_, i) => at("2026-08-20T02:00:30Z") + i * DAY);
        const starts = all.filter((_, i) => !left.includes(i));
        const now = at("2026-08-20T12:00:00Z") + 89 * DAY;
        const expected = left.map((i) => at("2026-08-20T02:00:00Z") + i * DAY).sort((a, b) => a - b);
        expect(missedSlots(schedule, graceMs, starts, from, now)).toEqual(expected);
      }),
    );
  });
});
