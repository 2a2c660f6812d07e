/**
 * A real ZFS in user space: the zfs-fuse daemon, a single-vdev pool `fast` and a raidz2 pool `archive` of five files. A
 * machine has one such daemon, so one test file at a time has it, and the next one waits.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { basename, join } from "node:path";
import { codeOf } from "../../pusher/files.ts";

const VDEV_BYTES = 128 * 1024 * 1024;
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
  readonly stop: () => Promise<void>;
}

/** An abstract socket of Linux: nobody listens twice on one, and it goes with the process that has it. */
const TURN = "\0tierwatch-zfs-fuse";
const POLL_MS = 200;

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
  try {
    if (!isUp()) daemon = await startDaemon();
    return { ...createPools(folder, pools), run, create: (dataset) => void run("zfs", "create", dataset), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function createPools(folder: string, pools: Zfs["pools"]): Pick<Zfs, "pools" | "mounts" | "offline" | "online"> {
  const mounts = { fast: join(folder, "fast"), archive: join(folder, "archive") };
  const disks = ["disk1", "disk2", "disk3", "disk4", "disk5"].map((name) => join(folder, "disks", name));
  const nvme = join(folder, "disks", "nvme");
  mkdirSync(join(folder, "disks"), { recursive: true });
  for (const file of [...disks, nvme]) {
    writeFileSync(file, "");
    truncateSync(file, VDEV_BYTES);
  }
  // Not in the daemon's cache of pools: a test that was killed would leave dead pools to every daemon after it.
  const create = ["create", "-o", "cachefile=none", "-m"];
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
  };
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

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
  daemon.kill("SIGTERM");
  const killing = setTimeout(() => daemon.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(killing);
}
