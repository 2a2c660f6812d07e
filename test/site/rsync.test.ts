/** kind = "rsync" on the real rsync, between folders and to an rsync daemon on loopback. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { type Host, host } from "../pusher/host.ts";
import {
  asNobody,
  carryingJob,
  fillPhotos,
  freePort,
  inPlaceOf,
  killTool,
  NO_WORKER,
  smallDisk,
  until,
} from "./cloud.ts";
import { missing } from "./tools.ts";

const absent = missing(["rsync", "setpriv"], "kind rsync on the real rsync");

let here: Host;
let stop: (() => void) | undefined;

beforeEach(() => {
  here = host();
  fillPhotos(here);
  mkdirSync(copy());
});
afterEach(() => {
  stop?.();
  stop = undefined;
  here.remove();
});

const photos = (...names: string[]) => join(here.folder, "photos", ...names);
const copy = (...names: string[]) => join(here.folder, "copy", ...names);

function configure(more = "", target = copy()): void {
  const nightly = { name: "nightly", kind: "rsync", from: "fast", to: "archive" };
  const lines = `source = "photos"\ntarget = "${target}"\n${more}`;
  here.configure(NO_WORKER, carryingJob({ ...nightly, paths: { fast: "photos", archive: "copy" } }, lines));
}

const run = () => here.run("nightly");

/** A run of the next night: within one second rsync takes a file of the same size for the same. */
const runLater = () => {
  utimesSync(copy(MARKER_FILE), 0, 0);
  return run();
};

const markerIn = (folder: string) => readFileSync(join(folder, MARKER_FILE), "utf8");

describe.skipIf(absent.length > 0)("rsync", () => {
  test("carries, deletes and proves it by the marker, which it carries last", async () => {
    configure('options = ["--delete"]\nmax_deletions = 2');
    const first = await run();
    expect(first).toMatchObject({ code: 0, status: "succeeded", files: 9, bytes: 64_000, deletions: 0, errors: 0 });
    expect(first.seen).toMatchObject([{ marker: first.born?.[0]?.marker, tier: "archive", sampled: 3, matched: 3 }]);
    expect(readdirSync(copy()).sort()).toEqual(readdirSync(photos()).sort());
    rmSync(photos("p3.jpg"));
    const second = await runLater();
    expect(second).toMatchObject({ status: "succeeded", files: 8, bytes: 0, deletions: 1 });
    expect(markerIn(copy())).toBe(markerIn(photos()));
    const old = markerIn(copy());
    for (const name of ["p0.jpg", "p1.jpg", "p2.jpg"]) rmSync(photos(name));
    const stopped = await runLater();
    expect(stopped).toMatchObject({ code: 25, status: "failed", deletions: 2 });
    expect(stopped.reason).toMatch(/more files than `max_deletions` allows/);
    // The copy is not as the source is now, and does not claim to be.
    expect(markerIn(copy())).toBe(old);
  });

  test("keeps the marker of the copy with --delete-excluded too", async () => {
    configure('options = ["--delete-excluded", "--exclude", "*.tmp"]\nmax_deletions = 0');
    writeFileSync(photos("x.tmp"), "x");
    expect(await run()).toMatchObject({ status: "succeeded" });
    expect(await runLater()).toMatchObject({ status: "succeeded", deletions: 0 });
    expect(existsSync(copy("x.tmp"))).toBe(false);
  });

  test("carries and deletes nothing for a source that is empty or gone, or a target that is gone", async () => {
    configure('options = ["--delete"]');
    await run();
    renameSync(photos(), photos("..", "elsewhere"));
    mkdirSync(photos());
    const empty = await run();
    expect(empty).toMatchObject({ status: "failed", born: [{ dataset: "photos" }] });
    expect(empty.reason).toMatch(/photos holds no file at all: is it mounted\? Nothing was copied, nothing deleted/);
    rmSync(photos(), { recursive: true });
    expect((await run()).reason).toMatch(/`source` does not exist: is it mounted/);
    expect(readdirSync(copy())).toHaveLength(9);
    renameSync(photos("..", "elsewhere"), photos());
    renameSync(copy(), copy("..", "offline"));
    expect((await run()).reason).toMatch(/there is no folder .*copy: is its disk mounted/);
    expect(existsSync(copy())).toBe(false);
  });

  test("names the file that it could not read, and what it could is there", async () => {
    configure();
    writeFileSync(photos("secret.jpg"), "mine");
    chmodSync(photos("secret.jpg"), 0);
    asNobody(here, "rsync");
    const ran = await run();
    expect(ran).toMatchObject({ code: 23, status: "failed", errors: 1 });
    expect(ran.reason).toMatch(/not carried: 1 file \(secret\.jpg\).*Permission denied/);
    expect(readdirSync(copy())).toHaveLength(8);
    expect(ran.logTail).toContain("secret.jpg");
  });

  test("that is killed half way has failed without a marker, and the next run carries the rest", async () => {
    writeFileSync(photos("a-big.raw"), randomBytes(3_000_000));
    utimesSync(photos("a-big.raw"), new Date(0), new Date(0));
    configure('options = ["--bwlimit=200", "--delete"]');
    const running = here.start("run", "nightly");
    await until(() => readdirSync(copy()).some((name) => name.startsWith(".a-big.raw.")));
    killTool(running.process);
    expect((await running.ended).code).toBe(137);
    expect(here.spooled().at(-1)).toMatchObject({ status: "failed", signal: "SIGKILL" });
    expect(readdirSync(copy())).not.toContain(MARKER_FILE);
    configure('options = ["--delete"]');
    expect(await run()).toMatchObject({ status: "succeeded", files: 10 });
    expect(readdirSync(copy()).sort()).toEqual(readdirSync(photos()).sort());
  });

  test("whose target is full says so", async ({ skip }) => {
    const disk = smallDisk(copy(), 1);
    if (disk === undefined) return skip("this account cannot mount a small disk");
    stop = disk.remove;
    writeFileSync(photos("big.raw"), randomBytes(3_000_000));
    configure();
    const full = await run();
    expect(full).toMatchObject({ code: 11, status: "failed" });
    expect(full.reason).toMatch(/no space left in the target.*\(big\.raw\)/);
  });

  test("carries over ssh, which asks nobody for a password", async () => {
    // What ssh and sshd do: options, the machine, and the rest as one line for the shell there.
    const words = `echo "$@" >> "${here.folder}/ssh.log"`;
    inPlaceOf(here, "ssh", `${words}\nwhile [ "$1" = -o ] || [ "$1" = -l ]; do shift 2; done\nshift\nexec sh -c "$*"`);
    configure('options = ["--delete"]', `backup@nas2:${copy()}`);
    writeFileSync(copy("old.jpg"), "gone from the source");
    expect(await run()).toMatchObject({ status: "succeeded", files: 9, deletions: 1, seen: [{ matched: 3 }] });
    const calls = readFileSync(join(here.folder, "ssh.log"), "utf8").trimEnd().split("\n");
    expect(calls).toHaveLength(2);
    for (const call of calls) expect(call).toMatch(/^-o BatchMode=yes .*-l backup nas2 rsync --server/);
    inPlaceOf(here, "ssh", "echo 'backup@nas2: Permission denied (publickey).' >&2; exit 255");
    expect(await run()).toMatchObject({ status: "failed", reason: expect.stringContaining("refuses the login") });
  });

  test("carries to a daemon, and says what it lacks", async () => {
    const port = await daemon();
    const at = (module: string) => `rsync://joe@127.0.0.1:${port}/${module}`;
    const login = 'env = { RSYNC_PASSWORD = "file:rsync.password" }';
    configure(login, at("copy"));
    writeFileSync(join(here.folder, "rsync.password"), "wrong\n");
    expect((await run()).reason).toMatch(/refuses the login.*auth failed/);
    writeFileSync(join(here.folder, "rsync.password"), "secret of joe\n");
    const ran = await run();
    expect(ran).toMatchObject({ status: "succeeded", files: 9, seen: [{ matched: 3 }] });
    configure(login, at("nowhere"));
    expect((await run()).reason).toMatch(/no such module/);
    stop?.();
    await until(async () => (await run()).reason?.includes("cannot be reached") === true);
  });
});

/** An rsync daemon that takes `joe` into the module `copy`. */
async function daemon(): Promise<number> {
  const port = await freePort();
  const file = (name: string) => join(here.folder, name);
  writeFileSync(file("rsyncd.secrets"), "joe:secret of joe\n", { mode: 0o600 });
  const account = process.getuid?.() === 0 ? "uid = 0\ngid = 0\n" : "";
  const module = `[copy]\npath = ${copy()}\nread only = no\nauth users = joe\nsecrets file = ${file("rsyncd.secrets")}\n`;
  writeFileSync(file("rsyncd.conf"), `use chroot = no\nlog file = ${file("rsyncd.log")}\n${account}${module}`);
  const argv = ["--daemon", "--no-detach", "--address=127.0.0.1", `--port=${port}`, `--config=${file("rsyncd.conf")}`];
  const child = spawn("rsync", argv, { stdio: "ignore" });
  stop = () => void child.kill("SIGKILL");
  await until(() => existsSync(file("rsyncd.log")) && readFileSync(file("rsyncd.log"), "utf8").includes("listening"));
  return port;
}
