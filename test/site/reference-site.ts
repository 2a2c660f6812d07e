/** The reference site on real tools: laid out, started, enrolled with a real worker, and a night of it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort, rcloneServe, rcloneServeAt, type Serving, smallDisk } from "./cloud.ts";
import { corenasToml, type Places, winvmToml } from "./configs.ts";
import { type TestPusher, testPusher } from "./pusher.ts";
import { type SyncthingPair, syncthingPair } from "./syncthing.ts";
import { type RunningWorker, startWorker } from "./worker.ts";
import { startZfs, type Zfs } from "./zfs-fuse.ts";

export const TOOLS = ["zfs-fuse", "zpool", "syncthing", "restic", "rclone", "borg", "rsync", "setpriv"];
const HOUR_SECONDS = 3_600;
/** The disk of the mirror, where this account can mount one. */
const MIRROR_MIB = 4;
const PASSWORD = "only a test";

export interface ReferenceSite {
  readonly folder: string;
  readonly at: Places;
  readonly zfs: Zfs;
  readonly syncthing: SyncthingPair;
  /** The mirror lies on a disk of 4 MiB. */
  readonly mirrorIsSmall: boolean;
  /** `rclone serve restic` and `rclone serve sftp`; a test that stops one starts another at its port. */
  readonly servers: { readonly restic: Serving; cloud: Serving };
  /** Where the servers keep what is sent to them. */
  readonly served: { readonly restic: string; readonly cloud: string };
  readonly worker: RunningWorker;
  readonly corenas: TestPusher;
  readonly winvm: TestPusher;
  readonly stop: () => Promise<void>;
}

/** Builds and starts all of it; when that fails, nothing is left. */
export async function startReferenceSite(): Promise<ReferenceSite> {
  const folder = mkdtempSync(join(tmpdir(), "tierwatch-site-"));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await build(folder, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Undo = (() => Promise<void> | void)[];

async function build(folder: string, undo: Undo): Promise<Omit<ReferenceSite, "stop">> {
  const zfs = await startZfs(folder);
  undo.push(zfs.stop);
  const path = (name: string) => join(folder, name);
  const [staging, mirror] = [path("staging"), path("mirror")];
  fill(zfs, staging);
  const disk = smallDisk(mirror, MIRROR_MIB);
  if (disk !== undefined) undo.push(disk.remove);
  const syncthing = await syncthingPair(path("syncthing"), zfs.mounts.archive, staging);
  undo.push(syncthing.stop);
  await syncthing.start();
  const served = { restic: path("offsite"), cloud: path("cloud") };
  const servers = {
    restic: await rcloneServe("restic", served.restic),
    cloud: await serveCloud(served.cloud),
  };
  undo.push(
    () => servers.restic.stop(),
    () => servers.cloud.stop(),
  );
  const worker = await startWorker();
  undo.push(worker.close);
  const at: Places = {
    ...{ worker: worker.url.replace(/\/$/, ""), fast: zfs.mounts.fast, archive: zfs.mounts.archive, staging, mirror },
    ...{ state: join(zfs.mounts.fast, "state"), pools: zfs.pools },
    syncthing: {
      sender: join(syncthing.sender.home, "config.xml"),
      receiver: join(syncthing.receiver.home, "config.xml"),
    },
    restic: `rest:http://127.0.0.1:${servers.restic.port}/`,
    cloud: `:sftp,host=127.0.0.1,port=${servers.cloud.port},user=site,pass=${obscured()}:photos`,
    ...{ vault: path("vault"), password: path("password") },
  };
  const hosts = makeHosts(folder, at);
  for (const [name, host] of Object.entries(hosts)) {
    const enrolled = await host.pusher("enroll", await worker.codeFor(name));
    if (enrolled.code !== 0) throw new Error(enrolled.output);
  }
  return { folder, at, zfs, syncthing, mirrorIsSmall: disk !== undefined, servers, served, worker, ...hosts };
}

/** An SFTP server of rclone; `port` is that of one which was stopped. */
export async function serveCloud(folder: string, port?: number): Promise<Serving> {
  return rcloneServeAt(port ?? (await freePort()), "sftp", folder, "--user", "site", "--pass", PASSWORD);
}

/** The password as rclone wants it in a target. */
function obscured(): string {
  return execFileSync("rclone", ["obscure", PASSWORD], { encoding: "utf8" }).trim();
}

/** Datasets and files in both pools, and the folders that Syncthing shares. */
function fill(zfs: Zfs, staging: string): void {
  zfs.create(`${zfs.pools.fast}/apps`);
  zfs.create(`${zfs.pools.fast}/state`);
  zfs.create(`${zfs.pools.archive}/photos`);
  for (let i = 0; i < 30; i++) {
    writeOld(join(zfs.mounts.fast, "apps", `app-${i % 3}`, `record-${i}.json`), `${i} `.repeat(500 + i));
    writeOld(join(zfs.mounts.archive, "photos", "2026", `img-${i}.jpg`), `${i} `.repeat(500 + i));
  }
  mkdirSync(join(zfs.mounts.archive, ".stfolder"));
  mkdirSync(join(staging, ".stfolder"), { recursive: true });
}

/** A file as old as an application leaves them: nothing written this minute is sampled. */
export function writeOld(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  const anHourAgo = Date.now() / 1000 - HOUR_SECONDS;
  utimesSync(file, anHourAgo, anHourAgo);
}

function makeHosts(folder: string, at: Places): Pick<ReferenceSite, "corenas" | "winvm"> {
  const corenas = testPusher(join(folder, "corenas"), corenasToml(at));
  const winvm = testPusher(join(folder, "winvm"), winvmToml(at));
  writeFileSync(at.password, `${PASSWORD}\n`);
  Object.assign(winvm.env, { RESTIC_CACHE_DIR: join(folder, "restic-cache"), BORG_BASE_DIR: join(folder, "borg") });
  const env = { ...process.env, ...winvm.env, RESTIC_PASSWORD: PASSWORD, BORG_PASSPHRASE: PASSWORD };
  execFileSync("restic", ["--repo", at.restic, "init", "--quiet"], { env });
  execFileSync("borg", ["init", "--encryption", "repokey-blake2", at.vault], { env, stdio: "ignore" });
  return { corenas, winvm };
}

/** Every job once, in the order of its data; fails with what a run said that did not end well. */
export async function night({ corenas, winvm }: Pick<ReferenceSite, "corenas" | "winvm">): Promise<void> {
  await well(corenas, "run", "nightly");
  await well(corenas, "run", "sync");
  await well(winvm, "beat");
  await Promise.all(["arrived", "pull", "offsite", "cloud", "vault"].map((job) => well(winvm, "run", job)));
  await Promise.all(["health", "scrub"].map((job) => well(corenas, "run", job)));
}

export async function well(host: TestPusher, ...args: string[]): Promise<void> {
  const ran = await host.pusher(...args);
  if (ran.code !== 0) throw new Error(`${args.join(" ")} ended with ${ran.code}: ${ran.output}`);
}
