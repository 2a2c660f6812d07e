/** Slots of a schedule, with times written out: summer time, early runs, and days that never come. */
import { describe, expect, test } from "vitest";
import { nextSlot, scheduleFault } from "../../worker/judge/schedule.ts";

const berlin = (cron: string) => ({ cron, zone: "Europe/Berlin" });
const utc = (cron: string) => ({ cron, zone: "UTC" });

function slot(schedule: Parameters<typeof nextSlot>[0], after: string, ran: boolean): string | null {
  const at = nextSlot(schedule, Date.parse(after), ran);
  return at === null ? null : new Date(at).toISOString();
}

describe("the next slot", () => {
  test.each([
    ["an interval counts from the last run", { everySeconds: 3600 }, "2026-11-23T02:00:00Z", true, "2026-11-23T03:00Z"],
    ["a first run is due at the first slot", utc("0 3 * * *"), "2026-11-23T02:00:00Z", false, "2026-11-23T03:00Z"],
    ["a slot that is now is past", utc("0 3 * * *"), "2026-11-23T03:00:00Z", false, "2026-11-24T03:00Z"],
    ["a run at its slot waits for tomorrow's", utc("0 3 * * *"), "2026-11-23T03:00:00Z", true, "2026-11-24T03:00Z"],
    ["a run after its slot waits for tomorrow's", utc("0 3 * * *"), "2026-11-23T09:00:00Z", true, "2026-11-24T03:00Z"],
    ["a run 5 min early counts for its slot", utc("0 3 * * *"), "2026-11-23T02:55:00Z", true, "2026-11-24T03:00Z"],
    ["a run earlier than that does not", utc("0 3 * * *"), "2026-11-23T02:54:59.999Z", true, "2026-11-23T03:00Z"],
    ["early is at most a quarter period", utc("*/10 * * * *"), "2026-11-23T02:57:30Z", true, "2026-11-23T03:10Z"],
    ["more than a quarter is not early", utc("*/10 * * * *"), "2026-11-23T02:57:29Z", true, "2026-11-23T03:00Z"],
    ["a star with a step of 1 is no weekday", utc("0 2 1 * */1"), "2026-11-23T02:00:00Z", false, "2026-12-01T02:00Z"],
    ["nothing is early for a first run", utc("0 3 * * *"), "2026-11-23T02:59:00Z", false, "2026-11-23T03:00Z"],
  ])("%s", (_what, schedule, after, ran, expected) => {
    expect(slot(schedule, after, ran)).toBe(new Date(expected).toISOString());
  });
});

describe("summer time in Berlin", () => {
  test.each([
    [
      "02:30 does not exist on 29 March: it runs as the clocks jump",
      "30 2 * * *",
      "2026-03-28T12:00Z",
      "2026-03-29T01:00Z",
    ],
    ["the day after it is 02:30 again", "30 2 * * *", "2026-03-29T01:00Z", "2026-03-30T00:30Z"],
    ["02:30 exists twice on 25 October: it runs at the first", "30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T00:30Z"],
    ["and not again at the second", "30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    ["a daily job at noon is 23 h after the last in spring", "0 12 * * *", "2026-03-28T11:00Z", "2026-03-29T10:00Z"],
    ["and 25 h in autumn", "0 12 * * *", "2026-10-24T10:00Z", "2026-10-25T11:00Z"],
    ["an hourly job runs in both hours named two", "0 * * * *", "2026-10-25T00:00Z", "2026-10-25T01:00Z"],
  ])("%s", (_what, cron, after, expected) => {
    expect(slot(berlin(cron), after, true)).toBe(new Date(expected).toISOString());
  });
});

describe("a schedule that never comes round", () => {
  test("has no next slot, run or not", () => {
    expect(slot(utc("0 0 30 2 *"), "2026-11-23T02:00:00Z", true)).toBeNull();
    expect(slot(utc("0 0 30 2 *"), "2026-11-23T02:00:00Z", false)).toBeNull();
  });

  test("is a fault of the plan; a leap day is none", () => {
    expect(scheduleFault(utc("0 0 30 2 *"))).toBe('"0 0 30 2 *" names a day that never comes');
    expect(scheduleFault(utc("0 0 29 2 *"))).toBeNull();
  });
});

test.each([
  [utc("61 * * * *"), '"61 * * * *" is not a five-field cron expression'],
  [utc("0 0 0 * * *"), '"0 0 0 * * *" is not a five-field cron expression'],
  [{ cron: "0 3 * * *", zone: "Europe/Nowhere" }, 'there is no time zone "Europe/Nowhere"'],
])("what cannot be read is said by name: %o", (schedule, fault) => {
  expect(scheduleFault(schedule)).toContain(fault);
});
