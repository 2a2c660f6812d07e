/** What zfs-send does when the copy has arrived: it is mounted, pruned, and its reach is told. */
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import type { Answer } from "./played.ts";
import { listing, MOUNT, mountedAs, run, SNAPSHOTS, TODAY } from "./zfs-send-night.ts";

describe("a copy that has arrived", () => {
  test("is mounted when it should be and is not", async () => {
    const { outcome, calls } = await run([
      [MOUNT, { stdout: mountedAs("no") }],
      ["zfs mount", {}],
    ]);
    expect(calls).toContain("zfs mount archive/apps");
    expect(outcome.status).toBe("succeeded");
  });

  test.each(["noauto", "off"])("is left unmounted where its owner says canmount=%s", async (canmount) => {
    const { calls } = await run([[MOUNT, { stdout: mountedAs("no", canmount) }]]);
    expect(calls).not.toContain("zfs mount archive/apps");
  });

  test("is there, with a warning, when it cannot be mounted", async () => {
    const stderr = "cannot mount '/archive/apps': directory is not empty\n";
    const { outcome } = await run([
      [MOUNT, { stdout: mountedAs("no") }],
      ["zfs mount", { exitCode: 1, stderr }],
    ]);
    expect(outcome).toMatchObject({
      status: "warned",
      bytes: 624,
      reason: expect.stringMatching(/folder .* not empty/),
    });
  });

  test("is there, with a warning, when pruning stops", async () => {
    const daily = Object.fromEntries(
      Array.from({ length: 9 }, (_, day) => [`tierwatch-2026110${day + 1}T020000Z`, `${day + 10}`]),
    );
    const created = Object.keys(daily)
      .map((name, day) => `fast/apps@${name}\tcreation\t${Date.UTC(2026, 10, day + 1, 2) / 1000}\n`)
      .join("");
    const stdout = created + listing("fast/apps", { ...daily, yesterday: "1", [TODAY]: "2" });
    const { outcome, calls } = await run(
      [
        [`${SNAPSHOTS} fast/apps`, { stdout }],
        ["zfs destroy", { exitCode: 1, stderr: "cannot destroy snapshot: dataset is busy\n" }],
      ],
      { keep: "nightly" },
    );
    expect(outcome).toMatchObject({ status: "warned", deletions: 0, reason: expect.stringContaining("is busy") });
    expect(calls.filter((line) => line.startsWith("zfs destroy"))).toHaveLength(1);
  });
});

describe("pruning after a send", () => {
  /** Snapshots with the days on which they say that they were made, in the order in which they came to be. */
  const dated = (dataset: string, snapshots: readonly (readonly [name: string, day: number])[]) =>
    snapshots
      .map(([name, day], i) => {
        const created = Date.UTC(2026, 10, day, 2) / 1000;
        return `${dataset}@${name}\tguid\t${i}\n${dataset}@${name}\tcreatetxg\t${i}\n${dataset}@${name}\tcreation\t${created}\n`;
      })
      .join("");
  const both = (snapshots: readonly (readonly [string, number])[]): readonly Answer[] =>
    ["fast/apps", "archive/apps"].map((of) => [`${SNAPSHOTS} ${of}`, { stdout: dated(of, snapshots) }]);
  const destroyed = (calls: readonly string[]) => calls.filter((line) => line.startsWith("zfs destroy"));
  const prune = (answers: readonly Answer[], carries?: KindContext["carries"]) =>
    run([...answers, ["zfs destroy", {}]], { keep: "once", keep_target: "once" }, carries);

  test("takes what the policy no longer keeps on both sides, and leaves what others made", async () => {
    const { outcome, calls } = await prune(
      both([
        ["mine", 1],
        ["tierwatch-a", 2],
        [TODAY, 23],
      ]),
    );
    expect(destroyed(calls)).toEqual(["zfs destroy fast/apps@tierwatch-a", "zfs destroy archive/apps@tierwatch-a"]);
    expect(outcome).toMatchObject({ status: "succeeded", deletions: 2 });
  });

  test("leaves what both sides have in common, also when a clock that was set back makes it look the oldest", async () => {
    const { calls } = await prune(
      both([
        ["tierwatch-a", 20],
        ["tierwatch-b", 21],
        [TODAY, 1],
      ]),
    );
    expect(destroyed(calls)).toEqual(["zfs destroy fast/apps@tierwatch-a", "zfs destroy archive/apps@tierwatch-a"]);
  });

  test("tells how far back the copy reaches afterwards, by every snapshot that is on the target", async () => {
    const carries = { from: "fast", to: "archive", datasets: ["apps", "mail"] };
    const snapshots = [
      ["mine", 4],
      ["tierwatch-a", 2],
      ["tierwatch-b", 3],
      [TODAY, 23],
    ] as const;
    const { outcome, calls } = await prune(both(snapshots), carries);
    expect(destroyed(calls)).toHaveLength(4);
    const reach = { versions: 2, oldestAt: "2026-11-04T02:00:00.000Z", newestAt: "2026-11-23T02:00:00.000Z" };
    const told = { tier: "archive", at: "2026-11-23T02:00:00.500Z", ...reach };
    expect(outcome.depths).toEqual([
      { dataset: "apps", ...told },
      { dataset: "mail", ...told },
    ]);
    // It asks ZFS nothing more for that.
    expect((await prune(both(snapshots))).calls).toEqual(calls);
  });

  test("counts what it could not destroy", async () => {
    const carries = { from: "fast", to: "archive", datasets: ["apps"] };
    const target: Answer = [
      "zfs destroy archive/apps@tierwatch-b",
      { exitCode: 1, stderr: "cannot destroy snapshot: dataset is busy\n" },
    ];
    const snapshots = both([
      ["tierwatch-a", 1],
      ["tierwatch-b", 2],
      [TODAY, 23],
    ]);
    const { outcome } = await prune([target, ...snapshots], carries);
    expect(outcome).toMatchObject({
      status: "warned",
      depths: [{ versions: 2, oldestAt: "2026-11-02T02:00:00.000Z", newestAt: "2026-11-23T02:00:00.000Z" }],
    });
  });

  test("destroys nothing where no policy is named", async () => {
    const { calls } = await run(
      both([
        ["tierwatch-a", 2],
        [TODAY, 23],
      ]),
    );
    expect(destroyed(calls)).toEqual([]);
  });
});
