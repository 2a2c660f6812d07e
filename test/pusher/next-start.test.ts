import { expect, test } from "vitest";
import { nextStart } from "../../pusher/next-start.ts";

const BERLIN = "Europe/Berlin";
const NOW = Date.parse("2026-03-28T12:00:00Z");

test.each([
  ["cron in the host's own zone", { cron: "0 2 * * 1" }, "2026-03-30T00:00:00.000Z"],
  ["cron in a zone of its own", { cron: "0 2 * * *", zone: "Asia/Tokyo" }, "2026-03-28T17:00:00.000Z"],
  ["a calendar event", { onCalendar: "Sat 18:00" }, "2026-03-28T17:00:00.000Z"],
  [
    "an event whose wall time is still today far in the west",
    { onCalendar: "08:30", zone: "America/New_York" },
    "2026-03-28T12:30:00.000Z",
  ],
  ["an event with its own zone", { onCalendar: "02:00 UTC", zone: "Asia/Tokyo" }, "2026-03-29T02:00:00.000Z"],
])("%s", (_what, schedule, expected) => {
  expect(new Date(nextStart(schedule, undefined, BERLIN, NOW) ?? 0).toISOString()).toBe(expected);
});

test("an interval counts from the last run, and hangs on a first one", () => {
  expect(nextStart({ everySeconds: 3_600 }, NOW - 600_000, BERLIN, NOW)).toBe(NOW + 3_000_000);
  expect(nextStart({ everySeconds: 3_600 }, NOW - 7_200_000, BERLIN, NOW)).toBe(NOW);
  expect(nextStart({ everySeconds: 3_600 }, undefined, BERLIN, NOW)).toBeUndefined();
});

test("an event of years that are over comes never", () => {
  expect(nextStart({ onCalendar: "2012-*-*" }, undefined, BERLIN, NOW)).toBeNull();
});
