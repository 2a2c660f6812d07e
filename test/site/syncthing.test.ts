/**
 * kind = "syncthing" on real pairs of Syncthing, broken in the ways that people meet: the Debian one (1.19), and another that
 * the environment variable TIERWATCH_SYNCTHING2 names.
 */
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Host, host } from "../pusher/host.ts";
import { NO_WORKER } from "./cloud.ts";
import { FOLDER, type SyncthingPair, syncthingPair } from "./syncthing.ts";
import { missing } from "./tools.ts";

const LONG_AGO = new Date("2026-01-01T00:00:00Z");
const second = process.env.TIERWATCH_SYNCTHING2;
const PROGRAMS = ["syncthing", ...(second === undefined ? [] : [second])];
if (second === undefined) {
  console.warn("skipped: kind syncthing on Syncthing 2 (TIERWATCH_SYNCTHING2 names no program)");
}

describe.each(PROGRAMS)("%s", (program) => {
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

  async function run(job = "sync") {
    const ended = await here.pusher("run", job);
    const last = here.spooled().at(-1);
    if (last === undefined) throw new Error(ended.stderr);
    return { ...last, code: ended.code, output: ended.stdout + ended.stderr };
  }

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
  });
});
