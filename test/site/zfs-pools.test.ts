/** What the kinds that look after pools and snapshots do on a real ZFS, zfs-fuse, also when disks fail and rot. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zfsFollow } from "../../pusher/jobs/zfs-follow.ts";
import { zfsScrub } from "../../pusher/jobs/zfs-scrub.ts";
import { zfsSnapshot } from "../../pusher/jobs/zfs-snapshot.ts";
import { missing } from "./tools.ts";
import { ZFS_TURN_MS } from "./zfs-fuse.ts";
import { startNights, type ZfsNights } from "./zfs-nights.ts";

const absent = missing(["zfs-fuse", "zpool", "zfs"], "the kinds of pools and snapshots on zfs-fuse");

let on: ZfsNights;

describe.skipIf(absent.length > 0)("the kinds of pools and snapshots on zfs-fuse", () => {
  beforeAll(async () => {
    on = await startNights();
  }, ZFS_TURN_MS);
  afterAll(() => on?.stop());

  test("a disk offline degrades the pool and is named; a second leaves no redundancy", async () => {
    const disk = on.zfs.offline();
    const one = await on.health("state");
    expect(one).toMatchObject({ value: "DEGRADED", verdict: "warning" });
    expect(one?.text).toBe(`pool ${on.zfs.pools.archive} is DEGRADED: ${disk} is OFFLINE`);

    const fifth = join(on.folder, "disks", "disk5");
    on.zfs.run("zpool", "offline", on.zfs.pools.archive, fifth);
    expect(await on.health("state")).toMatchObject({
      verdict: "critical",
      text: expect.stringContaining("no redundancy"),
    });

    on.zfs.run("zpool", "online", on.zfs.pools.archive, fifth);
    on.zfs.online();
    expect(await on.health("state")).toMatchObject({ value: "ONLINE", verdict: "ok" });
  });

  test("a scrub is told with its age, and the space with its share", async () => {
    const scrub = () => on.zfs.run("zpool", "scrub", on.zfs.pools.archive);
    // The resilver of the test before may still run, and a scrub waits for nothing.
    await expect.poll(async () => scrub(), { timeout: 30_000 }).toBe("");
    await expect
      .poll(() => on.health("scrub_age"), { timeout: 30_000 })
      .toMatchObject({ value: 0, unit: "days", verdict: "ok", text: expect.stringContaining("last scrub finished") });
    expect(await on.health("capacity")).toMatchObject({ unit: "%", verdict: "ok" });
  });

  test("a job of snapshots keeps its policy, what is held, and what a replica goes on from", async () => {
    const [mine, copy] = [`${on.zfs.pools.fast}/mine`, `${on.zfs.pools.archive}/mine`];
    on.zfs.create(mine);
    const take = (settings: object = {}) => {
      on.nextDay();
      return on.run(zfsSnapshot, { dataset: mine, keep: "today", ...settings });
    };
    expect(await take()).toMatchObject({ status: "succeeded", deletions: 0 });
    const base = on.snapshots(mine)[0] ?? "";
    const sent = await on.contextOf().pipe(["zfs", "send", `${mine}@${base}`], ["zfs", "receive", "-u", copy]);
    expect(sent.consumer).toMatchObject({ exitCode: 0 });

    expect(await take({ replicas: [copy] })).toMatchObject({ status: "succeeded", deletions: 0 });
    const held = on.snapshots(mine)[1] ?? "";
    on.zfs.run("zfs", "hold", "keep", `${mine}@${held}`);
    expect(await take({ replicas: [copy] })).toMatchObject({ status: "succeeded", deletions: 0 });
    expect(await take({ replicas: [copy] })).toMatchObject({ status: "succeeded", deletions: 1 });
    expect(on.snapshots(mine)).toEqual([base, held, on.snapshots(mine).at(-1)]);
    on.zfs.run("zfs", "release", "keep", `${mine}@${held}`);

    expect(await take({ replicas: [`${copy}-not-there`] })).toMatchObject({ status: "warned", deletions: 0 });
    expect(await take()).toMatchObject({ status: "succeeded", deletions: 4 });
    expect(on.snapshots(mine)).toHaveLength(1);
  });

  test("a replication by other hands is followed: what arrived, and that nothing arrives any more", async () => {
    const [theirs, copy] = [`${on.zfs.pools.fast}/theirs`, `${on.zfs.pools.archive}/theirs`];
    on.zfs.create(theirs);
    on.zfs.run("zfs", "snapshot", `${theirs}@a`);
    const follow = (hours = 0) =>
      on.run(
        zfsFollow,
        { source: theirs, target: copy, max_age: "26h" },
        on.contextOf({ now: () => Date.now() + hours * 3_600_000 }),
      );
    expect((await follow()).reason).toBe(`${copy} does not exist`);

    const sent = await on.contextOf().pipe(["zfs", "send", `${theirs}@a`], ["zfs", "receive", "-u", copy]);
    expect(sent.consumer).toMatchObject({ exitCode: 0 });
    expect(await follow(25)).toMatchObject({ status: "succeeded", readings: [{ value: 25, verdict: "ok" }] });
    expect((await follow(27)).reason).toContain(`nobody takes snapshots of ${theirs} any more`);

    on.zfs.create(`${copy}-new`);
    on.zfs.run("zfs", "snapshot", `${copy}-new@a`);
    const impostor = await on.run(zfsFollow, { source: theirs, target: `${copy}-new`, max_age: "26h" });
    expect(impostor.reason).toContain("no snapshot in common");
  });

  test("a job of scrubs follows the pool's scrub to its end", async () => {
    // What the disk that was offline counted in the test before.
    on.zfs.run("zpool", "clear", on.zfs.pools.archive);
    const { exec } = on.contextOf();
    const soon = on.contextOf({
      exec: (argv, options) => exec(argv[0] === "sleep" ? ["sleep", "0.2"] : argv, options),
    });
    expect(await on.run(zfsScrub, { pool: on.zfs.pools.archive }, soon)).toEqual({
      status: "succeeded",
      exitCode: 0,
      errors: 0,
    });
    expect(await on.health("scrub_age")).toMatchObject({ value: 0, verdict: "ok" });
  });

  test("a byte that rotted on a disk is found by a job of scrubs, and no data is lost", async () => {
    writeFileSync(on.targetFile("../mine-too"), "x".repeat(4_000_000));
    on.zfs.run("zpool", "export", on.zfs.pools.archive);
    const disk = openSync(join(on.folder, "disks", "disk4"), "r+");
    // Past the labels at the front of the disk (4 MiB), and far from those at its end.
    writeSync(disk, Buffer.alloc(2_000_000, 0xa5), 0, 2_000_000, 5 * 1024 * 1024);
    closeSync(disk);
    on.zfs.run("zpool", "import", "-d", join(on.folder, "disks"), on.zfs.pools.archive);
    const { exec } = on.contextOf();
    const soon = on.contextOf({
      exec: (argv, options) => exec(argv[0] === "sleep" ? ["sleep", "0.2"] : argv, options),
    });
    const outcome = await on.run(zfsScrub, { pool: on.zfs.pools.archive }, soon);
    expect(outcome).toMatchObject({ status: "warned", reason: expect.stringContaining("no data is lost") });
    expect(await on.health("errors")).toMatchObject({ verdict: "warning", text: expect.stringContaining("disk4") });
    on.zfs.run("zpool", "clear", on.zfs.pools.archive);
  });
});
