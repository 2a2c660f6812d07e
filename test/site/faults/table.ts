/** Faults of each kind, made for real at the reference site: how, and what the status page has to say of it. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../cloud.ts";
import { corenasToml, MAX_RUNTIME_SECONDS } from "../configs.ts";
import { type ReferenceSite, serveCloud, well, writeOld } from "../reference-site.ts";
import { childrenOf, dropRights, holds, inPlaceOf, kill } from "./means.ts";
import { readPage } from "./page.ts";

export interface Fault {
  readonly what: string;
  /** The job that meets it. */
  readonly host: "corenas" | "winvm";
  readonly job: string;
  /** What the page says of the job, its first sentence, and the job's line; the latter two without instants. */
  readonly status: string;
  readonly first: RegExp;
  readonly line: RegExp;
  /** Both sides of the job. */
  readonly sides: (site: ReferenceSite) => readonly string[];
  /** Why it cannot be made here. */
  readonly unable?: (site: ReferenceSite) => string | undefined;
  /** Puts something there to be carried; answers how it is taken away. */
  readonly files?: (site: ReferenceSite) => () => void;
  /** Makes it and has the job meet it; answers how it is mended. */
  readonly make: (site: ReferenceSite) => Promise<() => Promise<void>>;
  /** How long after that the worker looks, in milliseconds. */
  readonly lookedAtAfterMs?: number;
}

const MB = 1_000_000;
const bigFile = (root: (site: ReferenceSite) => string, bytes: number) => (site: ReferenceSite) => {
  const file = join(root(site), "big.raw");
  writeOld(file, randomBytes(bytes));
  return () => rmSync(file);
};
const inArchive = (site: ReferenceSite) => join(site.at.archive, "photos");
const inStaging = (site: ReferenceSite) => join(site.at.staging, "photos");
const toMirror = ({ at }: ReferenceSite) => [at.archive, at.mirror];

/** A file that somebody put into the copy of `apps`, and that is safe on its disks; with something new to be carried. */
const stray = ({ at, zfs }: ReferenceSite) => {
  writeFileSync(join(at.archive, "apps", "stray"), "somebody's only copy");
  writeFileSync(join(at.fast, "apps", "new"), `${Date.now()}`);
  // Whoever sets a property waits until all before it is on disk.
  for (const pool of Object.values(at.pools)) zfs.run("zfs", "set", "tierwatch:synced=yes", `${pool}/apps`);
  return () => undefined;
};
/** A new file in staging that nobody may read. */
const secret = (site: ReferenceSite) => {
  const file = join(inStaging(site), "secret.jpg");
  writeOld(file, "mine");
  chmodSync(file, 0);
  return () => rmSync(file);
};
/** The job's program obeys the permissions of files. */
const withoutRights = (program: string, job: string): Fault["make"] => {
  return async ({ winvm }) => {
    const restore = dropRights(winvm, program);
    await winvm.pusher("run", job);
    return async () => {
      restore();
      await well(winvm, "run", job);
    };
  };
};

export const FAULTS: readonly Fault[] = [
  {
    what: "a file that restic may not read",
    ...{ host: "winvm", job: "offsite", status: "degraded" },
    first: /^offsite on winvm ended with a warning: .*1 file could not be read: \S+\/secret\.jpg\.$/,
    line: /ended with a warning.*secret\.jpg/,
    sides: ({ at, served }) => [at.staging, served.restic],
    files: secret,
    make: withoutRights("restic", "offsite"),
  },
  {
    what: "a file that rclone may not read",
    ...{ host: "winvm", job: "cloud", status: "failed" },
    first: /^cloud on winvm failed: .*not carried: 1 file \(secret\.jpg\).*permission denied/,
    line: /failed.*secret\.jpg/,
    sides: ({ at, served }) => [at.staging, served.cloud],
    files: secret,
    make: withoutRights("rclone", "cloud"),
  },
  {
    what: "a target without space",
    ...{ host: "winvm", job: "pull", status: "failed" },
    first: /^pull on winvm failed: there is no space left in the target.*\(big\.raw\)/,
    line: /failed.*no space left/,
    sides: toMirror,
    unable: ({ mirrorIsSmall }) => (mirrorIsSmall ? undefined : "this account cannot mount a small disk"),
    files: bigFile(inArchive, 6 * MB),
    make: async ({ winvm }) => {
      await winvm.pusher("run", "pull");
      return () => well(winvm, "run", "pull");
    },
  },
  {
    what: "a tool that is killed with kill -9",
    ...{ host: "winvm", job: "pull", status: "failed" },
    first: /^pull on winvm failed: ended by SIGKILL\.$/,
    line: /failed.*ended by SIGKILL/,
    sides: toMirror,
    files: bigFile(inArchive, 2 * MB),
    make: async (site) => {
      const { running, restore } = await pulling(site);
      await kill(childrenOf(running));
      await running.ended;
      return async () => {
        restore();
        await well(site.winvm, "run", "pull");
      };
    },
  },
  {
    what: "a pusher that is killed with kill -9",
    ...{ host: "winvm", job: "pull", status: "missed" },
    first: /^pull on winvm began and never told its end\.$/,
    line: /missed Its run of .* should be over since/,
    sides: toMirror,
    files: bigFile(inArchive, 2 * MB),
    make: async (site) => {
      const { running, restore } = await pulling(site);
      await until(async () => /running for/.test((await readPage(site.worker.url)).line("winvm", "pull")));
      const orphans = childrenOf(running);
      running.process.kill("SIGKILL");
      await running.ended;
      await kill(orphans);
      return async () => {
        restore();
        await well(site.winvm, "run", "pull");
      };
    },
    // A run that reached its limit has five minutes to report.
    lookedAtAfterMs: (MAX_RUNTIME_SECONDS + 310) * 1000,
  },
  {
    what: "Syncthing on the other side, killed in the middle of a transfer",
    ...{ host: "corenas", job: "sync", status: "failed" },
    first: /^sync on corenas failed: winvm is not connected.*; winvm still lacks \d+ items?, \d\.\d MB\.$/,
    line: /failed.*winvm is not connected/,
    sides: ({ at }) => [at.archive, at.staging],
    files: bigFile(inArchive, 8 * MB),
    make: async (site) => {
      const { sender, receiver } = site.syncthing;
      await sender.rest("PATCH", "/config/options", { maxSendKbps: 100, limitBandwidthInLan: true });
      const running = site.corenas.start("run", "sync");
      await until(() => holds(inStaging(site), /^\.syncthing\.big\.raw\.tmp$/));
      await receiver.stop("SIGKILL");
      await running.ended;
      return async () => {
        await receiver.start();
        await sender.rest("PATCH", "/config/options", { maxSendKbps: 0 });
        await well(site.corenas, "run", "sync");
      };
    },
  },
  {
    what: "a server that stops in the middle of a transfer",
    ...{ host: "winvm", job: "cloud", status: "failed" },
    first: /^cloud on winvm failed: /,
    line: /failed/,
    sides: ({ at, served }) => [at.staging, served.cloud],
    files: bigFile(inStaging, 3 * MB),
    make: async (site) => {
      const restore = inPlaceOf(site.winvm, "rclone", 'exec $REAL --bwlimit 200k "$@"');
      const running = site.winvm.start("run", "cloud");
      await until(() => holds(join(site.served.cloud, "photos"), /^big\.raw/));
      await site.servers.cloud.stop();
      await running.ended;
      return async () => {
        restore();
        site.servers.cloud = await serveCloud(site.served.cloud, site.servers.cloud.port);
        await well(site.winvm, "run", "cloud");
      };
    },
  },
  {
    what: "restic that is killed while it uploads",
    ...{ host: "winvm", job: "offsite", status: "failed" },
    first: /^offsite on winvm failed: ended by SIGKILL\.$/,
    line: /failed.*ended by SIGKILL/,
    sides: ({ at, served }) => [at.staging, served.restic],
    files: bigFile(inStaging, 4 * MB),
    make: async (site) => {
      const restore = inPlaceOf(site.winvm, "restic", 'exec $REAL --limit-upload 100 "$@"');
      const running = site.winvm.start("run", "offsite");
      await until(() => holds(join(site.served.restic, "locks"), /./));
      await kill(childrenOf(running));
      await running.ended;
      return async () => {
        restore();
        await well(site.winvm, "run", "offsite");
      };
    },
  },
  {
    what: "a repository that is locked",
    ...{ host: "winvm", job: "vault", status: "failed" },
    first: /^vault on winvm failed: .*is locked: wait.*held by process \d+ on \S+ since/,
    line: /failed.*is locked/,
    sides: ({ at }) => [at.staging, at.vault],
    make: async ({ at, winvm }) => {
      const env = { ...process.env, ...winvm.env };
      const options = { env, stdio: "ignore", detached: true } as const;
      const holder = spawn("borg", ["with-lock", at.vault, "sleep", "600"], options);
      const ended = new Promise((done) => holder.once("close", done));
      await until(() => holds(join(at.vault, "lock.exclusive"), /./));
      await winvm.pusher("run", "vault");
      return async () => {
        if (holder.pid !== undefined) process.kill(-holder.pid, "SIGKILL");
        await ended;
        await well(winvm, "run", "vault");
      };
    },
  },
  {
    what: "a target that somebody wrote to",
    ...{ host: "corenas", job: "nightly", status: "failed" },
    first: /^nightly on corenas failed: .*was modified.*zfs rollback/,
    line: /failed.*was modified/,
    sides: ({ at }) => [join(at.fast, "apps"), at.archive],
    files: stray,
    make: async (site) => {
      await site.corenas.pusher("run", "nightly");
      return () => rolledBack(site);
    },
  },
  {
    what: "a disk that rotted, found by a scrub",
    ...{ host: "corenas", job: "health", status: "degraded" },
    first: /^scrub on corenas ended with a warning: pool \S+: its disks made \d+ errors, and no data is lost/,
    line: /warning: .*disk4/,
    sides: ({ at }) => [join(at.fast, "apps"), at.archive],
    make: async ({ corenas, zfs, at }) => {
      zfs.rot();
      await corenas.pusher("run", "scrub");
      await well(corenas, "run", "health");
      return async () => {
        zfs.run("zpool", "clear", at.pools.archive);
        await well(corenas, "run", "scrub");
        await well(corenas, "run", "health");
      };
    },
  },
  {
    what: "a power cut while the result of a failure waits in the spool",
    ...{ host: "corenas", job: "nightly", status: "failed" },
    first: /^nightly on corenas failed: .*was modified/,
    line: /failed.*was modified/,
    sides: ({ at }) => [join(at.fast, "apps"), at.archive],
    unable: ({ zfs }) => (zfs.powerCut === undefined ? "zfs-fuse is not this test's own" : undefined),
    files: stray,
    make: async (site) => {
      const { corenas, zfs, at } = site;
      corenas.configure(corenasToml({ ...at, worker: "http://127.0.0.1:9" }));
      await corenas.pusher("run", "nightly");
      // Never synced, and gone.
      writeFileSync(join(at.state, "spool", "unsynced"), "x");
      await zfs.powerCut?.();
      corenas.configure(corenasToml(at));
      await well(corenas, "flush");
      return () => rolledBack(site);
    },
  },
];

/** A pull that is slow, in the middle of `big.raw`. */
async function pulling({ winvm, at }: ReferenceSite) {
  const restore = inPlaceOf(winvm, "rsync", 'exec $REAL --bwlimit=200 "$@"');
  const running = winvm.start("run", "pull");
  await until(() => holds(at.mirror, /^\.big\.raw\./));
  return { running, restore };
}

/** Mends a target that somebody wrote to, as the page says. */
async function rolledBack({ corenas, zfs, at }: ReferenceSite): Promise<void> {
  const target = `${at.pools.archive}/apps`;
  const all = zfs.run("zfs", "list", "-H", "-t", "snapshot", "-o", "name", "-s", "creation", "-r", target);
  zfs.run("zfs", "rollback", all.trim().split("\n").at(-1) ?? "");
  await well(corenas, "run", "nightly");
}
