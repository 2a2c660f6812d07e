/** A real ZFS in user space: the zfs-fuse daemon, a single-vdev pool `fast` and a raidz2 pool `archive` of five files. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const VDEV_BYTES = 128 * 1024 * 1024;

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

/** Starts the daemon unless one runs, and makes both pools under names of their own. */
export async function startZfs(folder: string): Promise<Zfs> {
  const daemon = isUp() ? null : await startDaemon();
  const unique = basename(folder).replace(/[^A-Za-z0-9]/g, "");
  const pools = { fast: `fast${unique}`, archive: `archive${unique}` };
  const mounts = { fast: join(folder, "fast"), archive: join(folder, "archive") };
  const disks = ["disk1", "disk2", "disk3", "disk4", "disk5"].map((name) => join(folder, "disks", name));
  mkdirSync(join(folder, "disks"), { recursive: true });
  for (const file of [...disks, join(folder, "disks", "nvme")]) {
    writeFileSync(file, "");
    truncateSync(file, VDEV_BYTES);
  }
  run("zpool", "create", "-m", mounts.fast, pools.fast, join(folder, "disks", "nvme"));
  run("zpool", "create", "-m", mounts.archive, pools.archive, "raidz2", ...disks);
  // A read must not count as a change of the received dataset.
  run("zfs", "set", "atime=off", pools.archive);
  run("zpool", "scrub", pools.archive);
  const third = disks[2] ?? "";
  return {
    pools,
    mounts,
    run,
    create: (dataset) => void run("zfs", "create", dataset),
    offline: () => {
      run("zpool", "offline", pools.archive, third);
      return basename(third);
    },
    online: () => void run("zpool", "online", pools.archive, third),
    stop: async () => {
      for (const pool of Object.values(pools)) destroy(pool);
      if (daemon !== null) await end(daemon);
    },
  };
}

function run(program: "zfs" | "zpool", ...args: string[]): string {
  return execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 }).toString();
}

/** A pool that something still holds open goes with the daemon. */
function destroy(pool: string): void {
  try {
    run("zpool", "destroy", "-f", pool);
  } catch (error) {
    console.warn(`pool ${pool} was not destroyed: ${error instanceof Error ? error.message : error}`);
  }
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
  const daemon = spawn("zfs-fuse", ["--no-daemon", "--no-kstat-mount"], { stdio: "ignore", detached: true });
  const until = Date.now() + 20_000;
  while (!isUp()) {
    if (Date.now() > until) throw new Error("zfs-fuse does not answer; is /dev/fuse there?");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return daemon;
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return;
  const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
  daemon.kill("SIGTERM");
  const killing = setTimeout(() => daemon.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(killing);
}
