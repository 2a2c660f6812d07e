/** kind = "borg" on the real borg, in temporary folders. */
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Host, host } from "../pusher/host.ts";
import { asNobody, fillPhotos, killTool, NO_WORKER, offsiteJob, smallDisk, until } from "./cloud.ts";
import { missing } from "./tools.ts";

const absent = missing(["borg", "setpriv"], "kind borg on the real borg");
const PASSPHRASE = "correct horse battery";

let here: Host;
let repository: string;

beforeEach(() => {
  here = host();
  repository = join(here.folder, "repository");
  fillPhotos(here);
  writeFileSync(join(here.folder, "passphrase"), `${PASSPHRASE}\n`);
  here.env.BORG_BASE_DIR = join(here.folder, "base");
});
afterEach(() => here.remove());

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, BORG_REPO: repository, BORG_PASSPHRASE: PASSPHRASE, ...here.env };
}

function setUp(): void {
  execFileSync("borg", ["init", "-e", "repokey-blake2"], { env: environment(), stdio: "ignore" });
  configure();
}

function configure(more = ""): void {
  const lines = `repository = "${repository}"\npassphrase = "file:passphrase"\npaths = ["photos"]\n${more}`;
  // borg has no word for the newest archive.
  const newest = "$(borg list --last 1 --glob-archives 'offsite-*' --format '{archive}')";
  const fetch = ["sh", "-c", `borg extract --stdout "::${newest}" "$1"`, "-", `${here.folder.slice(1)}/photos/{path}`];
  here.configure(NO_WORKER, offsiteJob("borg", lines, fetch));
}

const run = () => here.run("offsite");

describe.skipIf(absent.length > 0)("borg", () => {
  test("backs up, proves it by the marker that it reads back, and tells the depth", async () => {
    setUp();
    expect(await run()).toMatchObject({ code: 0, status: "succeeded", files: 9, errors: 0 });
    // Archives are named by the second.
    const second = Math.floor(Date.now() / 1000);
    await until(() => Math.floor(Date.now() / 1000) > second);
    const ran = await run();
    expect(ran).toMatchObject({ status: "succeeded", depths: [{ dataset: "photos", tier: "offsite", versions: 2 }] });
    expect(ran.seen).toMatchObject([{ marker: ran.born?.[0]?.marker, tier: "offsite", sampled: 3, matched: 3 }]);
    expect(ran.output).not.toContain(PASSPHRASE);
  });

  test("names a file that it could not read, and a folder that is not there", async () => {
    setUp();
    configure();
    writeFileSync(join(here.folder, "photos/secret.jpg"), "mine");
    chmodSync(join(here.folder, "photos/secret.jpg"), 0);
    asNobody(here, "borg");
    const ran = await run();
    expect(ran).toMatchObject({ code: 1, status: "warned", errors: 1 });
    expect(ran.reason).toMatch(/1 path could not be read: .*\/photos\/secret\.jpg$/);
    rmSync(join(here.folder, "photos"), { recursive: true });
    expect((await run()).reason).toMatch(/no file at all: is what `paths` names mounted/);
    mkdirSync(join(here.folder, "photos"));
  });

  test("of a folder that holds nothing but the pusher's marker has failed", async () => {
    setUp();
    rmSync(join(here.folder, "photos"), { recursive: true });
    mkdirSync(join(here.folder, "photos"));
    expect(await run()).toMatchObject({
      status: "failed",
      files: 1,
      reason: expect.stringContaining("no file at all"),
    });
  });

  test("tells who holds the lock", async () => {
    setUp();
    const holder = spawn("borg", ["with-lock", repository, "sleep", "600"], {
      env: environment(),
      stdio: "ignore",
      detached: true,
    });
    const ended = new Promise((done) => holder.once("close", done));
    try {
      await until(
        () =>
          existsSync(join(repository, "lock.exclusive")) && readdirSync(join(repository, "lock.exclusive")).length > 0,
      );
      const ran = await run();
      expect(ran).toMatchObject({ code: 2, status: "failed" });
      expect(ran.reason).toMatch(/is locked: wait.*held by process \d+ on \S+ since 20\d\d-/);
    } finally {
      if (holder.pid !== undefined) process.kill(-holder.pid, "SIGKILL");
      await ended;
    }
  });

  test("that is killed half way has failed, and the next run finds its way", async () => {
    setUp();
    writeFileSync(join(here.folder, "photos/big.raw"), randomBytes(4_000_000));
    configure('options = ["--upload-ratelimit", "100"]');
    const running = here.start("run", "offsite");
    await until(() => existsSync(join(repository, "lock.exclusive")));
    killTool(running.process);
    expect((await running.ended).code).toBe(137);
    expect(here.spooled().at(-1)).toMatchObject({ status: "failed", signal: "SIGKILL", reason: "ended by SIGKILL" });
    configure();
    // borg takes over the lock of a process of this host that is gone.
    expect(await run()).toMatchObject({ status: "succeeded", files: 10 });
  });

  test("with a wrong passphrase, without a repository, or on a full disk says what to do", async ({ skip }) => {
    setUp();
    writeFileSync(join(here.folder, "passphrase"), "wrong passphrase");
    expect(await run()).toMatchObject({ code: 2, reason: expect.stringContaining("`passphrase` of the job") });
    writeFileSync(join(here.folder, "passphrase"), PASSPHRASE);
    repository = join(here.folder, "elsewhere");
    configure();
    expect((await run()).reason).toMatch(/there is no repository at `repository`/);
    const disk = smallDisk(join(here.folder, "disk"), 3);
    if (disk === undefined) return skip("this account cannot mount a small disk");
    try {
      repository = join(here.folder, "disk/repository");
      setUp();
      writeFileSync(join(here.folder, "photos/big.raw"), randomBytes(9_000_000));
      expect(await run()).toMatchObject({ status: "failed", reason: expect.stringContaining("no space left") });
    } finally {
      disk.remove();
    }
  });
});
