/** The reference site as two plans: fast → archive on corenas, archive → staging by Syncthing, staging → offsite on winvm. */
import type { Plan } from "../../protocol/plan.ts";
import { beat, enrolled, iso, run, type TestHost, uuid } from "./support.ts";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

const datasets = [
  { name: "apps", born: "fast" },
  { name: "photos", born: "archive" },
];
const beats = { everySeconds: 300, graceSeconds: 300 };

export const corenasPlan: Plan = {
  beat: beats,
  datasets,
  jobs: [
    {
      name: "nightly",
      kind: "zfs-send",
      schedule: { everySeconds: 86_400 },
      graceSeconds: 3600,
      from: "fast",
      to: "archive",
      datasets: ["apps"],
      windowSeconds: 26 * 3600,
      proof: "marker",
    },
    {
      name: "sync",
      kind: "command",
      schedule: { everySeconds: 86_400 },
      graceSeconds: 3600,
      from: "archive",
      to: "staging",
      datasets: ["apps", "photos"],
      windowSeconds: 28 * 3600,
      proof: "marker",
    },
    { name: "health", kind: "zfs-health", schedule: { everySeconds: 3600 }, graceSeconds: 3600, tier: "archive" },
  ],
};

export const winvmPlan: Plan = {
  beat: beats,
  datasets,
  jobs: [
    {
      name: "offsite",
      kind: "command",
      schedule: { everySeconds: 86_400 },
      graceSeconds: 3600,
      from: "staging",
      to: "offsite",
      datasets: ["apps", "photos"],
      windowSeconds: 30 * 3600,
      proof: "marker",
    },
  ],
};

export interface Site {
  readonly corenas: TestHost;
  readonly winvm: TestHost;
}

export async function referenceSite(now: number): Promise<Site> {
  const corenas = await enrolled("home", "corenas", corenasPlan, now);
  const winvm = await enrolled("home", "winvm", winvmPlan, now);
  return { corenas, winvm };
}

/** What a night may leave undone. */
export interface Night {
  readonly without?: readonly ("nightly" | "sync" | "offsite" | "health")[];
  readonly seq: number;
  /** The nightly job exits 0 without having copied: its marker does not arrive anywhere. */
  readonly emptyNightly?: boolean;
}

/** One whole night in which everything works that isn't left out, told at `at`; two heartbeats of each host. */
export async function night(site: Site, at: number, { seq, without = [], emptyNightly = false }: Night): Promise<void> {
  const [apps, photos] = [uuid(), uuid()];
  const born = (marker: string, dataset: string, tier: string) => ({
    marker,
    dataset,
    tier,
    at: iso(at - 50 * 60_000),
  });
  const seen = (marker: string, dataset: string, tier: string) => ({
    marker,
    dataset,
    tier,
    at: iso(at),
    sampled: 20,
    matched: 20,
    changed: 0,
    missing: 0,
    mismatched: 0,
  });
  const does = (job: "nightly" | "sync" | "offsite" | "health") => !without.includes(job);
  const copied = does("nightly") && !emptyNightly;
  const nightly = run("nightly", seq, at, {
    born: [born(apps, "apps", "fast")],
    seen: copied ? [seen(apps, "apps", "archive")] : [],
  });
  const sync = run("sync", seq + 1, at, { born: [born(photos, "photos", "archive")] });
  const health = run("health", seq + 2, at, {});
  const runs = [
    ...(does("nightly") ? [nightly] : []),
    ...(does("sync") ? [sync] : []),
    ...(does("health") ? [health] : []),
  ];
  await beat(site.corenas, { runs }, at);
  const arrived = does("sync")
    ? [...(copied ? [seen(apps, "apps", "staging")] : []), seen(photos, "photos", "staging")]
    : [];
  const far = arrived.map(({ marker, dataset }) => seen(marker, dataset, "offsite"));
  const offsite = run("offsite", seq, at, { seen: far });
  await beat(site.winvm, { runs: does("offsite") ? [offsite] : [], seen: arrived }, at);
}

export async function beats2(site: Site, at: number): Promise<void> {
  await beat(site.corenas, {}, at);
  await beat(site.winvm, {}, at);
}
