/** What is unusual about a run: tables of literal series. */
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
    [8, 900 * GB, ["bytes"]],
    [56, 20 * GB, ["bytes"]],
    [56, 31 * GB, []],
    [56, 65 * GB, []],
    [56, 900 * GB, ["bytes"]],
  ])("after %d nights carries %d bytes: %j", (count, bytes, quantities) => {
    expect(found(night(count, { bytes }), steady(count))).toEqual(quantities);
  });
});
