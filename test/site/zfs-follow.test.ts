/** Markers with a replication by other hands, on a real ZFS in user space: the pusher marks, they snapshot and send, it looks. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, host } from "../pusher/host.ts";
import { NO_WORKER } from "./cloud.ts";
import { writeOld } from "./reference-site.ts";
import { missing } from "./tools.ts";
import { startZfs, ZFS_TURN_MS, type Zfs } from "./zfs-fuse.ts";

const absent = missing(["zfs-fuse", "zpool"], "kind zfs-follow with markers on zfs-fuse");

let folder: string;
let zfs: Zfs;
let here: Host;
let sent: string | undefined;

describe.skipIf(absent.length > 0)("a replication that is followed", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-follow-"));
    zfs = await startZfs(folder);
    zfs.create(`${zfs.pools.fast}/apps`);
    writeOld(join(zfs.mounts.fast, "apps", "ledger"), "1");
    here = host();
    here.configure(NO_WORKER, configuration());
  }, ZFS_TURN_MS);
  afterAll(async () => {
    here?.remove();
    await zfs?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("proves the copy by the marker that came with its last snapshot, night after night", async () => {
    replicate("a");
    const first = await follow();
    expect(first).toMatchObject({ status: "succeeded", born: [{ dataset: "apps" }] });
    expect(first).not.toHaveProperty("seen");
    let carried = first.born?.[0]?.marker;
    for (const night of ["b", "c"]) {
      replicate(night);
      const next = await follow();
      const counts = { tier: "archive", marker: carried, sampled: 1, matched: 1 };
      expect(next).toMatchObject({ status: "succeeded", seen: [counts] });
      carried = next.born?.[0]?.marker;
    }
  });

  test("that stands still proves nothing newer, and has not failed before its time", async () => {
    const [before, again] = [await follow(), await follow()];
    expect(again.status).toBe("succeeded");
    expect(again.seen?.[0]?.marker).toBe(before.seen?.[0]?.marker);
  });

  test("whose target is not what the source was has failed", async () => {
    replicate("d");
    writeOld(join(zfs.mounts.archive, "apps", "ledger"), "2");
    const found = await follow();
    expect(found).toMatchObject({ status: "failed", reason: expect.stringContaining("1 with wrong content") });
  });
});

function configuration(): string {
  const at = (tier: "fast" | "archive") => join(zfs.mounts[tier], "apps");
  return `[[datasets]]
name = "apps"
born = "fast"
paths = { fast = "${at("fast")}", archive = "${at("archive")}" }
[[jobs]]
name = "syncoid"
kind = "zfs-follow"
schedule = { every = "1d" }
grace = "1h"
from = "fast"
to = "archive"
datasets = ["apps"]
window = "3d"
source = "${zfs.pools.fast}/apps"
target = "${zfs.pools.archive}/apps"
max_age = "26h"
`;
}

/** What syncoid does: a snapshot, and what is new of it. */
function replicate(name: string): void {
  const [source, target] = [`${zfs.pools.fast}/apps`, `${zfs.pools.archive}/apps`];
  zfs.run("zfs", "snapshot", `${source}@${name}`);
  const since = sent === undefined ? "" : `-i @${sent}`;
  execFileSync("sh", ["-c", `zfs send ${since} ${source}@${name} | zfs receive -F ${target}`], { stdio: "pipe" });
  // zfs-fuse leaves what it received unmounted, or shows what was there before, until it is mounted anew.
  if (zfs.run("zfs", "get", "-H", "-o", "value", "mounted", target).trim() === "yes") zfs.run("zfs", "unmount", target);
  zfs.run("zfs", "mount", target);
  sent = name;
}

async function follow() {
  const ended = await here.pusher("run", "syncoid");
  const last = here.spooled().at(-1);
  if (last === undefined) throw new Error(ended.stderr);
  return last;
}
