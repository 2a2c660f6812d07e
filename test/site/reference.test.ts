/**
 * The reference site, end to end on real tools: a ZFS pool `fast` sent to a raidz2 pool `archive`, Syncthing from there to
 * staging, restic from there to an offsite repository; beside the chain rsync to a mirror, rclone to a cloud, borg to a vault; the
 * bundled pusher, the real worker. Time passes by the times given to the sweeps. What is broken for real is in faults.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TIERS } from "./configs.ts";
import { readPage } from "./faults/page.ts";
import { FAULTS } from "./faults/table.ts";
import { harmedIn, treeOf } from "./faults/trees.ts";
import { night, type ReferenceSite, startReferenceSite, TOOLS } from "./reference-site.ts";
import { missing } from "./tools.ts";
import { ZFS_TURN_MS } from "./zfs-fuse.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const absent = missing(TOOLS, "the reference site on ZFS, Syncthing, restic, rclone, rsync and borg");

let site: ReferenceSite;

describe.skipIf(absent.length > 0)("the reference site", () => {
  beforeAll(async () => {
    site = await startReferenceSite();
  }, ZFS_TURN_MS);
  afterAll(() => site?.stop());

  test("one night makes every tier ok, and every copy's age proven by its marker", async () => {
    await night(site);
    await site.worker.sweepAt(Date.now());
    const home = await site.worker.status();
    expect(home.tiers).toEqual(TIERS.map((name) => ({ name, status: "ok" })));
    expect(home.copies.map(({ dataset, tier, proven }) => [dataset, tier, proven])).toEqual([
      ["apps", "archive", true],
      ["apps", "offsite", true],
      ["apps", "staging", true],
      ["photos", "cloud", true],
      ["photos", "mirror", true],
      ["photos", "offsite", true],
      ["photos", "staging", true],
      ["photos", "vault", true],
    ]);
    for (const { sampled, matched } of home.copies) expect([sampled > 0, matched]).toEqual([true, sampled]);
    expect(site.worker.alerts).toEqual([]);
  });

  test("an offlined disk turns the archive tier degraded; the alert names the disk, and its return closes it", async () => {
    const disk = site.zfs.offline();
    await site.corenas.pusher("run", "health");
    await site.worker.sweepAt(Date.now());
    expect((await site.worker.status()).tiers.find(({ name }) => name === "archive")?.status).toBe("degraded");
    expect(titles()).toEqual([expect.stringContaining(disk)]);

    site.zfs.online();
    await site.corenas.pusher("run", "health");
    await site.worker.sweepAt(Date.now());
    expect(titles().slice(1)).toEqual([expect.stringContaining("is well again")]);
  });

  test("Syncthing stopped: one alert names the first broken hop, offsite is blocked, and both recover", async () => {
    const before = site.worker.alerts.length;
    await site.syncthing.stop();
    expect(await site.corenas.pusher("run", "nightly")).toMatchObject({ code: 0 });
    expect(await site.corenas.pusher("run", "sync")).toMatchObject({ code: 1 });
    for (const ahead of [1, 21, 26, 30]) await site.worker.sweepAt(Date.now() + ahead * HOUR);
    const stuck = await site.worker.status();

    expect(statusOf(stuck.tiers, "staging")).toBe("missed");
    expect(statusOf(stuck.tiers, "offsite")).toBe("blocked");
    const said = ["home: sync on corenas failed", "Still: home: sync on corenas failed"];
    expect(titles().slice(before)).toEqual(said);

    await site.syncthing.start();
    await night(site);
    await site.worker.sweepAt(Date.now());
    expect(await statuses()).toEqual(TIERS.map(() => "ok"));
    expect(titles().slice(before + said.length)).toEqual([expect.stringContaining("sync on corenas is well again")]);
  });

  test("both hosts silent: one alert for the whole site, a reminder a day, and one when it is back", async () => {
    const before = site.worker.alerts.length;
    for (const ahead of [2, 3, 5, 9, 12]) await site.worker.sweepAt(Date.now() + ahead * DAY);
    const silence = "home is silent: no host heard of for";
    const said = [`${silence} 3 d`, `Still: ${silence} 5 d`, `Still: ${silence} 9 d`, `Still: ${silence} 12 d`];
    expect(titles().slice(before)).toEqual(said);
    expect(await site.worker.status()).toMatchObject({ hosts: [{ status: "missed" }, { status: "missed" }] });

    await night(site);
    await site.worker.sweepAt(Date.now());
    expect(await statuses()).toEqual(TIERS.map(() => "ok"));
    expect(titles().at(-1)).toBe("home is heard again");
  });

  const faults = FAULTS.map((fault) => [fault.what, fault] as const);
  test.each(faults)("%s: the page tells, no data is touched, and mended it is well", async (_, fault) => {
    const why = fault.unable?.(site);
    if (why !== undefined) return void console.warn(`skipped: ${fault.what} (${why})`);
    const takeAway = fault.files?.(site);
    const before = fault.sides(site).map(treeOf);
    const mend = await fault.make(site);
    try {
      await site.worker.sweepAt(Date.now() + (fault.lookedAtAfterMs ?? 0));
      const page = await readPage(site.worker.url);
      expect(page.first).toMatch(fault.first);
      expect(page.line(fault.host, fault.job)).toMatch(fault.line);
      const { jobs } = await site.worker.status();
      expect(jobs.find(({ name }) => name === fault.job)?.status).toBe(fault.status);
      const after = fault.sides(site).map(treeOf);
      expect(before.map((tree, side) => harmedIn(tree, after[side] ?? {}))).toEqual([[], []]);
    } finally {
      takeAway?.();
      await mend();
    }
    await site.worker.sweepAt(Date.now());
    expect((await readPage(site.worker.url)).first).toBe("All 7 tiers are fresh.");
  });
});

async function statuses(): Promise<string[]> {
  return (await site.worker.status()).tiers.map(({ status }) => status);
}

function titles(): string[] {
  return site.worker.alerts.map(({ data }) => data.title);
}

function statusOf(tiers: readonly { name: string; status: string }[], tier: string): string | undefined {
  return tiers.find(({ name }) => name === tier)?.status;
}
