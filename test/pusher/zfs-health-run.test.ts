/** One look at a pool, whatever version of ZFS answers and however badly: what the run comes to. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { zfsHealth } from "../../pusher/jobs/zfs-health.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T03:00:00Z");

function stdoutOf(path: string): string {
  const text = readFileSync(join(import.meta.dirname, "../fixtures", path), "utf8");
  return /--- stdout\n([\s\S]*?)\n?--- stderr/.exec(text)?.[1] ?? "";
}

/** What 2.1 answers to a question for JSON. */
const NO_JSON: Answer = ["zpool status -j", { exitCode: 2, stderr: "invalid option 'j'\nusage:\n" }];
const NO_SPACE: Answer = ["zpool list", { exitCode: 1, stderr: "bad property list" }];

async function look(answers: readonly Answer[], more: object = {}) {
  const prepared = zfsHealth.prepare({ pool: "archive", ...more });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls } = played(answers, NOW);
  return { outcome: await prepared.value.run(context), calls };
}

const verdicts = (outcome: Awaited<ReturnType<typeof look>>["outcome"]) =>
  Object.fromEntries((outcome.readings ?? []).map(({ name, verdict }) => [name, verdict]));

describe("a look at a pool", () => {
  test("reads the JSON of 2.3 and asks for no text", async () => {
    const { outcome, calls } = await look([
      ["zpool status -j", { stdout: stdoutOf("openzfs-2.3.2/offline-one/status-j-int.txt") }],
      ["zpool list -H -o capacity", { stdout: "91%\n" }],
      ["zpool list -H -o fragmentation", { stdout: "12%\n" }],
    ]);
    expect(outcome.status).toBe("succeeded");
    expect(verdicts(outcome)).toEqual({
      "pool.archive.state": "warning",
      "pool.archive.errors": "ok",
      "pool.archive.scrub_age": "ok",
      "pool.archive.capacity": "ok",
      "pool.archive.fragmentation": "ok",
    });
    expect(calls.filter((line) => line.startsWith("zpool status"))).toHaveLength(1);
  });

  test("reads the text of 2.1, which knows no JSON, and does without what that version cannot say", async () => {
    const { outcome } = await look([
      NO_JSON,
      ["zpool status archive", { stdout: stdoutOf("openzfs-2.1.11/offline-one/status.txt") }],
      NO_SPACE,
    ]);
    expect(outcome.status).toBe("succeeded");
    expect(Object.keys(verdicts(outcome))).toEqual([
      "pool.archive.state",
      "pool.archive.errors",
      "pool.archive.scrub_age",
    ]);
    expect(outcome.readings?.[0]?.text).toContain("ABCD04 is OFFLINE");
  });

  test.each<readonly [string, Answer]>([
    ["no such pool", ["zpool status archive", { exitCode: 1, stderr: "cannot open 'archive': no such pool\n" }]],
    ["no pool at all", ["zpool status archive", { exitCode: 0, stderr: "no pools available\n" }]],
  ])("that finds %s has looked: one critical reading says so", async (_, answer) => {
    const { outcome } = await look([NO_JSON, answer]);
    expect(outcome).toMatchObject({
      status: "succeeded",
      readings: [{ name: "pool.archive.state", value: "MISSING", verdict: "critical" }],
    });
    expect(outcome.readings?.[0]?.text).toMatch(/there is no pool archive: .*zpool import/);
  });

  test.each<readonly [string, RegExp, readonly Answer[]]>([
    ["without ZFS", /no program `zpool`.*is ZFS installed/, [["zpool", { startError: "there is no program `zpool`" }]]],
    ["that hangs", /pool archive: no answer in time/, [["zpool", { timedOut: true, signal: "SIGKILL" }]]],
    [
      "without the module",
      /kernel module is not loaded \(`modprobe zfs`\)/,
      [
        [
          "zpool",
          { exitCode: 1, stderr: "The ZFS modules are not loaded.\nTry running '/sbin/modprobe zfs' as root.\n" },
        ],
      ],
    ],
  ])("%s could not look, and says why", async (_, says, answers) => {
    const { outcome } = await look(answers);
    expect(outcome).toEqual({ status: "failed", reason: expect.stringMatching(says) });
  });

  test("asks a suspended pool nothing about its datasets", async () => {
    const { outcome, calls } = await look(
      [
        NO_JSON,
        ["zpool status archive", { stdout: stdoutOf("openzfs-2.1.11/three-lost-suspended/status.txt") }],
        NO_SPACE,
      ],
      { newest_snapshot: { dataset: "archive/apps", max_age: "26h" } },
    );
    expect(outcome.status).toBe("succeeded");
    expect(outcome.readings?.[0]).toMatchObject({ value: "SUSPENDED", verdict: "critical" });
    expect(calls.filter((line) => line.startsWith("zfs "))).toEqual([]);
  });

  test("tells the age of the newest snapshot; without its dataset it fails and still tells the rest", async () => {
    const pool: readonly Answer[] = [
      NO_JSON,
      ["zpool status archive", { stdout: stdoutOf("openzfs-2.1.11/healthy/status.txt") }],
      NO_SPACE,
    ];
    const more = { newest_snapshot: { dataset: "archive/apps", max_age: "26h" } };
    const created = (NOW - 27 * 3_600_000) / 1000;
    const listing = `archive/apps@a\tcreation\t${created}\narchive/apps@a\tguid\t1\n`;
    const old = await look([...pool, ["zfs get", { stdout: listing }]], more);
    expect(old.outcome.readings?.at(-1)).toMatchObject({ value: 27, unit: "h", verdict: "critical" });

    const gone = "cannot open 'archive/apps': dataset does not exist\n";
    const missing = await look([...pool, ["zfs get", { exitCode: 1, stderr: gone }]], more);
    expect(missing.outcome).toMatchObject({ status: "failed", reason: "archive/apps does not exist" });
    expect(missing.outcome.readings).toHaveLength(3);
  });
});
