/** Restore drills against tiers that are folders: what is drawn, what a harm is and what none is, and that nothing stays behind. */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { executor } from "../../pusher/exec.ts";
import type { JobOutcome } from "../../pusher/jobs/job.ts";
import type { Restorable } from "../../pusher/jobs/kind.ts";
import { restoreDrill } from "../../pusher/jobs/restore-drill.ts";
import { drawFiles } from "../../pusher/jobs/restore-sample.ts";
import { commandJob, host } from "./host.ts";
import { played } from "./played.ts";

const HOUR_MS = 3_600_000;
/** The files of these tests are made now, and the marker in the farther tier claims to be of an hour later. */
const MARKED = Date.now() + HOUR_MS;
const NOW = MARKED + 5 * HOUR_MS;

let folder: string;
let near: string;
let far: string;
let scratch: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-drill-"));
  [near, far, scratch] = [join(folder, "near"), join(folder, "far"), join(folder, "scratch")];
  for (const one of [near, far, scratch]) mkdirSync(one);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(root: string, path: string, content = `content of ${path}`) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function both(path: string) {
  for (const root of [near, far]) put(root, path);
}

function mark(samples: object[] = [], dataset = "photos", at = MARKED) {
  const writtenAt = new Date(at).toISOString();
  const id = "018f5a3e-7b1c-7000-8000-000000000001";
  put(far, ".tierwatch-marker.json", JSON.stringify({ version: 1, id, dataset, tier: "fast", writtenAt, samples }));
}

async function drill(settings: object = {}, from: Restorable = { tier: "offsite", root: far, nearer: near }) {
  const prepared = restoreDrill.prepare({ dataset: "photos", scratch, ...settings });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, log } = played([], NOW);
  const { exec } = executor({
    env: process.env,
    platform: process.platform,
    onOutput: (chunk) => log.push(String(chunk)),
    onBytes: () => undefined,
    onStart: () => undefined,
  });
  const outcome: JobOutcome = await prepared.value.run({
    ...context,
    exec,
    folder,
    job: "drill",
    restorable: () => ({ ok: true, value: from }),
  });
  expect(readdirSync(scratch)).toEqual([]);
  return { ...outcome, log };
}

describe("a restore drill", () => {
  test("restores what it drew, compares it, and says as of when the dataset is proven restorable", async () => {
    for (let i = 0; i < 30; i += 1) both(`2026/p${i}.jpg`);
    mark();
    const asOf = new Date(MARKED).toISOString().slice(0, 16).replace("T", " ");
    const outcome = await drill();
    expect(outcome).toMatchObject({ status: "succeeded", exitCode: 0, files: 10 });
    expect(outcome.readings?.map(({ name, value, unit, verdict }) => [name, value, unit, verdict])).toEqual([
      ["restore.drill.age", 5, "hours", "ok"],
      ["restore.drill.bytes", expect.any(Number), "bytes", "ok"],
      ["restore.drill.minutes", 0, "min", "ok"],
    ]);
    expect(outcome.readings?.[0]?.text).toMatch(
      new RegExp(`^photos is proven restorable from offsite as of ${asOf} UTC: 10 files of \\d+ bytes in 0 min$`),
    );
  });

  test("reads a tier through its fetch, with the environment that this needs, in constant memory", async () => {
    both("a b/ü.jpg");
    mark();
    const fetch = ["sh", "-c", 'cat "$CLOUD/$1"', "-", "{path}"];
    const outcome = await drill({}, { tier: "offsite", fetch, env: { CLOUD: far }, nearer: near });
    expect(outcome).toMatchObject({ status: "succeeded", files: 1 });
    // What is restored is not for the terminal.
    expect(outcome.log.join("")).not.toContain("content of");
  });

  test("fails for a file that comes back with other content, and names it with both digests", async () => {
    both("good.jpg");
    both("rotten.jpg");
    put(far, "rotten.jpg", "content of rotten.jqg");
    mark();
    const digest = (root: string) =>
      createHash("sha256")
        .update(readFileSync(join(root, "rotten.jpg")))
        .digest("hex")
        .slice(0, 12);
    const { status, reason } = await drill();
    expect(status).toBe("failed");
    expect(reason).toBe(
      `1 of 2 files of photos did not come back from offsite as they were: rotten.jpg came back as ${digest(far)}… and is ${digest(near)}…`,
    );
  });

  test("fails for a file that is not there, and when the fetch says no", async () => {
    put(near, "only-here.jpg");
    both("good.jpg");
    mark();
    expect(await drill()).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/^1 of 2 files .*: only-here\.jpg \(it does not exist\)$/),
    });
    const fetch = ["sh", "-c", 'cat "$0/$1" || exit 7', far, "{path}"];
    expect(await drill({}, { tier: "offsite", fetch, env: {}, nearer: near })).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(
        /only-here\.jpg \(the fetch ended with 7: cat: .*only-here\.jpg.*No such file or directory\)$/,
      ),
    });
  });

  test("draws no file that came or changed after the marker: the tier need not hold it yet", async () => {
    both("old.jpg");
    mark();
    put(near, "new.jpg");
    utimesSync(join(near, "new.jpg"), NOW / 1000, NOW / 1000);
    expect(await drill()).toMatchObject({ status: "succeeded", files: 1 });
    // Its own time may be old: what counts is also when it came here, which `provenAt` in the past plays.
    expect(await drawFiles(near, Date.now() - HOUR_MS, { files: 10, bytes: 1e9 }, "seed")).toEqual([]);
  });

  test("says nothing of a file whose folder got another name since the marker was written", async () => {
    both("good.jpg");
    both("2019/p.jpg");
    const made = Math.max(...["good.jpg", "2019/p.jpg"].map((path) => statSync(join(near, path)).ctimeMs));
    // A minute before this marker both files lay there; the folder's name changes after that.
    const marked = Math.ceil(made) + 60_000;
    for (let tick = made; tick <= marked - 60_000; tick = statSync(join(near, "good.jpg.tick")).ctimeMs) {
      writeFileSync(join(near, "good.jpg.tick"), "");
    }
    renameSync(join(near, "2019"), join(near, "2020"));
    mark([], "photos", marked);
    expect(await drill()).toMatchObject({ status: "succeeded", files: 1 });
    // Renamed before the marker was written, it has to be there.
    mark();
    expect((await drill()).reason).toContain("1 of 2 files of photos did not come back");
  });

  test("without a nearer copy restores the files that the marker names", async () => {
    put(far, "p.jpg");
    const sha256 = createHash("sha256").update("content of p.jpg").digest("hex");
    const sample = { path: "p.jpg", size: 16, mtimeMs: 1, sha256 };
    mark([sample]);
    const from = { tier: "offsite", root: far };
    expect(await drill({}, from)).toMatchObject({ status: "succeeded", files: 1 });
    mark([{ ...sample, sha256: "0".repeat(64) }]);
    expect((await drill({}, from)).reason).toMatch(/p\.jpg came back as [0-9a-f]{12}… and is 000000000000…$/);
  });

  test("keeps to its bounds", async () => {
    for (let i = 0; i < 8; i += 1) both(`p${i}`);
    mark();
    expect(await drill({ files: 3 })).toMatchObject({ status: "succeeded", files: 3 });
    expect(await drill({ max_bytes: "27B" })).toMatchObject({ status: "succeeded", files: 2 });
    expect((await drill({ max_bytes: "3B" })).reason).toMatch(/^nothing of photos was restored from offsite: no file/);
  });

  test("fails when the tier holds no marker, or one of another dataset", async () => {
    both("p.jpg");
    expect((await drill()).reason).toBe("no marker of photos came back from offsite: it does not exist");
    mark([], "apps");
    expect((await drill()).reason).toMatch(/^offsite: the marker found is of dataset apps, not photos/);
  });

  test("clears away what a drill that was killed left behind, and nothing else", async () => {
    both("p.jpg");
    mark();
    mkdirSync(join(scratch, "tierwatch-restore-drill-killed/deep"), { recursive: true });
    expect((await drill()).status).toBe("succeeded");
  });

  test("needs its scratch folder", async () => {
    both("p.jpg");
    mark();
    const gone = await drill({ scratch: join(folder, "gone") });
    expect(gone.reason).toBe(
      `${join(folder, "gone")}: it does not exist; set \`scratch\` to a folder on a disk with room`,
    );
    const large = await drill({ max_bytes: "900TB" });
    expect(large.reason).toMatch(/has no room for \d+ MB; set `scratch`, or a smaller `max_bytes`$/);
  });
});

describe("drawing files", () => {
  test("over many seeds comes to every file, and each seed draws the same again", async () => {
    for (let i = 0; i < 20; i += 1) put(near, `d${i % 3}/p${i}`);
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 200; seed += 1) {
      const drawn = await drawFiles(near, MARKED, { files: 2, bytes: 1e9 }, `${seed}`);
      expect(drawn).toHaveLength(2);
      for (const { path } of drawn) seen.set(path, (seen.get(path) ?? 0) + 1);
    }
    expect(await drawFiles(near, MARKED, { files: 2, bytes: 1e9 }, "1")).toEqual(
      await drawFiles(near, MARKED, { files: 2, bytes: 1e9 }, "1"),
    );
    expect(seen.size).toBe(20);
    // 20 draws of each are to be expected; these seeds are fixed, so this is no matter of luck.
    expect(Math.min(...seen.values())).toBeGreaterThan(8);
  });
});

test("from pusher.toml to the record: the fetch has the environment of the job that carries there", async () => {
  const here = host();
  try {
    for (const one of ["photos", "cloud"]) mkdirSync(join(here.folder, one));
    writeFileSync(join(here.folder, "photos/p.jpg"), "photo");
    utimesSync(join(here.folder, "photos/p.jpg"), 1, 1);
    writeFileSync(join(here.folder, "cloud.address"), join(here.folder, "cloud"));
    const dataset = `[[datasets]]
name = "photos"
born = "staging"
paths = { staging = "photos" }
fetch = { offsite = ["sh", "-c", "cat \\"$CLOUD/$1\\"", "-", "{path}"] }
`;
    const carries = `from = "staging"\nto = "offsite"\ndatasets = ["photos"]\nwindow = "1d"\nenv = { CLOUD = "file:cloud.address" }\n`;
    const drills = `[[jobs]]\nname = "drill"\nkind = "restore-drill"\ntier = "offsite"\nschedule = { every = "30d" }\ngrace = "1d"\ndataset = "photos"\n`;
    const offsite = commandJob("offsite", ["sh", "-c", 'cp -a photos/. "$CLOUD"'], carries);
    here.configure("http://127.0.0.1:9", dataset + offsite + drills);
    await here.pusher("run", "offsite");
    const ended = await here.pusher("run", "drill");
    expect(ended.code).toBe(0);
    expect(here.spooled().at(-1)).toMatchObject({
      job: "drill",
      status: "succeeded",
      files: 1,
      readings: [{ name: "restore.drill.age", value: 0 }, {}, {}],
    });
    rmSync(join(here.folder, "cloud/p.jpg"));
    expect((await here.pusher("run", "drill")).code).toBe(1);
  } finally {
    here.remove();
  }
});
