/** The ZFS kinds run against two real pools: nights of sending from `fast` to `archive`, and what ZFS says of both sides. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reading } from "../../protocol/heartbeat.ts";
import { executor } from "../../pusher/exec.ts";
import type { JobOutcome } from "../../pusher/jobs/job.ts";
import type { JobKind, KindContext } from "../../pusher/jobs/kind.ts";
import { zfsHealth } from "../../pusher/jobs/zfs-health.ts";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import { played } from "../pusher/played.ts";
import { startZfs, type Zfs } from "./zfs-fuse.ts";

const NIGHT = Date.parse("2026-11-23T02:00:00Z");

export interface ZfsNights {
  readonly folder: string;
  readonly zfs: Zfs;
  /** The dataset `apps` in both pools. */
  readonly source: string;
  readonly target: string;
  readonly sourceFile: (name: string) => string;
  readonly targetFile: (name: string) => string;
  /** A context of real programs, on the day of the last night. */
  readonly contextOf: (more?: Partial<KindContext>) => KindContext;
  readonly run: (kind: JobKind, settings: object, context?: KindContext) => Promise<JobOutcome>;
  /** A night passes. */
  readonly nextDay: () => void;
  /** One more night of sending, on a day of its own. */
  readonly send: (settings?: object, context?: KindContext) => Promise<JobOutcome>;
  /** A reading of the archive's health by the last part of its name. */
  readonly health: (name: string) => Promise<Reading | undefined>;
  readonly snapshots: (dataset: string) => string[];
  readonly guid: (dataset: string, snapshot?: string) => string;
  /** Seconds. */
  readonly created: (dataset: string, snapshot: string) => number;
  readonly stop: () => Promise<void>;
}

/** The programs themselves, in this environment. */
export function realPrograms(env: NodeJS.ProcessEnv = process.env): Pick<KindContext, "exec" | "pipe"> {
  const ignore = () => undefined;
  return executor({ env, platform: process.platform, onOutput: ignore, onBytes: ignore, onStart: ignore });
}

/** Both pools, with one file in `apps`, which nobody has sent yet. */
export async function startNights(): Promise<ZfsNights> {
  const folder = mkdtempSync(join(tmpdir(), "tierwatch-zfs-"));
  const zfs = await startZfs(folder);
  let nights = 0;
  const [source, target] = [`${zfs.pools.fast}/apps`, `${zfs.pools.archive}/apps`];
  const sourceFile = (name: string) => join(zfs.mounts.fast, "apps", name);
  zfs.create(source);
  writeFileSync(sourceFile("first"), "first ".repeat(100_000));
  const contextOf: ZfsNights["contextOf"] = (more = {}) => ({
    ...played([], NIGHT).context,
    ...realPrograms(),
    now: () => NIGHT + nights * 86_400_000,
    folder,
    policy: (name) => (name === "today" ? { daily: 1 } : undefined),
    ...more,
  });
  const run: ZfsNights["run"] = (kind, settings, context = contextOf()) => {
    const prepared = kind.prepare(settings);
    if (!prepared.ok) throw new Error("these settings are good");
    return prepared.value.run(context);
  };
  const nextDay = () => {
    nights += 1;
  };
  return {
    ...{ folder, zfs, source, target, sourceFile, contextOf, run, nextDay },
    targetFile: (name) => join(zfs.mounts.archive, "apps", name),
    send: (settings = {}, context) => {
      nextDay();
      return run(zfsSend, { source, target, ...settings }, context);
    },
    health: async (name) => {
      const { readings } = await run(zfsHealth, { pool: zfs.pools.archive }, contextOf({ now: Date.now }));
      return readings?.find((reading) => reading.name === `pool.${zfs.pools.archive}.${name}`);
    },
    ...askedOf(zfs),
    stop: async () => {
      await zfs.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function askedOf(zfs: Zfs): Pick<ZfsNights, "snapshots" | "guid" | "created"> {
  const get = (property: string, of: string) => zfs.run("zfs", "get", "-H", "-p", "-o", "value", property, of).trim();
  return {
    snapshots: (dataset) =>
      zfs
        .run("zfs", "list", "-H", "-t", "snapshot", "-o", "name", "-r", dataset)
        .split("\n")
        .filter((name) => name !== "")
        .map((name) => name.slice(name.indexOf("@") + 1)),
    guid: (dataset, snapshot = "") => get("guid", `${dataset}@${snapshot}`),
    created: (dataset, snapshot) => Number(get("creation", `${dataset}@${snapshot}`)),
  };
}
