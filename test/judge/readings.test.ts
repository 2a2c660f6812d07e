/** Which readings are bad: built-in levels, the plan's, the host's own verdict, and hysteresis. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reading } from "../../protocol/heartbeat.ts";
import type { Thresholds } from "../../protocol/thresholds.ts";
import { type BadReading, badReadings } from "../../worker/judge/readings.ts";

const reading = (name: string, value: Reading["value"], verdict: Reading["verdict"] = "ok"): Reading => ({
  name,
  value,
  verdict,
  text: `${name} is ${value}`,
});

const verdictOf = (of: Reading, bad: readonly BadReading[] = [], thresholds: Thresholds = {}) =>
  badReadings([of], bad, thresholds)[0]?.verdict ?? "ok";

const capacity = (value: number, verdict: Reading["verdict"] = "ok") =>
  reading("pool.archive.capacity", value, verdict);

describe("a number that the host calls well is judged by the built-in levels:", () => {
  test.each([
    ["pool.archive.capacity", 79, "ok"],
    ["pool.archive.capacity", 80, "warning"],
    ["pool.archive.capacity", 89, "warning"],
    ["pool.archive.capacity", 90, "critical"],
    ["pool.archive.scrub_age", 35, "ok"],
    ["pool.archive.scrub_age", 36, "warning"],
    ["pool.archive.scrub_age", 100, "critical"],
    ["pool.archive.errors", 0, "ok"],
    ["pool.archive.errors", 1, "warning"],
    ["pool.archive.errors", 5000, "warning"],
    ["pool.archive.fragmentation", 99, "ok"],
    ["nvme.nvme0.percentage_used", 89, "ok"],
    ["nvme.nvme0.percentage_used", 90, "warning"],
    ["nvme.nvme0.percentage_used", 100, "critical"],
    ["nvme.nvme0.percentage_used", 255, "critical"],
    ["nvme.nvme0.available_spare", 21, "ok"],
    ["nvme.nvme0.available_spare", 20, "warning"],
    ["nvme.nvme0.available_spare", 10, "critical"],
    ["nvme.nvme0.media_errors", 0, "ok"],
    ["nvme.nvme0.media_errors", 7, "warning"],
    ["nvme.nvme0.critical_warning", 0, "ok"],
    ["nvme.nvme0.critical_warning", 4, "critical"],
    ["nvme.nvme0.temperature", 69, "ok"],
    ["nvme.nvme0.temperature", 70, "warning"],
    ["nvme.nvme0.temperature", 80, "critical"],
    ["disk.sda.temperature", 49, "ok"],
    ["disk.sda.temperature", 50, "warning"],
    ["disk.sda.temperature", 60, "critical"],
    ["syncthing.photos.pull_errors", 0, "ok"],
    ["syncthing.photos.pull_errors", 1, "warning"],
    ["certificate.tierwatch.example.org.days_left", 11, "ok"],
    ["certificate.tierwatch.example.org.days_left", 10, "warning"],
    ["certificate.tierwatch.example.org.days_left", 3, "critical"],
    ["certificate.tierwatch.example.org.days_left", -2, "critical"],
    ["key.offsite.days_left", 31, "ok"],
    ["key.offsite.days_left", 30, "warning"],
    ["key.offsite.days_left", 7, "critical"],
    ["key.offsite.age", 399, "ok"],
    ["key.offsite.age", 400, "warning"],
    ["volume.d.free", 10.1, "ok"],
    ["volume.d.free", 10, "warning"],
    ["volume.d.free", 5, "critical"],
    ["pool.capacity", 99, "ok"],
    ["something.else", 99, "ok"],
  ])("%s of %d is %s", (name, value, verdict) => {
    expect(verdictOf(reading(name, value))).toBe(verdict);
  });
});

describe("a state in words is never softened:", () => {
  test.each([
    ["ONLINE", "ok", "ok"],
    ["ONLINE", "warning", "warning"],
    ["DEGRADED", "ok", "warning"],
    ["DEGRADED", "warning", "warning"],
    ["DEGRADED", "critical", "critical"],
    ["FAULTED", "warning", "critical"],
    ["UNAVAIL", "ok", "critical"],
    ["SUSPENDED", "critical", "critical"],
    ["MISSING", "critical", "critical"],
    ["toString", "ok", "ok"],
  ] as const)("a pool that is %s, to its host %s, is %s", (state, told, verdict) => {
    expect(verdictOf(reading("pool.archive.state", state, told))).toBe(verdict);
  });

  test.each(["never", "paused", "future", "unknown"])("a scrub age of %s is what the host says", (value) => {
    const of = reading("pool.archive.scrub_age", value, "warning");
    expect(verdictOf(of, [], { "pool.archive.scrub_age": { warning: 500 } })).toBe("warning");
  });
});

describe("the host's own verdict", () => {
  test.each(["ok", "warning", "critical"] as const)(
    "alone judges a reading that the table does not know: %s",
    (told) => {
      expect(verdictOf(reading("dataset.tank/apps.newest_snapshot", 30, told))).toBe(told);
    },
  );

  test("holds where it is worse than the built-in level", () => {
    expect(verdictOf(capacity(71, "critical"))).toBe("critical");
    expect(verdictOf(reading("pool.archive.errors", 1, "critical"))).toBe("critical");
  });

  test("as a warning gives way to a level of the plan, and as critical does not", () => {
    const lenient = { "pool.archive.capacity": { warning: 95 }, "pool.archive.errors": { warning: 100 } };
    expect(verdictOf(capacity(85, "warning"), [], lenient)).toBe("ok");
    expect(verdictOf(reading("pool.archive.errors", 64, "critical"), [], lenient)).toBe("critical");
  });
});

describe("hysteresis", () => {
  /** The verdicts of a row of values, each judged with what was bad before. */
  function row(values: readonly number[], thresholds: Thresholds = {}): string {
    let bad: BadReading[] = [];
    return values
      .map((value) => {
        bad = badReadings([capacity(value)], bad, thresholds);
        return (bad[0]?.verdict ?? "ok").slice(0, 1);
      })
      .join("");
  }

  test("keeps a warning until the value is below the clear level", () => {
    expect(row([79, 80, 79, 78, 77, 76, 77, 79, 80])).toBe("owwwwooow");
  });

  test("makes one interval of flapping around the level", () => {
    expect(row([79, 80, 79, 80, 78, 81, 79, 80, 77, 80, 76])).toBe("owwwwwwwwwo");
  });

  test("keeps critical for as wide a gap, and then the warning", () => {
    expect(row([90, 89, 90, 87, 86, 89, 77, 76])).toBe("cccc".concat("wwwo"));
  });

  test("works upwards where low values are the bad ones", () => {
    const was = [{ name: "volume.d.free", verdict: "warning" as const, text: "" }];
    expect([10, 11, 12, 12.1].map((free) => verdictOf(reading("volume.d.free", free), was))).toEqual([
      "warning",
      "warning",
      "warning",
      "ok",
    ]);
  });

  test("uses the plan's clear level, and the built-in gap where the plan names none", () => {
    expect(row([85, 80, 70, 69], { "pool.archive.capacity": { warning: 85, clear: 70 } })).toBe("wwwo");
    expect(row([84, 85, 82, 81], { "pool.archive.capacity": { warning: 85 } })).toBe("owwo");
  });

  test("of a state in words there is none", () => {
    const was = [{ name: "pool.archive.state", verdict: "critical" as const, text: "" }];
    expect(verdictOf(reading("pool.archive.state", "ONLINE"), was)).toBe("ok");
  });

  test("values within the gap never end a bad interval, and values beyond it always do", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 77, max: 89 }), { minLength: 1, maxLength: 20 }), (values) => {
        expect(row([80, ...values])).toBe("w".repeat(values.length + 1));
        expect(row([80, ...values, 76]).at(-1)).toBe("o");
      }),
    );
  });
});

describe("levels of the plan", () => {
  test.each([
    [{ warning: 85 }, 84, "ok"],
    [{ warning: 85 }, 85, "warning"],
    [{ warning: 85 }, 90, "critical"],
    [{ warning: 95 }, 99, "warning"],
    [{ critical: 70 }, 69, "ok"],
    [{ critical: 70 }, 70, "critical"],
    [{ warning: 60, critical: 70 }, 65, "warning"],
  ])("%j judge a pool that is %d % full", (threshold, value, verdict) => {
    expect(verdictOf(capacity(value), [], { "pool.archive.capacity": threshold })).toBe(verdict);
  });

  test.each([
    [{ warning: 10, critical: 20 }, 15, "warning"],
    [{ warning: 20, critical: 10 }, 15, "warning"],
    [{ warning: 20, critical: 10 }, 25, "ok"],
    [{ warning: 20, clear: 25 }, 19, "warning"],
    [{ warning: 20, clear: 25 }, 26, "ok"],
    [{ warning: 20 }, 20, "warning"],
    [{ warning: 20 }, 19, "ok"],
  ])("%j tell which side is bad of a reading that the table does not know, at %d", (threshold, value, verdict) => {
    expect(verdictOf(reading("queue.length", value), [], { "queue.length": threshold })).toBe(verdict);
  });

  test("are asked for by the whole name", () => {
    expect(verdictOf(reading("constructor", 5))).toBe("ok");
  });
});

test("the worst reading comes first, others in the host's order", () => {
  const readings = [capacity(80), reading("pool.archive.errors", 3), reading("pool.archive.state", "SUSPENDED")];
  expect(badReadings(readings, [], {}).map(({ name }) => name)).toEqual([
    "pool.archive.state",
    "pool.archive.capacity",
    "pool.archive.errors",
  ]);
});

describe("the text", () => {
  test.each([
    [capacity(85, "warning"), [], "pool.archive.capacity is 85"],
    [capacity(85), [], "pool.archive.capacity is 85; warning from 80 % up"],
    [reading("volume.d.free", 4, "warning"), [], "volume.d.free is 4; critical from 5 % down"],
  ] as const)("tells the level where the host does not: %#", (of, bad, text) => {
    expect(badReadings([of], bad, {})[0]?.text).toBe(text);
  });

  test("tells when a reading clears that is bad by hysteresis alone", () => {
    const was = [{ name: "pool.archive.capacity", verdict: "critical" as const }];
    expect(badReadings([capacity(88, "warning")], was, {})[0]?.text).toBe(
      "pool.archive.capacity is 88; still critical: it clears below 87 %",
    );
  });
});
