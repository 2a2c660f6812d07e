/** kind = "restic" on the real restic, in temporary folders and over `rclone serve restic` on loopback. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Host, host } from "../pusher/host.ts";
import {
  asNobody,
  fillPhotos,
  inPlaceOf,
  killTool,
  NO_WORKER,
  offsiteJob,
  rcloneServe,
  type Serving,
  smallDisk,
  until,
} from "./cloud.ts";
import { missing } from "./tools.ts";

const absent = missing(["restic", "rclone", "setpriv"], "kind restic on the real restic");
const PASSWORD = "correct horse battery";

let here: Host;
let server: Serving | undefined;

beforeEach(() => {
  here = host();
  fillPhotos(here);
  writeFileSync(join(here.folder, "password"), `${PASSWORD}\n`);
  here.env.RESTIC_CACHE_DIR = join(here.folder, "cache");
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  here.remove();
});

function restic(repository: string, ...argv: string[]): string {
  const env = { ...process.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: PASSWORD, ...here.env };
  return execFileSync("restic", argv, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

/** A new repository, and a job that backs `photos` up to it and reads its marker back. */
function setUp(repository: string, more = ""): void {
  restic(repository, "init");
  configure(repository, more);
}

function configure(repository: string, more = ""): void {
  const lines = `repository = "${repository}"\npassword = "file:password"\npaths = ["photos"]\n${more}`;
  const fetch = ["restic", "dump", "latest", "--path", `${here.folder}/photos`, `${here.folder}/photos/{path}`];
  here.configure(NO_WORKER, offsiteJob("restic", lines, fetch));
}

const run = () => here.run("offsite");

function largestIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  const [largest = folder] = files
    .filter((file) => statSync(file).isFile())
    .sort((a, b) => statSync(b).size - statSync(a).size);
  return largest;
}

describe.skipIf(absent.length > 0)("restic", () => {
  test("backs up to a server, proves it by the marker that it reads back, and tells the depth", async () => {
    server = await rcloneServe("restic", join(here.folder, "offsite"), "--append-only");
    setUp(`rest:http://127.0.0.1:${server.port}/`);
    expect(await run()).toMatchObject({ code: 0, status: "succeeded", files: 9, errors: 0 });
    const second = await run();
    expect(second).toMatchObject({
      status: "succeeded",
      depths: [{ dataset: "photos", tier: "offsite", versions: 2 }],
    });
    expect(second.seen).toMatchObject([{ marker: second.born?.[0]?.marker, tier: "offsite", sampled: 3, matched: 3 }]);
    expect(second.output).not.toContain(PASSWORD);
  });

  test("that is killed half way has failed; its lock is told when a check meets it, and the next backup goes on", async () => {
    server = await rcloneServe("restic", join(here.folder, "offsite"));
    const repository = `rest:http://127.0.0.1:${server.port}/`;
    writeFileSync(join(here.folder, "photos/big.raw"), randomBytes(4_000_000));
    setUp(repository, 'options = ["--limit-upload", "100"]');
    const running = here.start("run", "offsite");
    const locks = join(here.folder, "offsite/locks");
    await until(() => existsSync(locks) && readdirSync(locks).length > 0);
    killTool(running.process);
    expect((await running.ended).code).toBe(137);
    expect(here.spooled().at(-1)).toMatchObject({ status: "failed", signal: "SIGKILL", reason: "ended by SIGKILL" });

    configure(repository, 'check = { every = "7d" }');
    const locked = await run();
    expect(locked).toMatchObject({ status: "warned", files: 10 });
    expect(locked.reason).toMatch(
      /`restic check`: the repository is locked by process \d+ on .* since .*`restic unlock`/,
    );
    expect(locked.readings).toMatchObject([{ name: "restic.offsite.check_age", value: "never", verdict: "warning" }]);
    restic(repository, "unlock");
    expect(await run()).toMatchObject({ status: "succeeded", readings: [{ value: 0, verdict: "ok" }] });
  });

  test("names a file that it could not read", async () => {
    setUp(join(here.folder, "repository"));
    writeFileSync(join(here.folder, "photos/secret.jpg"), "mine");
    chmodSync(join(here.folder, "photos/secret.jpg"), 0);
    asNobody(here, "restic");
    const ran = await run();
    expect(ran).toMatchObject({ code: 3, status: "warned", errors: 1 });
    expect(ran.reason).toMatch(/1 file could not be read: .*\/photos\/secret\.jpg$/);
  });

  test("with a wrong password, without a repository, without its source or its server says what to do", async () => {
    const repository = join(here.folder, "repository");
    setUp(repository);
    writeFileSync(join(here.folder, "password"), "wrong password\n");
    expect(await run()).toMatchObject({
      code: 1,
      status: "failed",
      reason: expect.stringContaining("`password` of the job"),
    });
    writeFileSync(join(here.folder, "password"), PASSWORD);
    configure(join(here.folder, "elsewhere"));
    expect((await run()).reason).toMatch(/there is no repository at `repository`: is the disk mounted/);
    configure("rest:http://127.0.0.1:9/");
    expect((await run()).reason).toMatch(/cannot be reached: does its server run/);
    configure(repository);
    rmSync(join(here.folder, "photos"), { recursive: true });
    expect((await run()).reason).toMatch(/nothing of `paths` exists: is it mounted/);
  });

  test("whose repository's disk is full says so", async ({ skip }) => {
    const disk = smallDisk(join(here.folder, "disk"), 2);
    if (disk === undefined) return skip("this account cannot mount a small disk");
    try {
      setUp(join(here.folder, "disk/repository"));
      writeFileSync(join(here.folder, "photos/big.raw"), randomBytes(8_000_000));
      expect(await run()).toMatchObject({ status: "failed", reason: expect.stringContaining("no space left") });
    } finally {
      disk.remove();
    }
  });

  test("of a folder that holds nothing but the pusher's marker has failed, for its disk is not mounted", async () => {
    setUp(join(here.folder, "repository"));
    rmSync(join(here.folder, "photos"), { recursive: true });
    mkdirSync(join(here.folder, "photos"));
    const ran = await run();
    expect(ran).toMatchObject({ code: 1, status: "failed", files: 1, born: [{ dataset: "photos" }] });
    expect(ran.reason).toMatch(/no file at all: is what `paths` names mounted/);
  });

  test("a pack that is gone is found by the check, though the backup ended with 0", async () => {
    const repository = join(here.folder, "repository");
    writeFileSync(join(here.folder, "photos/big.raw"), randomBytes(2_000_000));
    setUp(repository);
    restic(repository, "backup", join(here.folder, "photos"));
    rmSync(largestIn(join(repository, "data")));
    const lines = `repository = "${repository}"\npassword = "file:password"\npaths = ["photos"]\ncheck = { every = "7d" }`;
    here.configure(NO_WORKER, offsiteJob("restic", lines));
    const ran = await run();
    expect(ran).toMatchObject({ code: 1, status: "failed", readings: [{ value: "damaged", verdict: "critical" }] });
    expect(ran.reason).toMatch(/`restic check`: the repository is damaged: run no `prune`/);
  });

  test("that says 100 MB is read in constant memory", async () => {
    setUp(join(here.folder, "repository"));
    const line = `{"message_type":"status","bytes_done":1,"current_files":["${"x".repeat(150)}"]}`;
    const peakKib = async (megabytes: number) => {
      const peak = join(here.folder, "peak");
      inPlaceOf(here, "restic", `yes '${line}' | head -c ${megabytes}000000; grep VmHWM /proc/$PPID/status >${peak}`);
      await run();
      return Number(/\d+/.exec(readFileSync(peak, "utf8"))?.[0]);
    };
    const little = await peakKib(1);
    expect((await peakKib(100)) - little).toBeLessThan(48 * 1024);
  });
});
