/** Slots where the clocks of a zone jump, with times written out, each scheduler in its own way. */
import { describe, expect, test } from "vitest";
import type { Schedule } from "../../protocol/schedule.ts";
import { nextSlot, previousSlot } from "../../worker/judge/schedule.ts";

/** The slots in order after an instant. */
function slots(schedule: Schedule, after: string, count: number): string[] {
  const found: string[] = [];
  let at: number | null = Date.parse(after);
  while (found.length < count) {
    at = nextSlot(schedule, at, false);
    if (at === null) break;
    found.push(new Date(at).toISOString().replace(":00.000Z", "Z"));
  }
  return found;
}

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";
const LORD_HOWE = "Australia/Lord_Howe";

describe("Debian's cron", () => {
  test.each([
    [
      "runs what the jump skipped right after it",
      "30 2 * * *",
      BERLIN,
      "2026-03-28T22:00Z",
      ["2026-03-29T01:00Z", "2026-03-30T00:30Z"],
    ],
    [
      "runs the skipped one of two hours too",
      "30 1,2 * * *",
      BERLIN,
      "2026-03-28T22:00Z",
      ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T23:30Z"],
    ],
    [
      "runs once in the repeated hour",
      "30 2 * * *",
      BERLIN,
      "2026-10-24T22:00Z",
      ["2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    ],
    [
      "runs a fixed time of several hours once too",
      "0 1-5 * * *",
      "Europe/Riga",
      "2021-10-30T22:00Z",
      ["2021-10-30T23:00Z", "2021-10-31T00:00Z", "2021-10-31T02:00Z", "2021-10-31T03:00Z"],
    ],
    [
      "lets wildcard jobs follow real time in spring",
      "*/30 * * * *",
      BERLIN,
      "2026-03-29T00:00Z",
      ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"],
    ],
    [
      "and in autumn",
      "*/30 * * * *",
      BERLIN,
      "2026-10-25T00:00Z",
      ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"],
    ],
    [
      "does so in New York in spring",
      "30 2 * * *",
      NEW_YORK,
      "2026-03-08T00:00Z",
      ["2026-03-08T07:00Z", "2026-03-09T06:30Z"],
    ],
    ["and in autumn there", "30 1 * * *", NEW_YORK, "2026-11-01T00:00Z", ["2026-11-01T05:30Z", "2026-11-02T06:30Z"]],
    [
      "knows the jump of 30 minutes in spring",
      "15 2 * * *",
      LORD_HOWE,
      "2026-10-03T12:00Z",
      ["2026-10-03T15:30Z", "2026-10-04T15:15Z"],
    ],
    ["and in autumn", "45 1 * * *", LORD_HOWE, "2026-04-04T12:00Z", ["2026-04-04T14:45Z", "2026-04-05T15:15Z"]],
    [
      "has no jumps in Kolkata",
      "30 2 * * *",
      "Asia/Kolkata",
      "2026-03-28T12:00Z",
      ["2026-03-28T21:00Z", "2026-03-29T21:00Z"],
    ],
  ])("%s", (_what, cron, zone, after, expected) => {
    expect(slots({ cron, zone }, after, expected.length)).toEqual(expected);
  });
});

describe("systemd", () => {
  test.each([
    ["leaves out a skipped time", "02:30", BERLIN, "2026-03-28T00:00Z", ["2026-03-28T01:30Z", "2026-03-30T00:30Z"]],
    ["counts a repeated time once", "02:30", BERLIN, "2026-10-24T22:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]],
    ["and so for wildcards", "*:0/30", BERLIN, "2026-10-25T00:00Z", ["2026-10-25T00:30Z", "2026-10-25T02:00Z"]],
    ["also when asked within the second of the hours", "*:0/30", BERLIN, "2026-10-25T01:10Z", ["2026-10-25T02:00Z"]],
    [
      "knows the jump of 30 minutes",
      "*:0/20",
      LORD_HOWE,
      "2026-10-03T15:00Z",
      ["2026-10-03T15:10Z", "2026-10-03T15:40Z"],
    ],
    [
      "puts the zone of the expression before the plan's",
      "02:30 UTC",
      BERLIN,
      "2026-03-28T22:00Z",
      ["2026-03-29T02:30Z"],
    ],
    [
      "counts from the end of the month",
      "Mon *-05~07/1",
      "UTC",
      "2026-01-01T00:00Z",
      ["2026-05-25T00:00Z", "2027-05-31T00:00Z"],
    ],
    ["waits for 29 February past 2100", "*-02-29", "UTC", "2096-03-01T00:00Z", ["2104-02-29T00:00Z"]],
    ["has nothing left after its last year", "2012-*-*", "UTC", "2026-01-01T00:00Z", []],
    ["has nothing on a day that there is not", "*-02-30", "UTC", "2026-01-01T00:00Z", []],
  ])("%s", (_what, onCalendar, zone, after, expected) => {
    expect(slots({ onCalendar, zone }, after, Math.max(expected.length, 1))).toEqual(expected);
  });
});

describe("Task Scheduler", () => {
  const nightly: Schedule = { cron: "30 2 * * *", zone: BERLIN, by: "task_scheduler" };
  const due = (after: string) => new Date(nextSlot(nightly, Date.parse(after), true) ?? 0).toISOString();

  test("asks for nothing at a skipped time", () => {
    expect(slots(nightly, "2026-03-28T12:00Z", 1)).toEqual(["2026-03-30T00:30Z"]);
  });

  test.each([
    ["not at all", "2026-03-28T01:30Z"],
    ["an hour early", "2026-03-29T00:30Z"],
    ["at the jump", "2026-03-29T01:00Z"],
    ["an hour late", "2026-03-29T01:30Z"],
  ])("may have run %s there: the next night is due", (_how, ranAt) => {
    expect(due(ranAt)).toBe("2026-03-30T00:30:00.000Z");
  });

  test("is due at the second of two repeated hours", () => {
    expect(due("2026-10-24T00:30Z")).toBe("2026-10-25T01:30:00.000Z");
  });

  test.each([
    ["first", "2026-10-25T00:30Z"],
    ["second", "2026-10-25T01:30Z"],
  ])("may have run in the %s of them: the next night is due", (_which, ranAt) => {
    expect(due(ranAt)).toBe("2026-10-26T01:30:00.000Z");
  });
});

describe("the slot before", () => {
  const nightly: Schedule = { cron: "30 2 * * *", zone: BERLIN };
  test.each([
    ["is the one that is now", nightly, "2026-11-23T01:30Z", "2026-11-23T01:30Z"],
    ["is yesterday's a moment before", nightly, "2026-11-23T01:29:59.999Z", "2026-11-22T01:30Z"],
    ["is the jump that stands for a skipped time", nightly, "2026-03-29T12:00Z", "2026-03-29T01:00Z"],
    ["is years ago for 29 February", { onCalendar: "*-02-29", zone: "UTC" }, "2026-11-23T00:00Z", "2024-02-29T00:00Z"],
  ])("%s", (_what, schedule, at, expected) => {
    expect(previousSlot(schedule, Date.parse(at))).toBe(Date.parse(expected));
  });

  test.each([
    ["an interval", { everySeconds: 60 }],
    ["a calendar event whose year is long past", { onCalendar: "2012-01-01", zone: "UTC" }],
    ["one that never comes", { onCalendar: "*-02-30", zone: "UTC" }],
  ])("is none for %s", (_what, schedule) => {
    expect(previousSlot(schedule, Date.parse("2026-11-23T00:00Z"))).toBeNull();
  });
});
