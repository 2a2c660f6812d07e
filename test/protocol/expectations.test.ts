/** What a plan may set of unusual sizes, depth and the levels of readings: limits, and the words for a mistake. */
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { anomalySettings } from "../../protocol/anomalies.ts";
import { depthPolicy } from "../../protocol/depth.ts";
import { READINGS_MAX } from "../../protocol/limits.ts";
import { thresholds } from "../../protocol/thresholds.ts";

/** The words for what is wrong, or `fine`. */
function faults(schema: z.ZodMiniType, value: unknown): string {
  const parsed = schema.safeParse(value);
  return parsed.success ? "fine" : JSON.stringify(parsed.error.issues);
}

describe("unusual sizes", () => {
  test.each([
    [{}, "fine"],
    [{ bytes: "off" }, "fine"],
    [{ bytes: { min: 0 }, files: { max: 10 }, deletions: { min: 1, max: 1 }, seconds: "off" }, "fine"],
    [{ bytes: {} }, "write min, max or both"],
    [{ bytes: { min: 2, max: 1 } }, "min must not be more than max"],
    [{ bytes: { min: -1 } }, "too_small"],
    [{ bytes: { min: 1.5 } }, "int"],
    [{ bytes: "on" }, "off"],
    [{ byte: "off" }, "unrecognized_keys"],
    [{ bytes: { least: 1 } }, "unrecognized_keys"],
  ])("%j: %s", (value, words) => {
    expect(faults(anomalySettings, value)).toContain(words);
  });
});

describe("depth", () => {
  test.each([
    [{ versions: 1 }, "fine"],
    [{ versions: 100_000, reachSeconds: 632_448_000 }, "fine"],
    [{ reachSeconds: 1 }, "fine"],
    [{}, "write versions, reachSeconds or both"],
    [{ versions: 0 }, "too_small"],
    [{ versions: 100_001 }, "too_big"],
    [{ reachSeconds: 0 }, "too_small"],
    [{ reachSeconds: 632_448_001 }, "too_big"],
    [{ reach: 1 }, "unrecognized_keys"],
  ])("%j: %s", (value, words) => {
    expect(faults(depthPolicy, value)).toContain(words);
  });
});

describe("levels of readings", () => {
  test.each([
    [{}, "fine"],
    [{ warning: 80, critical: 90, clear: 77 }, "fine"],
    [{ warning: 20, critical: 10, clear: 25 }, "fine"],
    [{ warning: -5.5 }, "fine"],
    [{ critical: 5, clear: 9 }, "fine"],
    [{ clear: 5 }, "write warning, critical or both"],
    [{ warning: 80, critical: 90, clear: 81 }, "clear must lie on the good side"],
    [{ warning: 20, critical: 10, clear: 19 }, "clear must lie on the good side"],
    [{ warning: Number.NaN }, "invalid_type"],
    [{ warning: Number.POSITIVE_INFINITY }, "invalid_type"],
    [{ warning: "80" }, "invalid_type"],
    [{ warn: 80 }, "unrecognized_keys"],
  ])("%j: %s", (level, words) => {
    const named = Object.keys(level).length === 0 ? {} : { "pool.archive.capacity": level };
    expect(faults(thresholds, named)).toContain(words);
  });

  test("are set for so many readings at most, by names that a reading can have", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, { warning: 1 }]));
    expect(faults(thresholds, many(READINGS_MAX))).toBe("fine");
    expect(faults(thresholds, many(READINGS_MAX + 1))).toContain(`at most ${READINGS_MAX} readings`);
    expect(faults(thresholds, { "": { warning: 1 } })).toContain("invalid_key");
    expect(faults(thresholds, { ["x".repeat(201)]: { warning: 1 } })).toContain("invalid_key");
  });
});
