/** What holds for every schedule, and how much work the worst of them may make. */
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readCalendar } from "../../protocol/calendar.ts";
import type { Schedule } from "../../protocol/schedule.ts";
import { canonicalZone } from "../../protocol/zone.ts";
import { nextSlot, previousSlot, scheduleFault } from "../../worker/judge/schedule.ts";

const zone = fc.constantFrom(
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Pacific/Apia",
);
const cron = fc.constantFrom("30 2 * * *", "0 1-5 * * *", "*/20 * * * *", "0 3 * * 1", "15 1,2 1 * *", "0 0 29 2 *");
const onCalendar = fc.constantFrom(
  "02:30",
  "*:0/20",
  "Mon..Fri 02:00",
  "*-*~1 03:00",
  "weekly",
  "*:*:0/7",
  "Sun 1..3:15",
);
const by = fc.constantFrom(undefined, "task_scheduler" as const);
const schedule: fc.Arbitrary<Schedule> = fc.oneof(fc.record({ cron, zone, by }), fc.record({ onCalendar, zone }));
const instant = fc.oneof(
  fc.integer({ min: Date.parse("2011-01-01"), max: Date.parse("2030-01-01") }),
  fc.integer({ min: Date.parse("2026-03-28T22:00Z"), max: Date.parse("2026-03-29T04:00Z") }),
  fc.integer({ min: Date.parse("2026-10-24T22:00Z"), max: Date.parse("2026-10-25T04:00Z") }),
);
const later = (of: Schedule, at: number) => nextSlot(of, at, false) ?? Number.POSITIVE_INFINITY;

describe("slots", () => {
  test("come strictly after, and the one before is at or before: there is none between", () => {
    fc.assert(
      fc.property(schedule, instant, (of, at) => {
        const next = later(of, at);
        expect(next).toBeGreaterThan(at);
        const previous = previousSlot(of, at);
        if (previous === null) return;
        expect(previous).toBeLessThanOrEqual(at);
        expect(later(of, previous)).toBe(next);
        expect(later(of, previous - 1)).toBe(previous);
      }),
      { numRuns: 300 },
    );
  });

  test("never go back as time goes on", () => {
    fc.assert(
      fc.property(schedule, instant, fc.nat(7_200_000), (of, at, more) => {
        expect(later(of, at + more)).toBeGreaterThanOrEqual(later(of, at));
      }),
      { numRuns: 500 },
    );
  });

  test("of any text make no fault throw, and a text that is refused has none", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), instant, (text, where, at) => {
        for (const of of [
          { cron: text, zone: where },
          { onCalendar: text, zone: "UTC" },
        ]) {
          if (scheduleFault(of) !== null) expect(nextSlot(of, at, true)).toBeNull();
          previousSlot(of, at);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("zones", () => {
  test.each([
    ["US/Eastern", "America/New_York"],
    ["europe/berlin", "Europe/Berlin"],
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["Asia/Kolkata", "Asia/Kolkata"],
    ["Europe/Kiev", "Europe/Kyiv"],
    ["Europe/Kyiv", "Europe/Kyiv"],
    ["EST5EDT", "America/New_York"],
    ["utc", "UTC"],
    ["Etc/UTC", "UTC"],
    ["Europe/Nowhere", null],
    ["+01:00", null],
    ["Factory", null],
    ["", null],
  ])("%s is %s", (name, expected) => {
    expect(canonicalZone(name)).toBe(expected);
  });

  test("have one name: taking it again changes nothing", () => {
    for (const name of Intl.supportedValuesOf("timeZone")) {
      const once = canonicalZone(name);
      expect(canonicalZone(once ?? "")).toBe(once);
    }
  });

  test.each([
    ["Europe/Berln", 'there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"?'],
    ["Asia/Kolkatta", 'there is no time zone "Asia/Kolkatta"; did you mean "Asia/Kolkata"?'],
    ["Q", 'there is no time zone "Q"; write its IANA name, as in "Europe/Berlin"'],
  ])("unknown as %s are refused with the nearest name", (name, sentence) => {
    expect(scheduleFault({ cron: "0 3 * * *", zone: name })).toBe(sentence);
  });
});

describe("the work that an absurd calendar event makes is bounded:", () => {
  afterEach(() => vi.restoreAllMocks());

  test.each([
    ["a day that never comes", "*-02-30", 30, 1_000],
    ["every second", "*-*-* *:*:*", 60, 40],
    ["nothing but skipped times", "Sun *-03~7/1 02:30", 400, 500],
    ["a weekday that its only day never is", "Mon 2026-11-24", 30, 20],
  ])("%s", (_what, text, clockReads, daysLooked) => {
    expect(readCalendar(text).ok).toBe(true);
    const clock = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
    const days = vi.spyOn(Date, "UTC");
    nextSlot({ onCalendar: text, zone: "Europe/Berlin" }, Date.parse("2026-10-25T01:10:00Z"), false);
    expect(clock.mock.calls.length).toBeLessThanOrEqual(clockReads);
    expect(days.mock.calls.length - clock.mock.calls.length).toBeLessThanOrEqual(daysLooked);
  });
});
