/** What zpool really printed, by version and state of the pool, and what a person is told of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { judgePool, judgeSnapshot, type Thresholds } from "../../pusher/jobs/zfs-judge.ts";
import type { PoolHealth } from "../../pusher/jobs/zfs-pool.ts";
import { parseStatusJson } from "../../pusher/jobs/zfs-status-json.ts";
import { parseStatusText } from "../../pusher/jobs/zfs-status-text.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const NOW = Date.parse("2026-11-23T03:00:00Z");
const DAY = 86_400;
const LIMITS: Thresholds = { scrubMaxAgeSeconds: 35 * DAY, capacityWarnPercent: 80, capacityCriticalPercent: 90 };
const NO_SPACE = { capacityPercent: null, fragmentationPercent: null };

function stdoutOf(path: string): string {
  return /--- stdout\n([\s\S]*?)\n?--- stderr/.exec(readFileSync(join(FIXTURES, path), "utf8"))?.[1] ?? "";
}

const textOf = (path: string, pool: string) => parseStatusText(stdoutOf(`${path}/status.txt`), pool);

/** State, permanent errors and scrub of a pool, each as its verdict. */
function verdicts(health: PoolHealth | null, now = NOW): string {
  if (health === null) return "unreadable";
  return judgePool(health, NO_SPACE, LIMITS, now)
    .map(({ verdict }) => verdict)
    .join(" ");
}

function texts(health: PoolHealth | null): string {
  return health === null
    ? ""
    : judgePool(health, NO_SPACE, LIMITS, NOW)
        .map(({ text }) => text)
        .join("\n");
}

const STATES: readonly (readonly [string, string, RegExp])[] = [
  ["openzfs-2.3.2/healthy", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/offline-one", "warning ok ok", /ABCD04 is OFFLINE/],
  ["openzfs-2.3.2/two-lost", "warning ok ok", /ABCD01 is REMOVED, .*ABCD03 is REMOVED/],
  ["openzfs-2.3.2/three-lost-suspended", "critical critical ok", /SUSPENDED.*nothing can be read/],
  ["openzfs-2.3.2/faulted-too-many-errors", "warning warning ok", /ABCD05 is FAULTED[\s\S]*180 write errors/],
  ["openzfs-2.3.2/unavail-cannot-open", "warning ok ok", /ABCD02-part1 is UNAVAIL/],
  ["openzfs-2.3.2/corrupted-label", "warning ok ok", /ABCD02-part1 is UNAVAIL/],
  ["openzfs-2.3.2/missing-log", "warning warning warning", /d6 is UNAVAIL/],
  ["openzfs-2.3.2/spare-in-use", "warning ok ok", /virtio-small2 is FAULTED/],
  ["openzfs-2.3.2/cksum-repaired-few", "ok warning ok", /ABCD04 has 8 checksum errors/],
  ["openzfs-2.3.2/cksum-one-permanent-on-raidz2", "ok critical ok", /1 permanent data error:/],
  ["openzfs-2.3.2/never-scrubbed", "ok ok warning", /never scrubbed/],
  ["openzfs-2.3.2/scrub-in-progress", "ok ok ok", /a scrub runs/],
  ["openzfs-2.3.2/replacing-online-disk", "ok ok ok", /a resilver runs/],
  ["openzfs-2.1.11/healthy", "ok ok ok", /is ONLINE/],
  ["openzfs-2.1.11/offline-one", "warning ok ok", /ABCD04 is OFFLINE/],
  ["openzfs-2.1.11/three-lost-suspended", "critical critical ok", /SUSPENDED/],
  ["openzfs-2.1.11/cksum-repaired-few", "ok warning ok", /7 checksum errors/],
  ["openzfs-2.1.11/scrub-in-progress", "ok ok ok", /a scrub runs/],
  ["openzfs-2.1.11/never-scrubbed", "ok ok warning", /never scrubbed/],
];

describe("the text of zpool status", () => {
  test.each(STATES)("%s is judged %s", (state, expected, says) => {
    const health = textOf(state, "archive");
    expect(verdicts(health)).toBe(expected);
    expect(texts(health)).toMatch(says);
  });

  test("says nothing of a pool that isn't among those listed", () => {
    expect(textOf("openzfs-2.3.2/exported", "archive")).toBeNull();
    expect(textOf("openzfs-2.3.2/no-pools", "archive")).toBeNull();
  });

  test("of zfs-fuse is read too, in its older words", () => {
    const read = (name: string) => parseStatusText(stdoutOf(`zfs-fuse/${name}.txt`), "rcarchive");
    expect(verdicts(read("status-online"))).toBe("ok ok warning");
    expect(texts(read("status-degraded-offline"))).toContain("d2 is OFFLINE");
    expect(texts(read("status-scrubbed-cksum"))).toContain("d3 has 82 checksum errors");
  });
});

describe("the JSON of OpenZFS 2.3", () => {
  /** Its two captures were taken of two different pools, one after the other. */
  const APART = "data-errors-list-empty";
  const states = readdirSync(join(FIXTURES, "openzfs-2.3.2")).filter(
    (state) => state !== APART && existsSync(join(FIXTURES, "openzfs-2.3.2", state, "status-j-int.txt")),
  );

  test.each(states)("tells the same as the text: %s", (state) => {
    for (const pool of ["archive", "fast"]) {
      const json = parseStatusJson(stdoutOf(`openzfs-2.3.2/${state}/status-j-int.txt`), pool);
      const text = textOf(`openzfs-2.3.2/${state}`, pool);
      const comparable = (health: PoolHealth | null) =>
        health && { ...health, vdevs: health.vdevs.filter(({ isLeaf }) => isLeaf) };
      // Dates of the text are in the zone of the machine that printed it, which was UTC.
      const dateless = (health: PoolHealth | null) => ({ ...comparable(health), scan: health?.scan?.state });
      expect(dateless(json)).toEqual(dateless(text));
    }
  });

  test("that is none, or of another pool, is unreadable", () => {
    expect(parseStatusJson("invalid option 'j'", "archive")).toBeNull();
    expect(parseStatusJson('{"pools":{}}', "archive")).toBeNull();
  });
});

describe("thresholds", () => {
  const healthy = textOf("openzfs-2.3.2/healthy", "archive");
  const scan = { kind: "scrub", state: "finished", endedAt: NOW } as const;
  const scrub = (seconds: number) =>
    healthy &&
    judgePool({ ...healthy, scan }, NO_SPACE, LIMITS, NOW + seconds * 1000).find(({ name }) =>
      name.endsWith("scrub_age"),
    );

  test("a scrub is too old just after its limit, not at it", () => {
    expect(scrub(35 * DAY)?.verdict).toBe("ok");
    expect(scrub(35 * DAY + 1)).toMatchObject({
      verdict: "warning",
      text: expect.stringContaining("more than the 35 allowed"),
    });
  });

  test.each([
    [79, "ok"],
    [80, "warning"],
    [89, "warning"],
    [90, "critical"],
  ])("a pool %i %% full is %s", (capacityPercent, verdict) => {
    const space = { capacityPercent, fragmentationPercent: 12 };
    const readings = healthy === null ? [] : judgePool(healthy, space, LIMITS, NOW);
    expect(readings.find(({ name }) => name.endsWith("capacity"))?.verdict).toBe(verdict);
  });

  test("the newest snapshot is old just after its limit; none at all is critical", () => {
    const at = (age: number) => judgeSnapshot("archive/apps", NOW, 26 * 3600, NOW + age * 1000).verdict;
    expect([at(26 * 3600), at(26 * 3600 + 1)]).toEqual(["ok", "critical"]);
    expect(judgeSnapshot("archive/apps", null, 26 * 3600, NOW)).toMatchObject({ verdict: "critical", value: "none" });
  });
});
