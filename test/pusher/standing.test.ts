/** A marker counts only when the copy in which it lies is complete as of it, and what is carried on from there likewise. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { arrivals, noteReported } from "../../pusher/arrivals.ts";
import { checkConfig } from "../../pusher/config.ts";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { commandJob, type Host, host } from "./host.ts";
import { played } from "./played.ts";
import { allWell, answerOf, folderSettings, playSyncthing, type Script } from "./syncthing-fixtures.ts";

const NO_WORKER = "http://127.0.0.1:9";
const ID = "00000000-0000-4000-8000-000000000001";
const marker = (id = ID) =>
  JSON.stringify({ version: 1, id, dataset: "apps", tier: "fast", writtenAt: "2026-11-23T00:00:00.000Z", samples: [] });

describe("what is carried on from a tier that a job of this host fills", () => {
  let here: Host;
  beforeEach(() => {
    here = host();
    for (const tier of ["fast", "archive", "staging"]) mkdirSync(join(here.folder, tier));
    writeFileSync(join(here.folder, "fast/data"), "data");
  });
  afterEach(() => here.remove());

  /** Copies the marker first, as many tools do; the data follows unless the disk is full. */
  function configure(full: boolean): void {
    const paths = `{ fast = "fast", archive = "archive", staging = "staging" }`;
    const dataset = `[[datasets]]\nname = "apps"\nborn = "fast"\npaths = ${paths}\n`;
    const carries = (from: string, to: string) =>
      `from = "${from}"\nto = "${to}"\ndatasets = ["apps"]\nwindow = "1d"\n`;
    const nightly = `cp fast/${MARKER_FILE} archive/; ${full ? "exit 11" : "cp fast/data archive/"}`;
    here.configure(
      NO_WORKER,
      dataset +
        commandJob("nightly", ["sh", "-c", nightly], carries("fast", "archive")) +
        commandJob("sync", ["sh", "-c", "cp -a archive/. staging/"], carries("archive", "staging")),
    );
  }

  test("is proven by a marker only when that job has ended well since the marker came", async () => {
    configure(true);
    expect((await here.pusher("run", "nightly")).code).toBe(11);
    const early = await here.pusher("run", "sync");
    expect([early.code, early.stderr]).toEqual([
      0,
      expect.stringMatching(/does not count yet: job nightly carries it/),
    ]);
    expect(here.spooled().at(-1)).not.toHaveProperty("seen");

    configure(false);
    expect((await here.pusher("run", "nightly")).code).toBe(0);
    expect((await here.pusher("run", "sync")).code).toBe(0);
    const [nightly, sync] = here.spooled().slice(-2);
    const born = nightly?.born?.[0]?.marker;
    expect(nightly?.seen?.map((one) => [one.tier, one.marker])).toEqual([["archive", born]]);
    expect(sync?.seen?.map((one) => [one.tier, one.marker])).toEqual([
      ["archive", born],
      ["staging", born],
    ]);
  });

  test("is as old as the marker from before the run, though the source got another one meanwhile", async () => {
    configure(false);
    const other = marker().replaceAll('"', '\\"');
    const carries = `from = "fast"\nto = "archive"\ndatasets = ["apps"]\nwindow = "1d"\n`;
    const slow = `cp fast/data archive/; echo "${other}" > fast/${MARKER_FILE}; cp fast/${MARKER_FILE} archive/`;
    const paths = `{ fast = "fast", archive = "archive" }`;
    here.configure(
      NO_WORKER,
      `[[datasets]]\nname = "apps"\nborn = "fast"\npaths = ${paths}\n${commandJob("slow", ["sh", "-c", slow], carries)}`,
    );
    expect((await here.pusher("run", "slow")).code).toBe(0);
    const ran = here.spooled().at(-1);
    expect(ran?.seen).toMatchObject([{ tier: "archive", marker: ran?.born?.[0]?.marker }]);
  });
});

test("a job that follows another tool takes the marker that this brought last, and leaves it a new one", async () => {
  const here = host();
  try {
    for (const tier of ["fast", "archive"]) mkdirSync(join(here.folder, tier));
    writeFileSync(join(here.folder, "fast/data"), "data");
    const dataset = `[[datasets]]\nname = "apps"\nborn = "fast"\npaths = { fast = "fast", archive = "archive" }\n`;
    const carries = `from = "fast"\nto = "archive"\ndatasets = ["apps"]\nwindow = "3d"\n`;
    const job = `[[jobs]]\nname = "theirs"\nkind = "duplicati"\nreport = "r.json"\nschedule = { every = "1d" }\ngrace = "1h"\n`;
    here.configure(NO_WORKER, dataset + job + carries);
    const follow = async () => {
      const EndTime = new Date().toISOString();
      const times = { MainOperation: "Backup", ParsedResult: "Success", BeginTime: EndTime, EndTime };
      writeFileSync(join(here.folder, "r.json"), JSON.stringify({ Data: { ...times, ExaminedFiles: 1 } }));
      await here.pusher("run", "theirs");
      return here.spooled().at(-1);
    };
    const first = await follow();
    expect(first).toMatchObject({ status: "succeeded", born: [{ dataset: "apps" }] });
    expect(first).not.toHaveProperty("seen");
    cpSync(join(here.folder, "fast"), join(here.folder, "archive"), { recursive: true, preserveTimestamps: true });
    for (let night = 0; night < 2; night += 1) {
      const next = await follow();
      expect(next).toMatchObject({
        status: "succeeded",
        seen: [{ tier: "archive", marker: first?.born?.[0]?.marker }],
      });
    }
  } finally {
    here.remove();
  }
});

describe("what arrives by itself", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-standing-"));
    mkdirSync(join(folder, "staging"));
    writeFileSync(join(folder, "staging", MARKER_FILE), marker());
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function seenWith(jobs: string): Promise<string[]> {
    const head = `worker = "https://tierwatch.example"\nkey = "file:k"\n[beat]\nevery = "5m"\ngrace = "5m"\n`;
    const dataset = `[[datasets]]\nname = "apps"\nborn = "fast"\npaths = { staging = "staging" }\n`;
    const config = checkConfig(head + dataset + jobs, join(folder, "pusher.toml"), "pusher.toml");
    if (!config.ok) throw new Error(config.failure.join("\n"));
    const { context } = played([], Date.now());
    const secret = () => ({ ok: true as const, value: "KEY" });
    const seen = await arrivals(config.value, Date.now, () => undefined, { ...context, secret });
    noteReported(config.value.state, seen);
    return seen.map((one) => `${one.tier} ${one.marker}`);
  }
  const planned = `schedule = { every = "1d" }\ngrace = "1h"\n`;

  test("counts at once where no job of this host has a word in it, and is told once", async () => {
    expect(await seenWith("")).toEqual([`staging ${ID}`]);
    expect(await seenWith("")).toEqual([]);
  });

  test("is left to the job that carries there; one that only follows another tool leaves it to the beat", async () => {
    const carries = `from = "archive"\nto = "staging"\ndatasets = ["apps"]\nwindow = "1d"\n`;
    expect(await seenWith(commandJob("nightly", ["true"], carries))).toEqual([]);
    const duplicati = `[[jobs]]\nname = "d"\nkind = "duplicati"\nreport = "r.json"\n${planned}${carries}`;
    expect(await seenWith(duplicati)).toEqual([`staging ${ID}`]);
  });

  test("counts when Syncthing has everything that it was told of, not before", async () => {
    const script: Script = {
      ...allWell(),
      "/config/folders/archive": folderSettings({ type: "receiveonly", path: folder }),
    };
    const server = await playSyncthing(script);
    const receiving = `[[jobs]]\nname = "a"\nkind = "syncthing"\nside = "receiving"\ntier = "staging"\nfolder = "archive"\naddress = "${server.address}"\napi_key = "env:KEY"\n${planned}`;
    try {
      for (const status of ["permerr-status-b", "diskfull-status-b", "pausedfolder-status-b"]) {
        script["/db/status"] = answerOf(status);
        expect(await seenWith(receiving), status).toEqual([]);
      }
      script["/db/status"] = answerOf("ok-db-status-b");
      // The sender may be off by now: what came with the marker is here.
      script["/system/connections"] = answerOf("peerdown-connections");
      expect(await seenWith(receiving)).toEqual([`staging ${ID}`]);
    } finally {
      await server.close();
    }
    writeFileSync(join(folder, "staging", MARKER_FILE), marker("00000000-0000-4000-8000-000000000002"));
    expect(await seenWith(receiving), "Syncthing is not reached").toEqual([]);
  });

  test("is not asked of Syncthing in a folder that it does not fill", async () => {
    const script: Script = {
      ...allWell(),
      "/config/folders/archive": folderSettings({ type: "receiveonly", path: "/elsewhere" }),
    };
    script["/db/status"] = answerOf("permerr-status-b");
    const server = await playSyncthing(script);
    const receiving = `[[jobs]]\nname = "a"\nkind = "syncthing"\nside = "receiving"\ntier = "staging"\nfolder = "archive"\naddress = "${server.address}"\napi_key = "env:KEY"\n${planned}`;
    try {
      expect(await seenWith(receiving)).toEqual([`staging ${ID}`]);
    } finally {
      await server.close();
    }
  });
});
