/** The two pusher.toml of the reference site: what an owner would write, with a timetable of seconds instead of days. */
import { join } from "node:path";
import { stringify } from "smol-toml";
import type { Carriers } from "./carriers.ts";
import { copier, inSnapshot, restic } from "./commands.ts";
import type { Tiers } from "./site.ts";
import { SHARED_FOLDER } from "./syncthing-pair.ts";
import {
  BEAT,
  JOB_GRACE_SECONDS,
  JOB_MAX_SECONDS,
  JOB_SECONDS,
  PATIENCE_SECONDS,
  SAMPLES,
  WINDOW_SECONDS,
} from "./timetable.ts";

export interface SitePlan extends Omit<Carriers, "notes"> {
  /** The worker's address. */
  readonly worker: string;
  readonly tiers: Tiers;
}

const DATASETS = [
  { name: "apps", born: "fast" },
  { name: "photos", born: "archive" },
] as const;
const ALL = DATASETS.map(({ name }) => name);

/** CoreNAS: it has fast and archive, and sends to staging. */
export function corenasToml(plan: SitePlan): string {
  const { tiers, tools } = plan;
  const seen = { apps: ["fast", "archive"], photos: ["archive"] } as const;
  const nightly = {
    ...carrying("nightly", "fast", "archive", ["apps"]),
    ...copier(tools.nightly, join(tiers.fast, "apps"), join(tiers.archive, "apps")),
  };
  return stringify({
    ...head(plan),
    datasets: DATASETS.map(({ name, born }) => ({
      ...dataset(name, born),
      paths: Object.fromEntries(seen[name].map((tier) => [tier, join(tiers[tier], name)])),
    })),
    jobs: [nightly, { ...carrying("sync", "archive", "staging", ALL), ...syncSettings(plan) }],
  });
}

function syncSettings({ tiers, tools, syncthing }: SitePlan) {
  if (tools.sync !== "syncthing") return copier(tools.sync, tiers.archive, tiers.staging);
  if (syncthing === undefined) throw new Error("the plan has Syncthing carry, and it does not run");
  return { kind: "syncthing", folder: SHARED_FOLDER, config: syncthing.config, patience: `${PATIENCE_SECONDS}s` };
}

/** The Windows machine: staging arrives there, and it sends to the cloud. */
export function winvmToml(plan: SitePlan): string {
  const { tiers } = plan;
  return stringify({
    ...head(plan),
    datasets: DATASETS.map(({ name, born }) => ({ ...dataset(name, born), ...farPlaces(plan, name) })),
    jobs: [{ ...carrying("offsite", "staging", "offsite", ALL), ...backup(plan, tiers) }],
  });
}

function head({ worker }: SitePlan) {
  return { worker, key: "file:host.key", beat: { every: `${BEAT.everySeconds}s`, grace: `${BEAT.graceSeconds}s` } };
}

function dataset(name: string, born: string) {
  return { name, born, samples: SAMPLES };
}

function carrying(name: string, from: string, to: keyof typeof WINDOW_SECONDS, datasets: readonly string[]) {
  return {
    name,
    from,
    to,
    datasets: [...datasets],
    schedule: { every: `${JOB_SECONDS}s` },
    grace: `${JOB_GRACE_SECONDS}s`,
    window: `${WINDOW_SECONDS[to]}s`,
    max_runtime: `${JOB_MAX_SECONDS}s`,
  };
}

function backup({ tools, resticPassword }: SitePlan, { staging, offsite }: Tiers) {
  switch (tools.offsite) {
    case "restic":
      return { kind: "command", argv: restic(offsite, resticPassword, "backup", staging) };
    case "rclone":
      return { kind: "rclone", mode: "sync", source: staging, target: offsite };
    default:
      return copier(tools.offsite, staging, offsite);
  }
}

/** Where winvm sees a dataset: staging is a folder; offsite is read back file by file, unless a plain copy lies there. */
function farPlaces({ tiers, tools, resticPassword }: SitePlan, name: string) {
  const staging = join(tiers.staging, name);
  switch (tools.offsite) {
    case "restic": {
      const file = `${inSnapshot(staging)}/{path}`;
      return { paths: { staging }, fetch: { offsite: restic(tiers.offsite, resticPassword, "dump", "latest", file) } };
    }
    case "rclone":
      return { paths: { staging }, fetch: { offsite: ["rclone", "cat", `${join(tiers.offsite, name)}/{path}`] } };
    default:
      return { paths: { staging, offsite: join(tiers.offsite, name) } };
  }
}
