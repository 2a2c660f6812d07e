/** What a run of zfs-send asks of ZFS, and what it never does; the states that the zfs-fuse of test/site cannot get into. */
import { describe, expect, test } from "vitest";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import type { Answer } from "./played.ts";
import { BOOKMARKS, fixture, gone, listing, MOUNT, moving, run, SNAPSHOTS, TODAY, TOKEN } from "./zfs-send-night.ts";

describe("zfs-send", () => {
  test("snapshots, sends what is new from the snapshot that both sides have, and counts the stream", async () => {
    const before: Answer = [
      `${SNAPSHOTS} fast/apps`,
      { stdout: listing("fast/apps", { yesterday: "1", [TODAY]: "2" }) },
    ];
    const { outcome, calls } = await run([
      before,
      [`${SNAPSHOTS} archive/apps`, { stdout: listing("archive/apps", { yesterday: "1" }) }],
    ]);
    expect(moving(calls)).toEqual([
      `zfs snapshot fast/apps@${TODAY}`,
      `zfs send -i fast/apps@yesterday fast/apps@${TODAY} | zfs receive -s -u archive/apps`,
    ]);
    // The target was played without the new snapshot: exit codes of 0 are no proof.
    expect(outcome).toEqual({ status: "failed", reason: `archive/apps@${TODAY} is not what was sent` });
  });

  test("succeeds when the snapshot stands on the target with the guid that it has on the source", async () => {
    expect((await run([])).outcome).toEqual({ status: "succeeded", exitCode: 0, bytes: 624, deletions: 0 });
    const impostor = listing("archive/apps", { yesterday: "1", [TODAY]: "99" });
    expect((await run([[`${SNAPSHOTS} archive/apps`, { stdout: impostor }]])).outcome.status).toBe("failed");
  });

  test("sends everything only when the target is not there and its pool is", async () => {
    const absent: readonly Answer[] = [
      [TOKEN, gone("archive/apps")],
      ["zfs list -H -o name archive/apps", gone("archive/apps")],
    ];
    const first = await run(absent);
    expect(first.outcome.status).toBe("succeeded");
    expect(moving(first.calls)).toContain(`zfs send fast/apps@${TODAY} | zfs receive -s -u archive/apps`);

    const noPool: Answer = [
      "zpool list -H -o health archive",
      { exitCode: 1, stderr: "cannot open 'archive': no such pool\n" },
    ];
    const lost = await run([noPool, ...absent]);
    expect(lost.outcome.reason).toMatch(/there is no pool archive: is it imported/);
    expect(moving(lost.calls)).toEqual([]);
  });

  test("touches nothing while a pool is suspended", async () => {
    const { outcome, calls } = await run([["zpool list -H -o health archive", { stdout: "SUSPENDED\n" }]]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("pool archive is SUSPENDED") });
    expect(moving(calls)).toEqual([]);
  });

  test("makes no snapshot night after night for a target that has none in common", async () => {
    const strange = listing("archive/apps", { yesterday: "77" });
    const { outcome, calls } = await run([[`${SNAPSHOTS} archive/apps`, { stdout: strange }]]);
    expect(outcome.reason).toMatch(/exists and has no snapshot in common with fast\/apps; nothing was changed/);
    expect(moving(calls)).toEqual([]);
  });

  test.each(["has been modified\nsince most recent snapshot", "must specify -F to overwrite it", "out of space"])(
    "never forces, and destroys nothing, when the receiver says: %s",
    async (stderr) => {
      const { outcome, calls } = await run([["zfs receive", { exitCode: 1, stderr: `cannot receive: ${stderr}\n` }]], {
        keep: "nightly",
        keep_target: "nightly",
      });
      expect(outcome.status).toBe("failed");
      expect(calls.filter((line) => / -F|destroy|rollback|receive -A/.test(line))).toEqual([]);
    },
  );
});

describe("an interrupted receive", () => {
  const token: Answer = [TOKEN, { stdout: "1-abc-d8\n" }];

  test("is continued before anything new is sent", async () => {
    const { outcome, calls } = await run([token, ["zfs send -t 1-abc-d8", { bytes: 1000 }]]);
    expect(moving(calls)[0]).toBe("zfs send -t 1-abc-d8 | zfs receive -s -u archive/apps");
    expect(outcome).toMatchObject({ status: "succeeded", bytes: 1624 });
  });

  test.each([
    fixture("openzfs-send-token-corrupt"),
    "cannot resume send: 'fast/apps@x' used in the initial send no longer exists\n",
    "cannot resume send: 'fast/apps@x' is no longer the same snapshot used in the initial send\n",
    "cannot resume send: incremental source 0x595d9f81aa9dddab no longer exists\n",
  ])("is given up when there is nothing left to continue, and the log says so: %s", async (stderr) => {
    const { outcome, calls, log } = await run([token, ["zfs send -t", { exitCode: 255, stderr }]]);
    expect(moving(calls).slice(0, 2)).toEqual([
      "zfs send -t 1-abc-d8 | zfs receive -s -u archive/apps",
      "zfs receive -A archive/apps",
    ]);
    expect(log.join("\n")).toContain("giving up the partly received snapshot of archive/apps");
    expect(outcome.status).toBe("succeeded");
  });

  test("is kept when its snapshot only cannot be reached now", async () => {
    const stderr = "cannot resume send: unable to access 'fast/apps@x': I/O error\n";
    const { outcome, calls } = await run([token, ["zfs send -t", { exitCode: 255, stderr }]]);
    expect(outcome.status).toBe("failed");
    expect(moving(calls)).toHaveLength(1);
  });

  test.each([
    "cannot receive resume stream: out of space\n",
    "cannot receive resume stream: pool I/O is currently suspended\n",
  ])("is kept for the next run when it only could not go on now: %s", async (stderr) => {
    const { outcome, calls } = await run([token, ["zfs receive", { exitCode: 1, stderr }]]);
    expect(outcome.status).toBe("failed");
    expect(calls.filter((line) => line.includes("-A"))).toEqual([]);
    expect(moving(calls)).toHaveLength(1);
  });

  test("is not looked for where the version knows none", async () => {
    const stderr = "bad property list: invalid property 'receive_resume_token'\n";
    const { calls } = await run([
      [TOKEN, { exitCode: 2, stderr }],
      ["zfs unmount", {}],
      ["zfs mount", {}],
    ]);
    expect(moving(calls)).toContainEqual(expect.stringContaining("| zfs receive -u archive/apps"));
  });
});

describe("a bookmark", () => {
  const line = (name: string, guid: number) => `fast/apps#${name}\t${guid}\t${guid}\t1795396919\n`;
  const gap = (marked: string): readonly Answer[] => [
    [`${SNAPSHOTS} fast/apps`, { stdout: listing("fast/apps", { old: "3", [TODAY]: "9" }) }],
    [`${SNAPSHOTS} archive/apps`, { stdout: listing("archive/apps", { old: "3", yesterday: "5" }) }],
    [BOOKMARKS, { stdout: marked }],
  ];

  test("of the target's newest snapshot is sent from, when the snapshot itself is gone from the source", async () => {
    const { calls } = await run(gap(line("b1", 4) + line("b2", 5)));
    expect(moving(calls)[1]).toBe(`zfs send -i fast/apps#b2 fast/apps@${TODAY} | zfs receive -s -u archive/apps`);
  });

  test("of an older snapshot of the target is of no use: ZFS receives on top of the newest", async () => {
    const { calls } = await run(gap(line("b1", 3)));
    expect(moving(calls)[1]).toBe(`zfs send -i fast/apps@old fast/apps@${TODAY} | zfs receive -s -u archive/apps`);
  });

  test("is made of what has arrived, and takes the place of this job's last one alone", async () => {
    const names = ["mine", "tierwatch-job-weekly-tierwatch-1", "tierwatch-job-nightly-tierwatch-1"];
    const { calls, outcome } = await run([
      [BOOKMARKS, { stdout: names.map((name, i) => line(name, i)).join("") }],
      ["zfs destroy", {}],
    ]);
    expect(calls).toContain(`zfs bookmark fast/apps@${TODAY} fast/apps#tierwatch-job-nightly-${TODAY}`);
    expect(calls.filter((call) => call.startsWith("zfs destroy"))).toEqual([
      "zfs destroy fast/apps#tierwatch-job-nightly-tierwatch-1",
    ]);
    expect(outcome.status).toBe("succeeded");
  });

  test("that this user may not make is no trouble for the copy", async () => {
    const { outcome, log } = await run([["zfs bookmark", { exitCode: 1, stderr: "permission denied\n" }]]);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, bytes: 624, deletions: 0 });
    expect(log.join("\n")).toMatch(/no bookmark was made: .*permission denied/);
  });
});

describe("raw", () => {
  const KEY = "zfs get -H -o value keystatus archive/apps";

  test("sends the dataset as it is on the disk, and leaves a copy without its key unmounted", async () => {
    const { calls, outcome } = await run([[KEY, { stdout: "unavailable\n" }]], { raw: true });
    expect(moving(calls)).toContain(
      `zfs send -w -i fast/apps@${TODAY} fast/apps@${TODAY} | zfs receive -s -u archive/apps`,
    );
    expect(calls).not.toContain(MOUNT);
    expect(outcome.status).toBe("succeeded");
  });

  test("mounts a copy whose key is there", async () => {
    expect((await run([[KEY, { stdout: "available\n" }]], { raw: true })).calls).toContain(MOUNT);
  });

  test("is what an encrypted dataset without its key is told to be sent as", async () => {
    const stderr = fixture("openzfs-send-key-not-loaded");
    const { outcome } = await run([["zfs send", { exitCode: 1, stderr }]]);
    expect(outcome.reason).toMatch(/fast\/apps: its encryption key is not loaded .*`raw = true`/);
  });
});

test("a name that ZFS would take for an option is refused", () => {
  expect(zfsSend.prepare({ source: "-F", target: "archive/apps" }).ok).toBe(false);
  expect(zfsSend.prepare({ source: "fast/apps", target: "archive/apps@x" }).ok).toBe(false);
});
