/** What zpool really printed, by version and state of the pool, and what a person is told of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { judgePool, judgeSnapshot } from "../../pusher/jobs/zfs-judge.ts";
import type { PoolHealth } from "../../pusher/jobs/zfs-pool.ts";
import { parseStatusJson } from "../../pusher/jobs/zfs-status-json.ts";
import { parseStatusText } from "../../pusher/jobs/zfs-status-text.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const NOW = Date.parse("2026-11-23T03:00:00Z");
const DAY = 86_400;
const NO_SPACE = { capacityPercent: null, fragmentationPercent: null };

function stdoutOf(path: string): string {
  return /--- stdout\n([\s\S]*?)\n?--- stderr/.exec(readFileSync(join(FIXTURES, path), "utf8"))?.[1] ?? "";
}

const textOf = (path: string, pool: string) => parseStatusText(stdoutOf(`${path}/status.txt`), pool);

/** State, permanent errors and scrub of a pool, each as its verdict. */
function verdicts(health: PoolHealth | null, now = NOW): string {
  if (health === null) return "none";
  return judgePool(health, NO_SPACE, now)
    .map(({ verdict }) => verdict)
    .join(" ");
}

function texts(health: PoolHealth | null): string {
  return health === null
    ? ""
    : judgePool(health, NO_SPACE, NOW)
        .map(({ text }) => text)
        .join("\n");
}

/** State, errors and scrub as verdicts; what the texts say. `none` where the pool is not there. */
const STATES: readonly (readonly [state: string, pool: string, verdicts: string, says: RegExp])[] = [
  ["openzfs-2.3.2/checkpoint", "archive", "ok ok warning", /never scrubbed/],
  ["openzfs-2.3.2/cksum-many-with-permanent-on-raidz2", "archive", "ok critical ok", /1 permanent data error:/],
  ["openzfs-2.3.2/cksum-one-permanent-on-raidz2", "archive", "ok critical ok", /1 permanent data error:/],
  ["openzfs-2.3.2/cksum-repaired-few", "archive", "ok warning ok", /ABCD04 has 8 checksum errors/],
  ["openzfs-2.3.2/cksum-repaired-many", "archive", "ok warning ok", /ABCD02 has 345 checksum errors/],
  ["openzfs-2.3.2/corrupted-label", "archive", "warning ok ok", /ABCD02-part1 is UNAVAIL/],
  ["openzfs-2.3.2/data-errors-before-scrub", "fast", "ok ok ok", /counts no errors/],
  ["openzfs-2.3.2/data-errors-list-empty", "fast", "ok critical ok", /7 permanent data errors/],
  ["openzfs-2.3.2/data-errors-scrubbed", "archive", "ok ok ok", /last resilver finished 0 days ago/],
  ["openzfs-2.3.2/data-errors-scrubbed", "fast", "ok critical ok", /6 permanent data errors/],
  ["openzfs-2.3.2/error-scrub", "fast", "ok warning ok", /24 checksum errors[\s\S]*last error scrub .* not known/],
  ["openzfs-2.3.2/exported", "archive", "none", /^$/],
  ["openzfs-2.3.2/exported", "fast", "ok ok ok", /is ONLINE/],
  [
    "openzfs-2.3.2/faulted-too-many-errors",
    "archive",
    "warning warning ok",
    /ABCD05 is FAULTED[\s\S]*180 write errors/,
  ],
  ["openzfs-2.3.2/feature-upgrade-available", "archive", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/feature-upgrade-available", "fast", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/file-vdev-missing", "archive", "warning ok warning", /: d2 is UNAVAIL/],
  ["openzfs-2.3.2/healthy", "archive", "ok ok ok", /is ONLINE\n.*no errors\n.*last scrub finished 0 days ago/],
  ["openzfs-2.3.2/healthy", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/import-last-accessed-by-another-system", "archive", "ok ok ok", /last resilver/],
  ["openzfs-2.3.2/import-last-accessed-by-another-system", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/import-one-missing", "archive", "warning ok ok", /ABCD02-part1 is UNAVAIL/],
  ["openzfs-2.3.2/import-readonly", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/import-three-missing", "archive", "none", /^$/],
  ["openzfs-2.3.2/import-three-missing", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/mirror-special-log-cache-spare", "archive", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/missing-log", "archive", "warning warning warning", /: d6 is UNAVAIL\n.*d2 has 1 checksum error\n/],
  ["openzfs-2.3.2/module-not-loaded", "archive", "none", /^$/],
  ["openzfs-2.3.2/never-scrubbed", "archive", "ok ok warning", /never scrubbed/],
  ["openzfs-2.3.2/never-scrubbed", "fast", "ok ok warning", /never scrubbed/],
  ["openzfs-2.3.2/no-pools", "archive", "none", /^$/],
  ["openzfs-2.3.2/offline-one", "archive", "warning ok ok", /DEGRADED: \S+ABCD04 is OFFLINE\n/],
  ["openzfs-2.3.2/out-of-space", "archive", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/out-of-space", "fast", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/permission-denied", "archive", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/permission-denied", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/pool-nearly-full", "archive", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/pool-nearly-full", "fast", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/recv-out-of-space", "archive", "ok ok warning", /is ONLINE/],
  ["openzfs-2.3.2/replaced", "archive", "ok ok ok", /last resilver .* not known, `zpool scrub archive` makes sure/],
  ["openzfs-2.3.2/replacing-online-disk", "archive", "ok ok ok", /a resilver runs/],
  ["openzfs-2.3.2/scrub-finished", "archive", "ok ok ok", /last scrub finished/],
  ["openzfs-2.3.2/scrub-in-progress", "archive", "ok ok ok", /a scrub runs/],
  ["openzfs-2.3.2/scrub-in-progress-eta", "archive", "ok ok ok", /a scrub runs/],
  ["openzfs-2.3.2/spare-in-use", "archive", "warning ok ok", /DEGRADED: virtio-small2 is FAULTED\n/],
  ["openzfs-2.3.2/three-lost-suspended", "archive", "critical critical ok", /SUSPENDED.*nothing can be read/],
  ["openzfs-2.3.2/three-lost-suspended", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.3.2/trim-initialize", "fast", "ok ok warning", /is ONLINE/],
  [
    "openzfs-2.3.2/two-lost",
    "archive",
    "critical ok ok",
    /ABCD01 is REMOVED, .*ABCD03 is REMOVED; no redundancy is left/,
  ],
  ["openzfs-2.3.2/unavail-cannot-open", "archive", "warning ok ok", /ABCD02-part1 is UNAVAIL/],
  ["openzfs-2.1.11/cksum-repaired-few", "archive", "ok warning ok", /ABCD04 has 7 checksum errors/],
  ["openzfs-2.1.11/data-errors-scrubbed", "fast", "ok critical ok", /5 permanent data errors/],
  ["openzfs-2.1.11/exported", "archive", "none", /^$/],
  ["openzfs-2.1.11/exported", "fast", "ok ok ok", /is ONLINE/],
  [
    "openzfs-2.1.11/faulted-too-many-errors",
    "archive",
    "warning warning ok",
    /ABCD05 is FAULTED[\s\S]*383 write errors/,
  ],
  ["openzfs-2.1.11/feature-upgrade-available", "archive", "ok ok warning", /is ONLINE/],
  ["openzfs-2.1.11/feature-upgrade-available", "fast", "ok ok warning", /is ONLINE/],
  ["openzfs-2.1.11/healthy", "archive", "ok ok ok", /is ONLINE/],
  ["openzfs-2.1.11/healthy", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.1.11/import-one-missing", "archive", "warning ok ok", /ABCD02-part1 is UNAVAIL/],
  ["openzfs-2.1.11/module-not-loaded", "archive", "none", /^$/],
  ["openzfs-2.1.11/never-scrubbed", "archive", "ok ok warning", /never scrubbed/],
  ["openzfs-2.1.11/never-scrubbed", "fast", "ok ok warning", /never scrubbed/],
  ["openzfs-2.1.11/no-pools", "archive", "none", /^$/],
  ["openzfs-2.1.11/offline-one", "archive", "warning ok ok", /DEGRADED: \S+ABCD04 is OFFLINE\n/],
  ["openzfs-2.1.11/out-of-space", "archive", "ok ok warning", /is ONLINE/],
  ["openzfs-2.1.11/out-of-space", "fast", "ok ok warning", /is ONLINE/],
  ["openzfs-2.1.11/permission-denied", "archive", "ok ok ok", /is ONLINE/],
  ["openzfs-2.1.11/permission-denied", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.1.11/replaced", "archive", "ok ok ok", /last resilver/],
  ["openzfs-2.1.11/scrub-in-progress", "archive", "ok ok ok", /a scrub runs/],
  ["openzfs-2.1.11/three-lost-suspended", "archive", "critical critical ok", /SUSPENDED.*nothing can be read/],
  ["openzfs-2.1.11/three-lost-suspended", "fast", "ok ok ok", /is ONLINE/],
  ["openzfs-2.1.11/two-lost", "archive", "critical ok ok", /no redundancy is left/],
];

describe("the text of zpool status", () => {
  test.each(STATES)("%s: %s is judged %s", (state, pool, expected, says) => {
    const health = textOf(state, pool);
    expect(verdicts(health)).toBe(expected);
    expect(texts(health)).toMatch(says);
  });

  test("is judged for every pool of every captured state", () => {
    const captured = ["openzfs-2.3.2", "openzfs-2.1.11"].flatMap((version) =>
      readdirSync(join(FIXTURES, version)).flatMap((state) => {
        const pools = stdoutOf(`${version}/${state}/status.txt`).matchAll(/^ *pool: (.*)$/gm);
        return [...pools].map(([, pool]) => `${version}/${state} ${pool}`);
      }),
    );
    const judged = STATES.filter(([, , expected]) => expected !== "none").map(([state, pool]) => `${state} ${pool}`);
    expect(judged.sort()).toEqual(captured.sort());
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
    expect(texts(read("status-unavail-one"))).toContain("is DEGRADED: x1 is UNAVAIL");
    expect(texts(read("status-resilvering"))).toContain("last resilver finished");
    expect(texts(read("status-data-errors"))).toContain("9 permanent data errors");
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
      expect(dateless(json)).toEqual(dateless(textOf(`openzfs-2.3.2/${state}`, pool)));
    }
  });

  test.each(["checkpoint", "file-vdev-missing", "mirror-special-log-cache-spare", "missing-log", "spare-in-use"])(
    "tells the same as the text, by whole paths: %s",
    (state) => {
      const json = parseStatusJson(stdoutOf(`openzfs-2.3.2/${state}/status-jvP-int.txt`), "archive");
      const text = parseStatusText(stdoutOf(`openzfs-2.3.2/${state}/status-vP.txt`), "archive");
      expect(dateless(json)).toEqual(dateless(text));
    },
  );

  /** Dates of the text are in the zone of the machine that printed it. */
  function dateless(health: PoolHealth | null): unknown {
    return health && { ...health, scan: health.scan?.state };
  }

  test("that is none, or of another pool, is unreadable", () => {
    expect(parseStatusJson("invalid option 'j'", "archive")).toBeNull();
    expect(parseStatusJson('{"pools":{}}', "archive")).toBeNull();
  });
});

describe("ages and sizes", () => {
  const healthy = textOf("openzfs-2.3.2/healthy", "archive");
  const scan = { kind: "scrub", state: "finished", endedAt: NOW, donePercent: null } as const;
  const scrub = (seconds: number) =>
    healthy &&
    judgePool({ ...healthy, scan }, NO_SPACE, NOW + seconds * 1000).find(({ name }) => name.endsWith("scrub_age"));

  test("a resilver or an error scrub does not pass for a scrub, and is too old like one", () => {
    const judged = (kind: "resilver" | "error scrub", age: number) =>
      healthy &&
      judgePool(
        { ...healthy, scan: { kind, state: "finished", endedAt: NOW - age * 1000, donePercent: null } },
        NO_SPACE,
        NOW,
      ).find(({ name }) => name.endsWith("scrub_age"));
    expect(judged("resilver", DAY)).toMatchObject({ value: "unknown", verdict: "ok" });
    expect(judged("error scrub", DAY)).toMatchObject({ value: "unknown", verdict: "ok" });
    expect(judged("resilver", 36 * DAY)).toMatchObject({ value: "unknown", verdict: "warning" });
  });

  test("a scrub or snapshot from the future is a warning, not the freshest there can be", () => {
    expect(scrub(-2 * 3600)).toMatchObject({ verdict: "warning", text: expect.stringContaining("clock") });
    expect(scrub(-3600)?.verdict).toBe("ok");
    const snapshot = judgeSnapshot("archive/apps", NOW + 40 * DAY * 1000, 26 * 3600, NOW);
    expect(snapshot).toMatchObject({ verdict: "warning", text: expect.stringContaining("clock") });
  });

  test("how full a pool is and how long ago it was scrubbed are told as numbers, for the worker's levels to judge", () => {
    const readings =
      healthy &&
      judgePool({ ...healthy, scan }, { capacityPercent: 97, fragmentationPercent: 12 }, NOW + 200 * DAY * 1000);
    expect(readings).toContainEqual({
      name: "pool.archive.capacity",
      value: 97,
      unit: "%",
      verdict: "ok",
      text: "pool archive is 97 % full",
    });
    expect(scrub(200 * DAY)).toMatchObject({ value: 200, unit: "days", verdict: "ok" });
  });

  test("the newest snapshot is old just after its limit; none at all is critical", () => {
    const at = (age: number) => judgeSnapshot("archive/apps", NOW, 26 * 3600, NOW + age * 1000).verdict;
    expect([at(26 * 3600), at(26 * 3600 + 1)]).toEqual(["ok", "critical"]);
    expect(judgeSnapshot("archive/apps", null, 26 * 3600, NOW)).toMatchObject({ verdict: "critical", value: "none" });
  });
});
