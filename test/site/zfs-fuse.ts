/**
 * A real ZFS in user space: the zfs-fuse daemon, a single-vdev pool `fast` and a raidz2 pool `archive` of five files. A
 * machine has one such daemon, so one test file at a time has it, and the next one waits.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { basename, join } from "node:path";
import { codeOf } from "../../pusher/files.ts";

const VDEV_BYTES = 128 * 1024 * 1024;
/** Not in the daemon's cache of pools: a test that was killed would leave dead pools to every daemon after it. */
const UNCACHED = ["-o", "cachefile=none"];
const IMPORT = ["import", "-f", ...UNCACHED];
/** The labels of a disk, 512 KiB at its end and 4 MiB with the boot block at its front. */
const FRONT_BYTES = 4 * 1024 * 1024;
const END_BYTES = 512 * 1024;
/** Where the programs are, also for a PATH like cron's. */
const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin` };

export interface Zfs {
  readonly pools: { readonly fast: string; readonly archive: string };
  /** Where the pools' datasets are mounted. */
  readonly mounts: { readonly fast: string; readonly archive: string };
  readonly create: (dataset: string) => void;
  /** Runs `zfs` or `zpool` and gives its output. */
  readonly run: (program: "zfs" | "zpool", ...args: string[]) => string;
  /** Takes a disk of the archive offline, and answers its name. */
  readonly offline: () => string;
  readonly online: () => void;
  /** Overwrites what one disk of the archive holds, except where it says which disk it is; answers its name. */
  readonly rot: () => string;
  /**
   * The power goes and comes back: the daemon is killed and what was not synced is gone; both pools are imported again. Undefined
   * where the daemon is not this test's own.
   */
  readonly powerCut: (() => Promise<void>) | undefined;
  readonly stop: () => Promise<void>;
}

/** An abstract socket of Linux: nobody listens twice on one, and it goes with the process that has it. */
const TURN = "\0tierwatch-zfs-fuse";
const POLL_MS = 200;

/** How long all files that take turns may take together, for the hook that waits for its own. */
export const ZFS_TURN_MS = 1_200_000;

/** Waits until no other process has it; closing it gives it free. */
async function takeTurn(): Promise<Server> {
  for (;;) {
    const turn = createServer().listen(TURN);
    try {
      await once(turn, "listening");
      return turn;
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/**
 * Starts the daemon unless one runs, and makes both pools under names of their own; when that fails, nothing is left. Waits
 * for its turn: the time limit of whoever calls has to hold for the files before it.
 */
export async function startZfs(folder: string): Promise<Zfs> {
  const turn = await takeTurn();
  const unique = basename(folder).replace(/[^A-Za-z0-9]/g, "");
  const pools = { fast: `fast${unique}`, archive: `archive${unique}` };
  let daemon: ChildProcess | undefined;
  const stop = async () => {
    if (isUp()) for (const pool of Object.values(pools)) await destroy(pool);
    if (daemon !== undefined) await end(daemon);
    turn.close();
  };
  const powerCut = async () => {
    if (daemon !== undefined) await kill(daemon);
    for (const mount of mountsOf(Object.values(pools))) execFileSync("umount", ["--lazy", mount]);
    daemon = await startDaemon();
    for (const pool of Object.values(pools)) run("zpool", ...IMPORT, "-d", join(folder, "disks"), pool);
  };
  try {
    if (!isUp()) daemon = await startDaemon();
    const made = createPools(folder, pools);
    const create = (dataset: string) => void run("zfs", "create", dataset);
    return { ...made, run, create, powerCut: daemon === undefined ? undefined : powerCut, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function createPools(
  folder: string,
  pools: Zfs["pools"],
): Pick<Zfs, "pools" | "mounts" | "offline" | "online" | "rot"> {
  const mounts = { fast: join(folder, "fast"), archive: join(folder, "archive") };
  const disks = ["disk1", "disk2", "disk3", "disk4", "disk5"].map((name) => join(folder, "disks", name));
  const nvme = join(folder, "disks", "nvme");
  mkdirSync(join(folder, "disks"), { recursive: true });
  for (const file of [...disks, nvme]) {
    writeFileSync(file, "");
    truncateSync(file, VDEV_BYTES);
  }
  const create = ["create", ...UNCACHED, "-m"];
  run("zpool", ...create, mounts.fast, pools.fast, nvme);
  run("zpool", ...create, mounts.archive, pools.archive, "raidz2", ...disks);
  // A read must not count as a change of the received dataset.
  run("zfs", "set", "atime=off", pools.archive);
  run("zpool", "scrub", pools.archive);
  const third = disks[2] ?? "";
  return {
    pools,
    mounts,
    offline: () => {
      run("zpool", "offline", pools.archive, third);
      return basename(third);
    },
    online: () => void run("zpool", "online", pools.archive, third),
    rot: () => {
      const fourth = disks[3] ?? "";
      const noise = Buffer.alloc(VDEV_BYTES - FRONT_BYTES - END_BYTES, 0xa5);
      const disk = openSync(fourth, "r+");
      writeSync(disk, noise, 0, noise.length, FRONT_BYTES);
      closeSync(disk);
      return basename(fourth);
    },
  };
}

/** Where the datasets of these pools are mounted, the innermost first. */
function mountsOf(pools: readonly string[]): string[] {
  const mounts = readFileSync("/proc/self/mounts", "utf8").trim().split("\n");
  const points = mounts.flatMap((line) => {
    const [source = "", point = ""] = line.split(" ");
    return pools.includes(source.split("/")[0] ?? "") ? [point] : [];
  });
  return points.toSorted((a, b) => b.length - a.length);
}

function run(program: "zfs" | "zpool", ...args: string[]): string {
  return execFileSync(program, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 }).toString();
}

/** What still holds a pool open (a program that was just killed) may need a moment to let go. */
async function destroy(pool: string): Promise<void> {
  const until = Date.now() + 10_000;
  while (isThere(pool)) {
    try {
      run("zpool", "destroy", "-f", pool);
    } catch (error) {
      if (Date.now() > until) {
        console.warn(`pool ${pool} was not destroyed: ${error instanceof Error ? error.message : error}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function isThere(pool: string): boolean {
  return run("zpool", "list", "-H", "-o", "name").split("\n").includes(pool);
}

function isUp(): boolean {
  try {
    run("zpool", "list", "-H", "-o", "name");
    return true;
  } catch {
    return false;
  }
}

async function startDaemon(): Promise<ChildProcess> {
  const daemon = spawn("zfs-fuse", ["--no-daemon", "--no-kstat-mount"], { env, stdio: "ignore", detached: true });
  // Without a listener an error would end the test run; that the daemon does not answer is told below.
  daemon.on("error", () => undefined);
  const until = Date.now() + 20_000;
  while (!isUp()) {
    if (Date.now() > until || daemon.exitCode !== null) {
      await end(daemon);
      throw new Error("zfs-fuse does not answer; is /dev/fuse there, and is this root?");
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return daemon;
}

async function kill(daemon: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
  daemon.kill("SIGKILL");
  await ended;
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
  daemon.kill("SIGTERM");
  const killing = setTimeout(() => daemon.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(killing);
}
