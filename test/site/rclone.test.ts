/** kind = "rclone" on the real rclone, in temporary folders and over `rclone serve webdav` on loopback. */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Host, host } from "../pusher/host.ts";
import {
  asNobody,
  fillPhotos,
  killTool,
  NO_WORKER,
  offsiteJob,
  rcloneServe,
  type Serving,
  smallDisk,
  until,
} from "./cloud.ts";
import { missing } from "./tools.ts";

const absent = missing(["rclone", "setpriv"], "kind rclone on the real rclone");

let here: Host;
let server: Serving | undefined;

beforeEach(() => {
  here = host();
  fillPhotos(here);
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  here.remove();
});

function configure(target: string, more = "", mode = "sync"): void {
  writeFileSync(join(here.folder, "rclone.conf"), "");
  const env = `env = { RCLONE_CONFIG = "${join(here.folder, "rclone.conf")}" }`;
  const lines = `mode = "${mode}"\nsource = "photos"\ntarget = "${target}"\n${env}\n${more}`;
  here.configure(NO_WORKER, offsiteJob("rclone", lines, ["rclone", "cat", `${target}/{path}`]));
}

const run = () => here.run("offsite");

const markerIn = (folder: string) => readFileSync(join(folder, ".tierwatch-marker.json"), "utf8");
const offsite = (...names: string[]) => join(here.folder, "offsite", ...names);

describe.skipIf(absent.length > 0)("rclone", () => {
  test("carries to a server, and proves it by the marker that it reads back", async () => {
    server = await rcloneServe("webdav", offsite());
    const target = `:webdav,url='http://127.0.0.1:${server.port}':photos`;
    // Plain WebDAV takes no times: without this rclone compares sizes alone.
    configure(target, 'options = ["--ignore-times"]');
    const first = await run();
    expect(first).toMatchObject({ code: 0, status: "succeeded", files: 9, deletions: 0, errors: 0 });
    expect(first.seen).toMatchObject([{ marker: first.born?.[0]?.marker, tier: "offsite", sampled: 3, matched: 3 }]);
    rmSync(join(here.folder, "photos/p3.jpg"));
    expect(await run()).toMatchObject({ status: "succeeded", files: 8, deletions: 1 });
    configure(target);
    const bySize = await run();
    expect(bySize).toMatchObject({ status: "failed", exitCode: 0 });
    expect(bySize.reason).toMatch(/offsite does not hold the marker that staging held before the run/);
  });

  test("deletes nothing for a source that is empty or gone, and stops at its limit of deletions", async () => {
    configure(offsite(), "max_deletions = 2");
    await run();
    const photos = join(here.folder, "photos");
    for (let i = 0; i < 6; i += 1) rmSync(join(photos, `p${i}.jpg`));
    const stopped = await run();
    expect(stopped).toMatchObject({ code: 7, status: "failed" });
    expect(stopped.reason).toMatch(/more files than `max_deletions` allows/);
    const left = readdirSync(offsite()).length;
    expect(left).toBeGreaterThanOrEqual(9 - 2);
    rmSync(photos, { recursive: true });
    mkdirSync(photos);
    const empty = await run();
    expect(empty).toMatchObject({ status: "failed", born: [{ dataset: "photos" }] });
    expect(empty.reason).toMatch(/holds no file at all: is it mounted\? Nothing was copied, nothing deleted/);
    rmSync(photos, { recursive: true });
    expect((await run()).reason).toMatch(/`source` does not exist: is it mounted/);
    expect(readdirSync(offsite())).toHaveLength(left);
  });

  test("that filters out all that the source holds deletes nothing", async () => {
    configure(offsite());
    await run();
    configure(offsite(), 'options = ["--include", "*.nothing"]');
    expect(await run()).toMatchObject({
      status: "failed",
      files: 0,
      reason: expect.stringContaining("holds no file at all"),
    });
    expect(readdirSync(offsite()).length).toBeGreaterThan(8);
  });

  test("names the file that it could not read", async () => {
    configure(offsite());
    mkdirSync(offsite());
    const secret = join(here.folder, "photos/secret.jpg");
    writeFileSync(secret, "mine");
    chmodSync(secret, 0);
    asNobody(here, "rclone");
    const ran = await run();
    expect(ran).toMatchObject({ code: 1, status: "failed" });
    expect(ran.reason).toMatch(/not carried: 1 file \(secret\.jpg\).*permission denied/);
  });

  test.each(["sync", "copy"])(
    "that cannot read a file (%s) leaves the old marker, and the next good run brings the new one",
    async (mode) => {
      configure(offsite(), 'options = ["--retries", "1"]', mode);
      const first = await run();
      expect(first).toMatchObject({ status: "succeeded", seen: [{ marker: first.born?.[0]?.marker }] });
      const old = markerIn(offsite());
      const secret = join(here.folder, "photos/secret.jpg");
      writeFileSync(secret, "mine");
      chmodSync(secret, 0);
      asNobody(here, "rclone");
      expect(await run()).toMatchObject({ status: "failed", reason: expect.stringContaining("secret.jpg") });
      expect(markerIn(offsite())).toBe(old);
      chmodSync(secret, 0o644);
      const healed = await run();
      expect(healed).toMatchObject({ status: "succeeded", seen: [{ marker: healed.born?.[0]?.marker }] });
      expect(markerIn(offsite())).not.toBe(old);
    },
  );

  test("of two datasets below one source carries the marker of each", async () => {
    mkdirSync(join(here.folder, "photos/raw [old]"));
    writeFileSync(join(here.folder, "photos/raw [old]/r.raw"), "raw");
    const lines = `mode = "sync"\nsource = "photos/"\ntarget = "offsite"\nenv = { RCLONE_CONFIG = "rclone.conf" }\n`;
    writeFileSync(join(here.folder, "rclone.conf"), "");
    const raw = `[[datasets]]\nname = "raw"\nborn = "staging"\npaths = { staging = "photos/raw [old]", offsite = "offsite/raw [old]" }\n`;
    const job = offsiteJob("rclone", lines, ["cat", "offsite/{path}"]);
    here.configure(NO_WORKER, raw + job.replace('datasets = ["photos"]', 'datasets = ["photos", "raw"]'));
    for (let runs = 0; runs < 2; runs += 1) {
      const ran = await run();
      expect(ran).toMatchObject({ code: 0, status: "succeeded", files: 11, deletions: 0 });
      expect(ran.seen?.map(({ marker }) => marker)).toEqual(ran.born?.map(({ marker }) => marker));
      expect(ran.seen).toHaveLength(2);
    }
  });

  test("with --delete-excluded and filters of its own keeps its limit of deletions and brings the marker", async () => {
    configure(offsite());
    await run();
    writeFileSync(offsite("p0.tmp"), "left over");
    const options = 'options = ["--filter", "- *.tmp", "--delete-excluded", "--backup-dir", "before"]';
    configure(offsite(), `max_deletions = 1\n${options}`);
    const ran = await run();
    expect(ran).toMatchObject({
      status: "succeeded",
      files: 9,
      deletions: 1,
      seen: [{ marker: ran.born?.[0]?.marker }],
    });
    expect(existsSync(offsite("p0.tmp"))).toBe(false);
  });

  test("whose --include takes the marker along carries it as it did, and says that it is not last", async () => {
    configure(offsite(), 'options = ["--include", "*.{jpg,json}"]');
    const ran = await run();
    expect(ran).toMatchObject({ status: "succeeded", seen: [{ marker: ran.born?.[0]?.marker }] });
    expect(ran.output).toMatch(/carried with the rest, not last, because of --include/);
  });

  test("that is killed half way has failed, and the next run carries the rest", async () => {
    configure(offsite());
    await run();
    const old = markerIn(offsite());
    const big = join(here.folder, "photos/a-big.raw");
    writeFileSync(big, randomBytes(3_000_000));
    utimesSync(big, new Date(0), new Date(0));
    configure(offsite(), 'options = ["--bwlimit", "200k", "--transfers", "1"]');
    const running = here.start("run", "offsite");
    // While it runs, the file that is being carried is there under its own name or another.
    await until(() => readdirSync(offsite()).some((name) => name.startsWith("a-big.raw")));
    killTool(running.process);
    expect((await running.ended).code).toBe(137);
    expect(here.spooled().at(-1)).toMatchObject({ status: "failed", signal: "SIGKILL" });
    expect(markerIn(offsite())).toBe(old);
    configure(offsite());
    expect(await run()).toMatchObject({ status: "succeeded", files: 10 });
  });

  test("whose target is full, not reached or not known says so", async ({ skip }) => {
    configure("cloud:photos");
    expect((await run()).reason).toMatch(/no such remote/);
    configure(":webdav,url='http://127.0.0.1:9':photos", 'options = ["--retries", "1", "--low-level-retries", "1"]');
    expect((await run()).reason).toMatch(/cannot be reached/);
    const disk = smallDisk(join(here.folder, "disk"), 1);
    if (disk === undefined) return skip("this account cannot mount a small disk");
    try {
      configure(join(here.folder, "disk"));
      await run();
      const old = markerIn(join(here.folder, "disk"));
      writeFileSync(join(here.folder, "photos/big.raw"), randomBytes(3_000_000));
      expect((await run()).reason).toMatch(/no space left in the target.*not carried: 1 file \(big\.raw\)/);
      expect(markerIn(join(here.folder, "disk"))).toBe(old);
    } finally {
      disk.remove();
    }
  });
});
