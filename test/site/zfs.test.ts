/** The ZFS kinds on a real ZFS: Debian's zfs-fuse, a pool `fast` on one file and a raidz2 pool `archive` on five. */
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Reading } from "../../protocol/heartbeat.ts";
import { executor } from "../../pusher/exec.ts";
import type { JobOutcome } from "../../pusher/jobs/job.ts";
import type { JobKind, KindContext } from "../../pusher/jobs/kind.ts";
import { zfsFollow } from "../../pusher/jobs/zfs-follow.ts";
import { zfsHealth } from "../../pusher/jobs/zfs-health.ts";
import { zfsScrub } from "../../pusher/jobs/zfs-scrub.ts";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import { zfsSnapshot } from "../../pusher/jobs/zfs-snapshot.ts";
import { played } from "../pusher/played.ts";
import { missing } from "./tools.ts";
import { startZfs, type Zfs } from "./zfs-fuse.ts";

const absent = missing(["zfs-fuse", "zpool", "zfs"], "the ZFS kinds on zfs-fuse");
const NIGHT = Date.parse("2026-11-23T02:00:00Z");

let folder: string;
let zfs: Zfs;
let nights = 0;

const source = () => `${zfs.pools.fast}/apps`;
const target = () => `${zfs.pools.archive}/apps`;
const sourceFile = (name: string) => join(zfs.mounts.fast, "apps", name);
const targetFile = (name: string) => join(zfs.mounts.archive, "apps", name);

/** A context of real programs. */
function contextOf(more: Partial<KindContext> = {}): KindContext {
  const ignore = () => undefined;
  const io = { env: process.env, platform: process.platform, onOutput: ignore, onBytes: ignore, onStart: ignore };
  const { exec, pipe } = executor(io);
  return {
    ...played([], NIGHT).context,
    exec,
    pipe,
    now: () => NIGHT + nights * 86_400_000,
    folder,
    policy: (name) => (name === "today" ? { daily: 1 } : undefined),
    ...more,
  };
}

function run(kind: JobKind, settings: object, context = contextOf()): Promise<JobOutcome> {
  const prepared = kind.prepare(settings);
  if (!prepared.ok) throw new Error("these settings are good");
  return prepared.value.run(context);
}

/** One more night of sending, on a day of its own. */
function send(settings: object = {}, context?: KindContext): Promise<JobOutcome> {
  nights += 1;
  return run(zfsSend, { source: source(), target: target(), ...settings }, context);
}

async function health(name: string): Promise<Reading | undefined> {
  const outcome = await run(zfsHealth, { pool: zfs.pools.archive }, contextOf({ now: Date.now }));
  expect(outcome).toMatchObject({ status: "succeeded" });
  return outcome.readings?.find((reading) => reading.name === `pool.${zfs.pools.archive}.${name}`);
}

const snapshots = (dataset: string) =>
  zfs
    .run("zfs", "list", "-H", "-t", "snapshot", "-o", "name", "-r", dataset)
    .split("\n")
    .filter((name) => name !== "")
    .map((name) => name.slice(name.indexOf("@") + 1));

const guid = (dataset: string, snapshot = "") =>
  zfs.run("zfs", "get", "-H", "-p", "-o", "value", "guid", `${dataset}@${snapshot}`).trim();

/** Seconds. */
const created = (dataset: string, snapshot: string) =>
  Number(zfs.run("zfs", "get", "-H", "-p", "-o", "value", "creation", `${dataset}@${snapshot}`));

describe.skipIf(absent.length > 0)("the ZFS kinds on zfs-fuse", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-zfs-"));
    zfs = await startZfs(folder);
    zfs.create(source());
    writeFileSync(sourceFile("first"), "first ".repeat(100_000));
    const first = await send();
    expect(first).toMatchObject({ status: "succeeded", deletions: 0 });
    expect(first.bytes).toBeGreaterThan(600_000);
  });

  afterAll(async () => {
    await zfs?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the first night makes a copy that can be read where it is mounted, with the same guid", () => {
    expect(readFileSync(targetFile("first"), "utf8")).toBe(readFileSync(sourceFile("first"), "utf8"));
    const first = snapshots(source())[0];
    expect(first).toMatch(/^tierwatch-\d{8}T\d{6}Z$/);
    expect(guid(target(), first)).toBe(guid(source(), first));
  });

  test("the next night sends only what is new, and it can be read", async () => {
    writeFileSync(sourceFile("second"), "second");
    const outcome = await send();
    expect(outcome.status).toBe("succeeded");
    expect(outcome.bytes).toBeLessThan(100_000);
    expect(readFileSync(targetFile("second"), "utf8")).toBe("second");
  });

  test("a stream that breaks off is a failure with its reason, and the next night makes up for it", async () => {
    writeFileSync(sourceFile("third"), "third ".repeat(200_000));
    const { pipe } = contextOf();
    const cut = contextOf({
      pipe: (producer, consumer, options) =>
        pipe(["sh", "-c", `${producer.join(" ")} 2>/dev/null | head -c 300000`], consumer, options),
    });
    const broken = await send({}, cut);
    expect(broken).toMatchObject({ status: "failed", reason: expect.stringContaining("broke off") });
    expect((await send()).status).toBe("succeeded");
    expect(readFileSync(targetFile("third"), "utf8")).toBe("third ".repeat(200_000));
  });

  test("pruning keeps the newest of the day, what is held and what isn't ours, on both sides", async () => {
    const held = snapshots(source())[0] ?? "";
    zfs.run("zfs", "hold", "keep", `${source()}@${held}`);
    zfs.run("zfs", "snapshot", `${source()}@mine`);
    const before = snapshots(target()).length;
    const carries = { from: "fast", to: "archive", datasets: ["apps"] };
    const outcome = await send({ keep: "today", keep_target: "today" }, contextOf({ carries }));
    expect(outcome.status).toBe("succeeded");
    const newest = snapshots(source()).at(-1) ?? "";
    expect(snapshots(source())).toEqual([held, "mine", newest]);
    expect(snapshots(target())).toEqual([newest]);
    const made = new Date(created(target(), newest) * 1000).toISOString();
    expect(outcome.depths).toMatchObject([
      { dataset: "apps", tier: "archive", versions: 1, oldestAt: made, newestAt: made },
    ]);
    expect(created(source(), newest)).toBe(created(target(), newest));
    expect(outcome.deletions).toBeGreaterThan(before);
    zfs.run("zfs", "release", "keep", `${source()}@${held}`);
  });

  test("a target that was written to is not overwritten: it fails and says what to do", async () => {
    writeFileSync(targetFile("stray"), "somebody's only copy");
    writeFileSync(sourceFile("fourth"), "fourth");
    const outcome = await send();
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(/was modified.*zfs rollback/) });
    expect(readFileSync(targetFile("stray"), "utf8")).toBe("somebody's only copy");

    zfs.run("zfs", "rollback", `${target()}@${snapshots(target()).at(-1)}`);
    expect((await send()).status).toBe("succeeded");
    expect(readFileSync(targetFile("fourth"), "utf8")).toBe("fourth");
  });

  test("a target that reading changes is found before it breaks a night, and breaks one", async () => {
    const prepared = zfsSend.prepare({ source: source(), target: target() });
    if (!prepared.ok) throw new Error("these settings are good");
    const there = { what: `dataset ${source()} is there` };
    expect(await prepared.value.check(contextOf())).toEqual([
      there,
      { what: `reading ${target()} does not change it` },
    ]);
    zfs.run("zfs", "set", "atime=on", target());
    const [, found] = await prepared.value.check(contextOf());
    expect(found?.fault).toContain(`run: zfs set readonly=on ${target()}`);

    readFileSync(targetFile("second"), "utf8");
    expect(await send()).toMatchObject({ status: "failed", reason: expect.stringContaining("was modified") });
    zfs.run("zfs", "rollback", `${target()}@${snapshots(target()).at(-1)}`);
    zfs.run("zfs", "inherit", "atime", target());
    expect((await send()).status).toBe("succeeded");
  });

  test("a target with no snapshot in common fails before anything is made or destroyed", async () => {
    const stranger = `${zfs.pools.archive}/stranger`;
    zfs.create(stranger);
    const before = snapshots(source());
    const outcome = await send({ target: stranger });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("no snapshot in common") });
    expect(snapshots(source())).toEqual(before);
  });

  test("the receiver's refusal is told, not the sender's broken pipe", async () => {
    const outcome = await send({ target: `${zfs.pools.archive}/nope/apps` });
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("parent dataset does not exist"),
    });
  });

  test("a pool that is not there is named by both kinds", async () => {
    const outcome = await send({ target: "nosuchpool/apps" });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(/there is no pool nosuchpool/) });
    const looked = await run(zfsHealth, { pool: "nosuchpool" });
    expect(looked).toMatchObject({ status: "succeeded", readings: [{ value: "MISSING", verdict: "critical" }] });
  });

  test("a disk offline degrades the pool and is named; a second leaves no redundancy", async () => {
    const disk = zfs.offline();
    const one = await health("state");
    expect(one).toMatchObject({ value: "DEGRADED", verdict: "warning" });
    expect(one?.text).toBe(`pool ${zfs.pools.archive} is DEGRADED: ${disk} is OFFLINE`);

    const fifth = join(folder, "disks", "disk5");
    zfs.run("zpool", "offline", zfs.pools.archive, fifth);
    expect(await health("state")).toMatchObject({
      verdict: "critical",
      text: expect.stringContaining("no redundancy"),
    });

    zfs.run("zpool", "online", zfs.pools.archive, fifth);
    zfs.online();
    expect(await health("state")).toMatchObject({ value: "ONLINE", verdict: "ok" });
  });

  test("a scrub is told with its age, and the space with its share", async () => {
    const scrub = () => zfs.run("zpool", "scrub", zfs.pools.archive);
    // The resilver of the test before may still run, and a scrub waits for nothing.
    await expect.poll(async () => scrub(), { timeout: 30_000 }).toBe("");
    await expect
      .poll(() => health("scrub_age"), { timeout: 30_000 })
      .toMatchObject({ value: 0, unit: "days", verdict: "ok", text: expect.stringContaining("last scrub finished") });
    expect(await health("capacity")).toMatchObject({ unit: "%", verdict: "ok" });
  });

  test("over ssh every word reaches the other machine's shell as it was, and the copy arrives", async () => {
    // What sshd does with its one line: it gives it to the login shell.
    const there = join(folder, "ssh bin");
    mkdirSync(there, { recursive: true });
    writeFileSync(join(there, "ssh"), '#!/bin/sh\nfor line; do :; done\nexec sh -c "$line"\n', { mode: 0o755 });
    const ignore = () => undefined;
    const env = { ...process.env, PATH: `${there}:${process.env.PATH}` };
    const { exec, pipe } = executor({
      env,
      platform: process.platform,
      onOutput: ignore,
      onBytes: ignore,
      onStart: ignore,
    });
    const away = `${zfs.pools.archive}/far away`;
    const context = contextOf({ exec, pipe, carries: { from: "fast", to: "archive", datasets: ["apps"] } });
    const outcome = await send({ target: away, ssh: { host: "backup@nas2" } }, context);
    expect(outcome).toMatchObject({ status: "succeeded", depths: [{ versions: 1 }] });
    expect(guid(away, snapshots(source()).at(-1))).toBe(guid(source(), snapshots(source()).at(-1)));
  });

  test("a job of snapshots keeps its policy, what is held, and what a replica goes on from", async () => {
    const [mine, copy] = [`${zfs.pools.fast}/mine`, `${zfs.pools.archive}/mine`];
    zfs.create(mine);
    const take = (settings: object = {}) => {
      nights += 1;
      return run(zfsSnapshot, { dataset: mine, keep: "today", ...settings });
    };
    expect(await take()).toMatchObject({ status: "succeeded", deletions: 0 });
    const base = snapshots(mine)[0] ?? "";
    const sent = await contextOf().pipe(["zfs", "send", `${mine}@${base}`], ["zfs", "receive", "-u", copy]);
    expect(sent.consumer).toMatchObject({ exitCode: 0 });

    expect(await take({ replicas: [copy] })).toMatchObject({ status: "succeeded", deletions: 0 });
    const held = snapshots(mine)[1] ?? "";
    zfs.run("zfs", "hold", "keep", `${mine}@${held}`);
    expect(await take({ replicas: [copy] })).toMatchObject({ status: "succeeded", deletions: 0 });
    expect(await take({ replicas: [copy] })).toMatchObject({ status: "succeeded", deletions: 1 });
    expect(snapshots(mine)).toEqual([base, held, snapshots(mine).at(-1)]);
    zfs.run("zfs", "release", "keep", `${mine}@${held}`);

    expect(await take({ replicas: [`${copy}-not-there`] })).toMatchObject({ status: "warned", deletions: 0 });
    expect(await take()).toMatchObject({ status: "succeeded", deletions: 4 });
    expect(snapshots(mine)).toHaveLength(1);
  });

  test("a replication by other hands is followed: what arrived, and that nothing arrives any more", async () => {
    const [theirs, copy] = [`${zfs.pools.fast}/theirs`, `${zfs.pools.archive}/theirs`];
    zfs.create(theirs);
    zfs.run("zfs", "snapshot", `${theirs}@a`);
    const follow = (hours = 0) =>
      run(
        zfsFollow,
        { source: theirs, target: copy, max_age: "26h" },
        contextOf({ now: () => Date.now() + hours * 3_600_000 }),
      );
    expect((await follow()).reason).toBe(`${copy} does not exist`);

    const sent = await contextOf().pipe(["zfs", "send", `${theirs}@a`], ["zfs", "receive", "-u", copy]);
    expect(sent.consumer).toMatchObject({ exitCode: 0 });
    expect(await follow(25)).toMatchObject({ status: "succeeded", readings: [{ value: 25, verdict: "ok" }] });
    expect((await follow(27)).reason).toContain(`nobody takes snapshots of ${theirs} any more`);

    zfs.create(`${copy}-new`);
    zfs.run("zfs", "snapshot", `${copy}-new@a`);
    const impostor = await run(zfsFollow, { source: theirs, target: `${copy}-new`, max_age: "26h" });
    expect(impostor.reason).toContain("no snapshot in common");
  });

  test("a job of scrubs follows the pool's scrub to its end", async () => {
    // What the disk that was offline counted in the test before.
    zfs.run("zpool", "clear", zfs.pools.archive);
    const { exec } = contextOf();
    const soon = contextOf({ exec: (argv, options) => exec(argv[0] === "sleep" ? ["sleep", "0.2"] : argv, options) });
    expect(await run(zfsScrub, { pool: zfs.pools.archive }, soon)).toEqual({
      status: "succeeded",
      exitCode: 0,
      errors: 0,
    });
    expect(await health("scrub_age")).toMatchObject({ value: 0, verdict: "ok" });
  });

  test("a byte that rotted on a disk is found by a job of scrubs, and no data is lost", async () => {
    writeFileSync(targetFile("../mine-too"), "x".repeat(4_000_000));
    zfs.run("zpool", "export", zfs.pools.archive);
    const disk = openSync(join(folder, "disks", "disk4"), "r+");
    // Past the labels at the front of the disk (4 MiB), and far from those at its end.
    writeSync(disk, Buffer.alloc(2_000_000, 0xa5), 0, 2_000_000, 5 * 1024 * 1024);
    closeSync(disk);
    zfs.run("zpool", "import", "-d", join(folder, "disks"), zfs.pools.archive);
    const { exec } = contextOf();
    const soon = contextOf({ exec: (argv, options) => exec(argv[0] === "sleep" ? ["sleep", "0.2"] : argv, options) });
    const outcome = await run(zfsScrub, { pool: zfs.pools.archive }, soon);
    expect(outcome).toMatchObject({ status: "warned", reason: expect.stringContaining("no data is lost") });
    expect(await health("errors")).toMatchObject({ verdict: "warning", text: expect.stringContaining("disk4") });
    zfs.run("zpool", "clear", zfs.pools.archive);
  });
});
