/**
 * The reference site, end to end on real tools: a ZFS pool `fast` sent to a raidz2 pool `archive`, Syncthing from there to
 * staging, restic from there to an offsite repository; the bundled pusher, the real worker. Time passes by the times
 * given to the sweeps.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { corenasToml, type Places, winvmToml } from "./configs.ts";
import { type TestPusher, testPusher } from "./pusher.ts";
import { type SyncthingPair, syncthingPair } from "./syncthing.ts";
import { missing } from "./tools.ts";
import { type RunningWorker, startWorker } from "./worker.ts";
import { startZfs, type Zfs } from "./zfs-fuse.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const absent = missing(["zfs-fuse", "zpool", "syncthing", "restic"], "the reference site on ZFS, Syncthing and restic");

let folder: string;
let zfs: Zfs;
let syncthing: SyncthingPair;
let worker: RunningWorker;
let corenas: TestPusher;
let winvm: TestPusher;

describe.skipIf(absent.length > 0)("the reference site", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-site-"));
    zfs = await startZfs(folder);
    const at = layOut();
    syncthing = await syncthingPair(join(folder, "syncthing"), at.archive, at.staging);
    await syncthing.start();
    worker = await startWorker();
    const syncthingConfig = join(syncthing.sender.home, "config.xml");
    const places = { ...at, worker: worker.url.replace(/\/$/, ""), syncthingConfig };
    corenas = testPusher(join(folder, "corenas"), corenasToml(places));
    winvm = testPusher(join(folder, "winvm"), winvmToml(places));
    for (const [name, host] of Object.entries({ corenas, winvm })) {
      const enrolled = await host.pusher("enroll", await worker.codeFor(name));
      expect(enrolled, enrolled.output).toMatchObject({ code: 0 });
    }
  });

  afterAll(async () => {
    await worker?.close();
    await syncthing?.stop();
    await zfs?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("one night makes every tier ok, and every copy's age proven by its marker", async () => {
    await night();
    await worker.sweepAt(Date.now());
    const home = await worker.status();
    expect(home.tiers).toEqual(["fast", "archive", "staging", "offsite"].map((name) => ({ name, status: "ok" })));
    expect(home.copies.map(({ dataset, tier, proven }) => [dataset, tier, proven])).toEqual([
      ["apps", "archive", true],
      ["apps", "offsite", true],
      ["apps", "staging", true],
      ["photos", "offsite", true],
      ["photos", "staging", true],
    ]);
    for (const { sampled, matched } of home.copies) expect([sampled > 0, matched]).toEqual([true, sampled]);
    expect(worker.alerts).toEqual([]);
  });

  test("an offlined disk turns the archive tier degraded; the alert names the disk, and its return closes it", async () => {
    const disk = zfs.offline();
    await corenas.pusher("run", "health");
    await worker.sweepAt(Date.now());
    expect((await worker.status()).tiers.find(({ name }) => name === "archive")?.status).toBe("degraded");
    expect(titles()).toEqual([expect.stringContaining(disk)]);

    zfs.online();
    await corenas.pusher("run", "health");
    await worker.sweepAt(Date.now());
    expect(titles().slice(1)).toEqual([expect.stringContaining("is well again")]);
  });

  test("Syncthing stopped: one alert names the first broken hop, offsite is blocked, and both recover", async () => {
    const before = worker.alerts.length;
    await syncthing.stop();
    expect(await corenas.pusher("run", "nightly")).toMatchObject({ code: 0 });
    expect(await corenas.pusher("run", "sync")).toMatchObject({ code: 1 });
    for (const ahead of [1, 21, 26, 30]) await worker.sweepAt(Date.now() + ahead * HOUR);
    const stuck = await worker.status();
    expect(statusOf(stuck.tiers, "staging")).toBe("missed");
    expect(statusOf(stuck.tiers, "offsite")).toBe("blocked");
    const said = ["home: sync on corenas failed", "Still: home: sync on corenas failed"];
    expect(titles().slice(before)).toEqual(said);

    await syncthing.start();
    await night();
    await worker.sweepAt(Date.now());
    expect((await worker.status()).tiers.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(titles().slice(before + said.length)).toEqual([expect.stringContaining("sync on corenas is well again")]);
  });

  test("both hosts silent: one alert for the whole site, a reminder a day, and one when it is back", async () => {
    const before = worker.alerts.length;
    for (const ahead of [2, 3, 5, 9, 12]) await worker.sweepAt(Date.now() + ahead * DAY);
    const silence = "home is silent: no host heard of for";
    const said = [`${silence} 3 d`, `Still: ${silence} 5 d`, `Still: ${silence} 9 d`, `Still: ${silence} 12 d`];
    expect(titles().slice(before)).toEqual(said);
    expect(await worker.status()).toMatchObject({ hosts: [{ status: "missed" }, { status: "missed" }] });

    await night();
    await worker.sweepAt(Date.now());
    expect((await worker.status()).tiers.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(titles().at(-1)).toBe("home is heard again");
  });
});

/** Datasets and files in both pools, folders for staging and offsite, and a restic repository. */
function layOut(): Omit<Places, "worker" | "syncthingConfig"> {
  const [staging, offsite] = [join(folder, "staging"), join(folder, "offsite")];
  zfs.create(`${zfs.pools.fast}/apps`);
  zfs.create(`${zfs.pools.archive}/photos`);
  for (let i = 0; i < 30; i++) {
    write(join(zfs.mounts.fast, "apps", `app-${i % 3}`, `record-${i}.json`), i);
    write(join(zfs.mounts.archive, "photos", "2026", `img-${i}.jpg`), i);
  }
  mkdirSync(join(zfs.mounts.archive, ".stfolder"));
  mkdirSync(join(staging, ".stfolder"), { recursive: true });
  process.env.RESTIC_REPOSITORY = offsite;
  process.env.RESTIC_PASSWORD = "only a test";
  execFileSync("restic", ["init", "--quiet"]);
  const { mounts, pools } = zfs;
  return { fast: mounts.fast, archive: mounts.archive, staging, offsite, pools, disks: folder };
}

/** Files as old as an application leaves them: nothing written this minute is sampled. */
function write(file: string, seed: number): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `${seed} `.repeat(500 + seed));
  execFileSync("touch", ["-d", "1 hour ago", file]);
}

async function night(): Promise<void> {
  for (const [host, ...args] of [
    [corenas, "run", "nightly"],
    [corenas, "run", "sync"],
    [winvm, "beat"],
    [winvm, "run", "offsite"],
    [corenas, "run", "health"],
  ] as const) {
    const ran = await host.pusher(...args);
    expect(ran.code, `${args.join(" ")}: ${ran.output}`).toBe(0);
  }
}

function titles(): string[] {
  return worker.alerts.map(({ data }) => data.title);
}

function statusOf(tiers: readonly { name: string; status: string }[], tier: string): string | undefined {
  return tiers.find(({ name }) => name === tier)?.status;
}
