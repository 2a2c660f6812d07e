/** The exposition by its own rules, and by Prometheus' own tool where it is on the machine. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { metrics } from "../../worker/feeds/metrics.ts";
import type { Summary } from "../../worker/judge/summary.ts";
import {
  degradedPool,
  empty,
  healthy,
  NOW,
  pending,
  silentSite,
  stuckSync,
  twoSites,
} from "../worker/sample-summary.ts";
import { type Exposed, readExposition } from "./exposition.ts";

const HAS_PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;
if (!HAS_PROMTOOL) console.log("skipped: promtool check metrics (not on this machine: promtool)");

const waiting = [{ channel: "mail", waiting: 2 }];
/** A site whose readings have all that a label must escape. */
function hostile(): Summary {
  const [site] = degradedPool('quote " backslash \\ newline \n end').sites;
  if (site === undefined) throw new Error("a sample has a site");
  const readings = [
    { name: 'pool.a"b\\c\nd.capacity', value: 71.5, unit: "%", verdict: "ok" as const, text: "71.5 % full" },
    { name: "pool.archive.state", value: 'DEGRADED "x" \\ \n y', verdict: "warning" as const, text: "x" },
  ];
  return { ...healthy(), sites: [{ ...site, jobs: site.jobs.map((job) => ({ ...job, readings })) }] };
}
const SAMPLES: Record<string, Summary> = {
  healthy: healthy(),
  stuck: stuckSync(),
  silent: silentSite(),
  degraded: degradedPool(),
  pending: pending(),
  two: twoSites(),
  hostile: hostile(),
  empty: empty({ lastSweepAt: null }),
};

const read = (summary: Summary) => readExposition(metrics(summary, waiting, NOW));
const value = (exposed: readonly Exposed[], name: string, labels: object) =>
  exposed.find((one) => one.name === name && Object.entries(labels).every(([key, is]) => one.labels[key] === is))
    ?.value;

describe.each(Object.entries(SAMPLES))("the metrics of %s", (_name, summary) => {
  test("keep the rules of the format", () => expect(() => read(summary)).not.toThrow());

  test.skipIf(!HAS_PROMTOOL)("pass promtool check metrics", () => {
    const input = metrics(summary, waiting, NOW);
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: "" });
  });

  test("say each status by exactly one state", () => {
    const sets = Map.groupBy(
      read(summary).filter(({ name }) => name.endsWith("_status")),
      ({ name, labels: { status: _, ...rest } }) => JSON.stringify([name, rest]),
    );
    for (const [set, states] of sets) {
      expect({ set, ones: states.filter((state) => state.value === 1).length, all: states.length }).toEqual({
        set,
        ones: 1,
        all: 8,
      });
    }
  });
});

describe("the metrics", () => {
  const offsite = { site: "home", dataset: "photos", tier: "offsite" };

  test("tell recovery point, age and window of a copy", () => {
    const all = read(healthy());
    expect(value(all, "tierwatch_copy_recovery_point_timestamp_seconds", offsite)).toBe(
      Date.parse("2026-11-23T03:00:00Z") / 1000,
    );
    expect(value(all, "tierwatch_copy_recovery_point_age_seconds", offsite)).toBe(5 * 3600 + 30 * 60 + 5);
    expect(value(all, "tierwatch_copy_window_seconds", offsite)).toBe(30 * 3600);
    expect(value(all, "tierwatch_copy_proven", offsite)).toBe(1);
  });

  test("tell duration and bytes of a run, what waits, and when deadlines were looked at", () => {
    const all = read(healthy());
    const job = { site: "home", host: "corenas", job: "sync" };
    expect(value(all, "tierwatch_job_last_run_duration_seconds", job)).toBe(31 * 60);
    expect(value(all, "tierwatch_job_last_run_bytes", job)).toBe(6_871_947_674);
    expect(value(all, "tierwatch_deliveries_pending", { channel: "mail" })).toBe(2);
    expect(value(all, "tierwatch_last_sweep_timestamp_seconds", {})).toBe((NOW - 12_000) / 1000);
  });

  test("tell a pool's capacity in base units, and every reading as it was read", () => {
    const all = read(hostile());
    expect(value(all, "tierwatch_pool_capacity_ratio", { pool: 'a"b\\c\nd' })).toBe(0.715);
    expect(value(all, "tierwatch_reading_value", { unit: "%" })).toBe(71.5);
    expect(value(all, "tierwatch_reading_state", { state: 'DEGRADED "x" \\ \n y' })).toBe(1);
    expect(value(all, "tierwatch_reading_verdict", { reading: "pool.archive.state", verdict: "warning" })).toBe(1);
  });

  test("have no value for what is unknown, and never 0", () => {
    const all = read(pending());
    const names = all.map(({ name }) => name);
    expect(names).not.toContain("tierwatch_copy_recovery_point_age_seconds");
    expect(names).not.toContain("tierwatch_host_heard_timestamp_seconds");
    expect(read(empty({ lastSweepAt: null })).map(({ name }) => name)).toEqual(["tierwatch_deliveries_pending"]);
  });

  test("in OpenMetrics end with its end", () => {
    expect(metrics(healthy(), [], NOW, true)).toBe(`${metrics(healthy(), [], NOW)}# EOF\n`);
  });
});
