/**
 * kind = "syncthing" on real pairs of Syncthing, broken in the ways that people meet: the Debian one (1.19), and another that
 * the environment variable TIERWATCH_SYNCTHING2 names (a program on the PATH).
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Host, host } from "../pusher/host.ts";
import { NO_WORKER, until } from "./cloud.ts";
import { FOLDER, type Side, type SyncthingPair, syncthingPair } from "./syncthing.ts";
import { missing } from "./tools.ts";

const LONG_AGO = new Date("2026-01-01T00:00:00Z");
const second = process.env.TIERWATCH_SYNCTHING2;
const PROGRAMS = ["syncthing", ...(second === undefined ? [] : [second])];
if (second === undefined) {
  console.warn("skipped: kind syncthing on Syncthing 2 (TIERWATCH_SYNCTHING2 names no program)");
}

describe.each(PROGRAMS)("%s", (program) => {
  const isSecond = program !== "syncthing";
  const absent = missing([program], `kind syncthing on ${program}`);
  let here: Host;
  let pair: SyncthingPair;
  let from: string;
  let to: string;

  beforeEach(async () => {
    if (absent.length > 0) return;
    here = host();
    from = join(here.folder, "archive");
    to = join(here.folder, "staging");
    for (const folder of [from, to]) mkdirSync(join(folder, ".stfolder"), { recursive: true });
    for (let i = 0; i < 6; i++) write(`photos/${i % 2}/img-${i}.jpg`, `photo ${i} `.repeat(100));
    pair = await syncthingPair(join(here.folder, "syncthing"), from, to, program);
    await pair.start();
    configure();
  });
  afterEach(async () => {
    await pair?.stop();
    here?.remove();
  });

  function write(path: string, content: string | Uint8Array): void {
    const file = join(from, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, LONG_AGO, LONG_AGO);
  }

  function configure(more = 'patience = "3s"', staging = to): void {
    here.configure(
      NO_WORKER,
      `[[datasets]]\nname = "photos"\nborn = "archive"\nsamples = 3\n` +
        `paths = { archive = "${join(from, "photos")}", staging = "${join(staging, "photos")}" }\n` +
        `[[jobs]]\nname = "sync"\nkind = "syncthing"\nfrom = "archive"\nto = "staging"\ndatasets = ["photos"]\n` +
        `window = "6h"\nschedule = { every = "1h" }\ngrace = "30m"\nfolder = "${FOLDER}"\n` +
        `config = "${join(pair.sender.home, "config.xml")}"\n${more}\n` +
        `[[jobs]]\nname = "arrived"\nkind = "syncthing"\nside = "receiving"\ntier = "staging"\n` +
        `schedule = { every = "1h" }\ngrace = "30m"\nfolder = "${FOLDER}"\n` +
        `config = "${join(pair.receiver.home, "config.xml")}"\npatience = "3s"\n`,
    );
  }

  const run = (job = "sync") => here.run(job);

  describe.skipIf(absent.length > 0)("kind syncthing", () => {
    test("carries what is new, proves it by the marker, and tells how much it was", async () => {
      expect(await run()).toMatchObject({ code: 0, status: "succeeded", files: 7 });
      write("photos/new.jpg", "n".repeat(50_000));
      rmSync(join(from, "photos/0/img-0.jpg"));
      const ran = await run();
      expect(ran, ran.output).toMatchObject({ status: "succeeded", files: 7, deletions: 1 });
      expect(ran.bytes).toBeGreaterThanOrEqual(50_000);
      expect(ran.seen).toMatchObject([{ marker: ran.born?.[0]?.marker, tier: "staging", sampled: 3, matched: 3 }]);
      expect(readFileSync(join(to, "photos/new.jpg"), "utf8")).toHaveLength(50_000);
      expect(await run("arrived")).toMatchObject({ code: 0, status: "succeeded", files: 7 });
    });

    test("that does not run is not reached; a wrong key, a wrong folder are told as such", async () => {
      configure('patience = "3s"\napi_key = "env:WRONG_KEY"');
      here.env.WRONG_KEY = "not-the-key-of-this-one";
      const refused = await run();
      expect(refused).toMatchObject({ code: 1, reason: expect.stringMatching(/does not take the API key.*`api_key`/) });
      expect(refused.output).not.toContain("not-the-key");
      await pair.stop();
      configure();
      expect(await run()).toMatchObject({
        status: "failed",
        reason: expect.stringMatching(/was not reached.*does it run/),
      });
    });

    test("a folder or device that is paused, on either side", async () => {
      const setFolder = (side: Side, paused: boolean) => side.rest("PATCH", `/config/folders/${FOLDER}`, { paused });
      const setDevice = (paused: boolean) =>
        pair.sender.rest("PATCH", `/config/devices/${pair.receiver.device}`, { paused });
      await run();
      await setFolder(pair.sender, true);
      expect((await run()).reason).toBe(
        `folder ${FOLDER} is paused on this host: nothing is carried until it is resumed in Syncthing`,
      );
      await setFolder(pair.sender, false);
      await setFolder(pair.receiver, true);
      const there = await run();
      expect(there.reason).toMatch(
        isSecond ? /^winvm has paused folder archive/ : /^winvm still lacks .*whether it is paused/,
      );
      expect((await run("arrived")).reason).toMatch(/is paused on this host/);
      await setFolder(pair.receiver, false);
      await setDevice(true);
      expect((await run()).reason).toMatch(/^device winvm is paused on this host/);
      await setDevice(false);
      expect((await run()).status).toBe("succeeded");
    });

    test("a folder that the other side shares no longer", async () => {
      await run();
      const folder = `/config/folders/${FOLDER}`;
      await pair.receiver.rest("PATCH", folder, { devices: [{ deviceID: pair.receiver.device }] });
      // It ends the connection, and makes another one when it likes.
      let said: string | undefined;
      await until(async () => {
        said = (await run()).reason;
        return said?.startsWith("winvm is not connected") === false;
      });
      expect(said).toMatch(
        isSecond ? /^winvm does not share folder archive/ : /^winvm still lacks .*whether it is still shared/,
      );
    });

    test("a peer that is stopped, also in the middle of a transfer", async () => {
      await run();
      await pair.receiver.stop();
      expect((await run()).reason).toMatch(
        /^winvm is not connected, since 20\d\d-.*is it online\?; winvm still lacks 1 item/,
      );
      await pair.receiver.start();
      await pair.sender.rest("PATCH", "/config/options", { maxSendKbps: 100, limitBandwidthInLan: true });
      write("photos/big.raw", randomBytes(8_000_000));
      configure('patience = "20s"');
      const running = here.start("run", "sync");
      await running.says("still to go");
      await pair.receiver.stop("SIGKILL");
      await running.ended;
      const reason = here.spooled().at(-1)?.reason;
      expect(reason).toMatch(/^winvm is not connected.*winvm still lacks \d items?, \d\.\d MB$/);
      await pair.receiver.start();
      await pair.sender.rest("PATCH", "/config/options", { maxSendKbps: 0 });
      expect(await run()).toMatchObject({ status: "succeeded", seen: [{ matched: 3 }] });
    });

    test("a transfer that runs out of max_runtime says what was still to go", async () => {
      await run();
      await pair.sender.rest("PATCH", "/config/options", { maxSendKbps: 100, limitBandwidthInLan: true });
      write("photos/big.raw", randomBytes(8_000_000));
      configure('patience = "1m"\nmax_runtime = "4s"');
      expect(await run()).toMatchObject({
        code: 124,
        status: "timed_out",
        reason: expect.stringMatching(/killed: .*max_runtime, 4 s; winvm still lacks/),
      });
    });

    test("a file that cannot be written there", async () => {
      await run();
      // Not even root can make a file where a folder is a file.
      rmSync(join(to, "photos/0"), { recursive: true });
      writeFileSync(join(to, "photos/0"), "in the way");
      execFileSync("chattr", ["+i", join(to, "photos/0")]);
      try {
        write("photos/0/new.jpg", "new");
        expect((await run()).reason).toMatch(/^winvm still lacks .*failed items.*: .*photos\/0/);
        expect((await run("arrived")).reason).toMatch(
          /still to come, and nothing moves: \d files? failed: .*photos\/0/,
        );
      } finally {
        execFileSync("chattr", ["-i", join(to, "photos/0")]);
      }
    });

    test("a disk without room", async () => {
      await run();
      await pair.receiver.rest("PATCH", `/config/folders/${FOLDER}`, { minDiskFree: { value: 99, unit: "%" } });
      write("photos/big.raw", randomBytes(300_000));
      expect((await run()).reason).toMatch(/^winvm still lacks \d items?, 30\d kB.*big\.raw/);
      expect((await run("arrived")).reason).toMatch(/there is no space left for them/);
    });

    test("what is ignored, changed here, or in conflict is a warning", async () => {
      await run();
      writeFileSync(join(to, "photos/mine.jpg"), "mine");
      writeFileSync(join(to, "photos/a.sync-conflict-20261123-101010-ABCDEFG.jpg"), "other");
      await pair.receiver.rest("POST", `/db/ignores?folder=${FOLDER}`, { ignore: ["*.tmp"] });
      const ran = await run("arrived");
      expect(ran).toMatchObject({ code: 0, status: "warned" });
      expect(ran.reason).toMatch(
        /2 items were changed here.*ignore patterns.*photos\/a\.sync-conflict-20261123-101010-ABCDEFG\.jpg/,
      );
    });

    test("a folder whose marker or path is gone, or that is empty", async () => {
      await run();
      rmSync(join(from, ".stfolder"), { recursive: true });
      expect((await run()).reason).toMatch(/its marker is missing.*is its disk mounted/);
      renameSync(from, `${from}.away`);
      expect((await run()).reason).toMatch(/its path is missing: is its disk mounted/);
      mkdirSync(join(from, ".stfolder"), { recursive: true });
      mkdirSync(join(from, "photos"));
      expect((await run()).reason).toMatch(/holds no file at all: is it mounted/);
    });

    test("an interface with a certificate of its own, found by Syncthing's own variables", async () => {
      await pair.sender.rest("PATCH", "/config/gui", { useTLS: true });
      here.configure(
        NO_WORKER,
        `[[jobs]]\nname = "sync"\nkind = "syncthing"\nschedule = { every = "1h" }\ngrace = "30m"\nfolder = "${FOLDER}"\n`,
      );
      here.env.STHOMEDIR = pair.sender.home;
      await until(async () => (await run()).status === "succeeded");
    });
  });
});
