/** What zfs-send does on a real ZFS: zfs-fuse, with the pools that the design names. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zfsHealth } from "../../pusher/jobs/zfs-health.ts";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import { missing } from "./tools.ts";
import { ZFS_TURN_MS } from "./zfs-fuse.ts";
import { realPrograms, startNights, type ZfsNights } from "./zfs-nights.ts";

const absent = missing(["zfs-fuse", "zpool", "zfs"], "zfs-send on zfs-fuse");

let on: ZfsNights;

describe.skipIf(absent.length > 0)("zfs-send on zfs-fuse", () => {
  beforeAll(async () => {
    on = await startNights();
    const first = await on.send();
    expect(first).toMatchObject({ status: "succeeded", deletions: 0 });
    expect(first.bytes).toBeGreaterThan(600_000);
  }, ZFS_TURN_MS);
  afterAll(() => on?.stop());

  test("the first night makes a copy that can be read where it is mounted, with the same guid", () => {
    expect(readFileSync(on.targetFile("first"), "utf8")).toBe(readFileSync(on.sourceFile("first"), "utf8"));
    const first = on.snapshots(on.source)[0];
    expect(first).toMatch(/^tierwatch-\d{8}T\d{6}Z$/);
    expect(on.guid(on.target, first)).toBe(on.guid(on.source, first));
  });

  test("the next night sends only what is new, and it can be read", async () => {
    writeFileSync(on.sourceFile("second"), "second");
    const outcome = await on.send();
    expect(outcome.status).toBe("succeeded");
    expect(outcome.bytes).toBeLessThan(100_000);
    expect(readFileSync(on.targetFile("second"), "utf8")).toBe("second");
  });

  test("a stream that breaks off is a failure with its reason, and the next night makes up for it", async () => {
    writeFileSync(on.sourceFile("third"), "third ".repeat(200_000));
    const { pipe } = on.contextOf();
    const cut = on.contextOf({
      pipe: (producer, consumer, options) =>
        pipe(["sh", "-c", `${producer.join(" ")} 2>/dev/null | head -c 300000`], consumer, options),
    });
    const broken = await on.send({}, cut);
    expect(broken).toMatchObject({ status: "failed", reason: expect.stringContaining("broke off") });
    expect((await on.send()).status).toBe("succeeded");
    expect(readFileSync(on.targetFile("third"), "utf8")).toBe("third ".repeat(200_000));
  });

  test("pruning keeps the newest of the day, what is held and what isn't ours, on both sides", async () => {
    const held = on.snapshots(on.source)[0] ?? "";
    on.zfs.run("zfs", "hold", "keep", `${on.source}@${held}`);
    on.zfs.run("zfs", "snapshot", `${on.source}@mine`);
    const before = on.snapshots(on.target).length;
    const carries = { from: "fast", to: "archive", datasets: ["apps"] };
    const outcome = await on.send({ keep: "today", keep_target: "today" }, on.contextOf({ carries }));
    expect(outcome.status).toBe("succeeded");
    const newest = on.snapshots(on.source).at(-1) ?? "";
    expect(on.snapshots(on.source)).toEqual([held, "mine", newest]);
    expect(on.snapshots(on.target)).toEqual([newest]);
    const made = new Date(on.created(on.target, newest) * 1000).toISOString();
    expect(outcome.depths).toMatchObject([
      { dataset: "apps", tier: "archive", versions: 1, oldestAt: made, newestAt: made },
    ]);
    expect(on.created(on.source, newest)).toBe(on.created(on.target, newest));
    expect(outcome.deletions).toBeGreaterThan(before);
    on.zfs.run("zfs", "release", "keep", `${on.source}@${held}`);
  });

  test("a target that was written to is not overwritten: it fails and says what to do", async () => {
    writeFileSync(on.targetFile("stray"), "somebody's only copy");
    writeFileSync(on.sourceFile("fourth"), "fourth");
    const outcome = await on.send();
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(/was modified.*zfs rollback/) });
    expect(readFileSync(on.targetFile("stray"), "utf8")).toBe("somebody's only copy");

    on.zfs.run("zfs", "rollback", `${on.target}@${on.snapshots(on.target).at(-1)}`);
    expect((await on.send()).status).toBe("succeeded");
    expect(readFileSync(on.targetFile("fourth"), "utf8")).toBe("fourth");
  });

  test("a target that reading changes is found before it breaks a night, and breaks one", async () => {
    const prepared = zfsSend.prepare({ source: on.source, target: on.target });
    if (!prepared.ok) throw new Error("these settings are good");
    const there = { what: `dataset ${on.source} is there` };
    expect(await prepared.value.check(on.contextOf())).toEqual([
      there,
      { what: `reading ${on.target} does not change it` },
    ]);
    on.zfs.run("zfs", "set", "atime=on", on.target);
    const [, found] = await prepared.value.check(on.contextOf());
    expect(found?.fault).toContain(`run: zfs set readonly=on ${on.target}`);

    readFileSync(on.targetFile("second"), "utf8");
    expect(await on.send()).toMatchObject({ status: "failed", reason: expect.stringContaining("was modified") });
    on.zfs.run("zfs", "rollback", `${on.target}@${on.snapshots(on.target).at(-1)}`);
    on.zfs.run("zfs", "inherit", "atime", on.target);
    expect((await on.send()).status).toBe("succeeded");
  });

  test("a target with no snapshot in common fails before anything is made or destroyed", async () => {
    const stranger = `${on.zfs.pools.archive}/stranger`;
    on.zfs.create(stranger);
    const before = on.snapshots(on.source);
    const outcome = await on.send({ target: stranger });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("no snapshot in common") });
    expect(on.snapshots(on.source)).toEqual(before);
  });

  test("the receiver's refusal is told, not the sender's broken pipe", async () => {
    const outcome = await on.send({ target: `${on.zfs.pools.archive}/nope/apps` });
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("parent dataset does not exist"),
    });
  });

  test("a pool that is not there is named by both kinds", async () => {
    const outcome = await on.send({ target: "nosuchpool/apps" });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(/there is no pool nosuchpool/) });
    const looked = await on.run(zfsHealth, { pool: "nosuchpool" });
    expect(looked).toMatchObject({ status: "succeeded", readings: [{ value: "MISSING", verdict: "critical" }] });
  });

  test("over ssh every word reaches the other machine's shell as it was, and the copy arrives", async () => {
    // What sshd does with its one line: it gives it to the login shell.
    const there = join(on.folder, "ssh bin");
    mkdirSync(there, { recursive: true });
    writeFileSync(join(there, "ssh"), '#!/bin/sh\nfor line; do :; done\nexec sh -c "$line"\n', { mode: 0o755 });
    const { exec, pipe } = realPrograms({ ...process.env, PATH: `${there}:${process.env.PATH}` });
    const away = `${on.zfs.pools.archive}/far away`;
    const context = on.contextOf({ exec, pipe, carries: { from: "fast", to: "archive", datasets: ["apps"] } });
    const outcome = await on.send({ target: away, ssh: { host: "backup@nas2" } }, context);
    expect(outcome).toMatchObject({ status: "succeeded", depths: [{ versions: 1 }] });
    expect(on.guid(away, on.snapshots(on.source).at(-1))).toBe(on.guid(on.source, on.snapshots(on.source).at(-1)));
  });
});
