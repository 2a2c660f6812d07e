/** How full a file system is, and whether the one is mounted that should be. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disk, readingsOf } from "../../pusher/jobs/disk.ts";
import { mountPoints } from "../../pusher/jobs/disk-mount.ts";
import { levelsOf } from "../../worker/judge/levels.ts";
import { played } from "./played.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-disk-"));
  mkdirSync(join(folder, "empty"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(path: string, mount?: boolean) {
  const prepared = disk.prepare({ path, ...(mount === undefined ? {} : { mount }) });
  if (!prepared.ok) throw new Error("these settings are good");
  return prepared.value.run({ ...played([], 0).context, job: "staging", folder });
}

describe("disk", () => {
  test("tells the free share of the file system that holds a path, as df counts it", async () => {
    const { status, readings } = await run("empty");
    const { blocks, bfree, bavail } = statfsSync(folder);
    expect(status).toBe("succeeded");
    expect(readings?.[0]).toMatchObject({ name: "volume.staging.free", unit: "%", verdict: "ok" });
    expect(readings?.[0]?.value).toBeCloseTo((100 * bavail) / (blocks - bfree + bavail), 0);
    expect(JSON.stringify(readings)).not.toContain(folder);
  });

  test("takes a mount point for one, also through a link", async () => {
    expect((await run("/proc", true)).status).toBe("succeeded");
    symlinkSync("/proc", join(folder, "link"));
    expect((await run("link", true)).status).toBe("succeeded");
  });

  test("fails when the folder is only a folder, where something should be mounted", async () => {
    expect(await run("empty", true)).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/empty is an ordinary folder: what should be mounted there is not/),
    });
    expect((await run("empty", false)).status).toBe("succeeded");
  });

  test("fails with the path when it is not there", async () => {
    expect(await run("nowhere")).toEqual({ status: "failed", reason: `${join(folder, "nowhere")}: it does not exist` });
  });
});

describe("the readings of a volume", () => {
  const volume = { bsize: 4096, blocks: 1_000_000, bfree: 100_000, bavail: 50_000, files: 1000, ffree: 30 };

  test("do not count what only root may use, and never look freer than the volume is", () => {
    const [space, inodes] = readingsOf("data", volume);
    expect(space).toMatchObject({ value: 5.2, text: "data: 5.2 % free, 204 MB of 3 GB" });
    expect(inodes).toMatchObject({ name: "volume.data.inodes_free", value: 3 });
  });

  test("have levels in the worker", () => {
    for (const { name, unit } of readingsOf("data", volume))
      expect(levelsOf(name)).toMatchObject({ unit, worse: "below" });
  });

  test("tell no inodes where there is no fixed number of them (Windows, btrfs)", () => {
    expect(readingsOf("data", { ...volume, files: 0, ffree: 0 })).toHaveLength(1);
  });

  test("of a full volume, and of one of no size, are 0 %", () => {
    expect(readingsOf("data", { ...volume, bavail: 0 })[0]?.value).toBe(0);
    expect(readingsOf("data", { bsize: 1, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 })[0]?.value).toBe(0);
  });
});

test("mount points with spaces, tabs and backslashes in their names are read as they are called", () => {
  const line = "36 35 98:0 / /mnt/two\\040words\\134x rw,noatime master:1 - ext3 /dev/root rw";
  expect([...mountPoints(line)]).toEqual(["/mnt/two words\\x"]);
  expect(mountPoints(readFileSync("/proc/self/mountinfo", "utf8"))).toContain("/");
});
