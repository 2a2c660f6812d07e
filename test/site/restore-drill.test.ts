/** kind = "restore-drill" on a real restic repository: that it restores, that it tells damage, and that it only reads. */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Host, host } from "../pusher/host.ts";
import { NO_WORKER, offsiteJob } from "./cloud.ts";
import { missing } from "./tools.ts";

const absent = missing(["restic"], "kind restore-drill on a real restic repository");
const PASSWORD = "correct horse battery";
const LONG_AGO = new Date("2026-01-01T00:00:00Z");

let here: Host;
let repository: string;

beforeEach(() => {
  here = host();
  repository = join(here.folder, "repository");
  for (const folder of ["photos", "scratch"]) mkdirSync(join(here.folder, folder));
  for (let i = 0; i < 3; i += 1) {
    const photo = join(here.folder, `photos/p${i}.jpg`);
    writeFileSync(photo, randomBytes(100_000));
    utimesSync(photo, LONG_AGO, LONG_AGO);
  }
  writeFileSync(join(here.folder, "password"), `${PASSWORD}\n`);
  here.env.RESTIC_CACHE_DIR = join(here.folder, "cache");
  const photos = join(here.folder, "photos");
  const backup = `repository = "${repository}"\npassword = "file:password"\npaths = ["photos"]\n`;
  const fetch = ["restic", "dump", "latest", "--path", photos, `${photos}/{path}`];
  const drill = `[[jobs]]
name = "drill"
kind = "restore-drill"
tier = "offsite"
schedule = { every = "30d" }
grace = "1d"
dataset = "photos"
scratch = "scratch"
`;
  here.configure(NO_WORKER, offsiteJob("restic", backup, fetch) + drill);
});
afterEach(() => here.remove());

async function backUp(): Promise<void> {
  const { code, output } = await here.run("offsite");
  if (code !== 0) throw new Error(output);
}

/** A repository with two backups: the photos came with the first, the newest marker with the second. */
async function backedUp(): Promise<void> {
  execFileSync("restic", ["init"], {
    env: { ...process.env, ...here.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: PASSWORD },
    stdio: "ignore",
  });
  await backUp();
  await backUp();
}

const drill = () => here.run("drill");

function filesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return paths.filter((path) => statSync(join(folder, path)).isFile());
}

/** Every file of a folder with the digest of what it holds. */
function contentOf(folder: string): Record<string, string> {
  const digest = (path: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, path)))
      .digest("hex");
  return Object.fromEntries(filesIn(folder).map((path) => [path, digest(path)]));
}

/** What a dying disk does to a pack: wrong bytes all over it. */
function damage(pack: string): void {
  const bytes = readFileSync(pack);
  for (let at = 0; at < bytes.length; at += 1000) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  chmodSync(pack, 0o600);
  writeFileSync(pack, bytes);
}

describe.skipIf(absent.length > 0)("a restore drill of a restic repository", () => {
  test("restores the sampled files, leaves nothing behind and the repository as it was", async () => {
    await backedUp();
    const before = contentOf(repository);
    const outcome = await drill();
    expect(outcome).toMatchObject({ code: 0, status: "succeeded", files: 3 });
    expect(outcome.readings).toMatchObject([
      { name: "restore.drill.age", value: 0, verdict: "ok" },
      { name: "restore.drill.bytes", value: 300_000 },
      { name: "restore.drill.minutes" },
    ]);
    expect(outcome.readings?.[0]?.text).toMatch(
      /^photos is proven restorable from offsite as of .* 3 files of 300000 bytes/,
    );
    expect(readdirSync(join(here.folder, "scratch"))).toEqual([]);
    expect(contentOf(repository)).toEqual(before);
  });

  test("fails for a damaged pack, which `restic backup` does not notice, and names the files that did not come back", async () => {
    await backedUp();
    const data = join(repository, "data");
    const [largest = ""] = filesIn(data).sort((a, b) => statSync(join(data, b)).size - statSync(join(data, a)).size);
    damage(join(data, largest));
    // restic ends with 0, and the proof by the marker fails.
    await expect(backUp()).rejects.toThrow(/sampled files/);
    const before = contentOf(repository);
    const outcome = await drill();
    expect(outcome).toMatchObject({ code: 1, status: "failed" });
    expect(outcome.reason).toMatch(
      /^3 of 3 files of photos did not come back from offsite as they were: p0\.jpg \(the fetch ended with \d: .+\), /,
    );
    expect(outcome.readings).toBeUndefined();
    expect(readdirSync(join(here.folder, "scratch"))).toEqual([]);
    expect(contentOf(repository)).toEqual(before);
  });

  test("fails when the repository is gone, and makes none in its place", async () => {
    await backedUp();
    const before = contentOf(repository);
    const away = join(here.folder, "away");
    renameSync(repository, away);
    const outcome = await drill();
    expect(outcome).toMatchObject({ code: 1, status: "failed" });
    expect(outcome.reason).toMatch(/^no marker of photos came back from offsite: the fetch ended with 1/);
    expect(readdirSync(join(here.folder, "scratch"))).toEqual([]);
    expect(existsSync(repository)).toBe(false);
    expect(contentOf(away)).toEqual(before);
  });
});
