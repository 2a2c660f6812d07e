/** Pools, their file systems, and who takes care of them already. */
import { type Eyes, NOTHING, type Part, quoted } from "./part.ts";

/** More datasets than this are no list that a person made; the rest is left out. */
const DATASETS_MAX = 20;

export async function lookAtZfs(eyes: Eyes): Promise<Part> {
  const pools = linesOf(await eyes.ask("zpool", "list", "-H", "-o", "name")).map(([name = ""]) => name);
  if (pools.length === 0) return NOTHING;
  const listed = await eyes.ask("zfs", "list", "-H", "-t", "filesystem", "-o", "name,mountpoint,mounted,readonly");
  const all = linesOf(listed).map(([name = "", mountpoint = "", mounted, readonly]) => ({
    name,
    mountpoint,
    isMounted: mounted === "yes" && mountpoint.startsWith("/"),
    isReadonly: readonly === "on",
  }));
  const copies = new Set(all.filter((one) => all.some((other) => isCopyOf(one, other))).map(({ name }) => name));
  const own = all.filter(({ name, isMounted }) => isMounted && !copies.has(name));
  // A parent's folder holds its children's: the marker of each belongs into the farthest.
  const leaves = own.filter(({ name }) => !own.some((other) => other.name.startsWith(`${name}/`)));
  const taken = leaves
    .slice(0, DATASETS_MAX)
    .map((one) => ({ ...one, dataset: eyes.name(pathOf(one.name) || one.name) }));
  const [first] = taken;
  return {
    found: [
      ...pools.map((pool) => `ZFS pool ${pool}`),
      ...taken.map(({ name, mountpoint }) => `ZFS file system ${name} at ${mountpoint}`),
    ],
    leftOut: [
      ...leaves.slice(DATASETS_MAX).map(({ name }) => `ZFS file system ${name}: there are more than ${DATASETS_MAX}`),
      ...all
        .filter(({ name, isMounted }) => !isMounted && !copies.has(name))
        .map(({ name }) => `ZFS file system ${name}: it is not mounted`),
      ...[...copies].map(
        (name) => `ZFS file system ${name}: it looks like a copy of another pool's; a job carries there`,
      ),
    ],
    tables: [...pools.map((pool) => healthOf(pool, eyes)), ...taken.map(datasetOf)],
    drafts: first === undefined || pools.length < 2 ? [] : [sendDraft(first, pools, eyes)],
  };
}

interface FileSystem {
  readonly name: string;
  readonly mountpoint: string;
  readonly isReadonly: boolean;
}

interface Taken extends FileSystem {
  /** Its name in pusher.toml. */
  readonly dataset: string;
}

/** Two file systems of the same path in two pools are one and its copy, as syncoid and zfs-send make them: which is which? */
function isCopyOf(one: FileSystem, other: FileSystem): boolean {
  if (pathOf(one.name) === "" || poolOf(one.name) === poolOf(other.name)) return false;
  return pathOf(one.name) === pathOf(other.name) && farness(one) > farness(other);
}

const FAR = /archive|backup|bak|cold|vault|replica|mirror|offsite/i;

function farness({ name, isReadonly }: FileSystem): number {
  return (isReadonly ? 2 : 0) + (FAR.test(poolOf(name)) ? 1 : 0);
}

function poolOf(name: string): string {
  return name.split("/")[0] ?? "";
}

/** What stands behind the pool's name. */
function pathOf(name: string): string {
  return name.split("/").slice(1).join("/");
}

function healthOf(pool: string, eyes: Eyes): string {
  return `[[jobs]]                              # state, errors, scrub age and space of the pool
name = ${quoted(eyes.name(`${pool}-health`))}
kind = "zfs-health"
tier = ${quoted(tierOf(pool))}
schedule = { every = "1h" }
grace = "30m"
pool = ${quoted(pool)}
`;
}

function datasetOf({ name, mountpoint, dataset }: Taken): string {
  const tier = tierOf(poolOf(name));
  return `[[datasets]]                          # ZFS file system ${name}
name = ${quoted(dataset)}
born = ${quoted(tier)}
paths = { ${tier} = ${quoted(mountpoint)} }
`;
}

function sendDraft({ name, dataset }: Taken, pools: readonly string[], eyes: Eyes): string {
  const far = pools.find((pool) => pool !== poolOf(name)) ?? "";
  return `[[jobs]]                              # carries by snapshots; add the tier ${tierOf(far)} to the dataset's paths too
name = ${quoted(eyes.name("nightly"))}
kind = "zfs-send"
from = ${quoted(tierOf(poolOf(name)))}
to = ${quoted(tierOf(far))}
datasets = [${quoted(dataset)}]
schedule = { cron = "0 2 * * *" }
grace = "2h"
window = "26h"
source = ${quoted(name)}
target = ${quoted([far, pathOf(name) || poolOf(name)].join("/"))}
`;
}

/** A pool is a tier until the owner says otherwise. */
function tierOf(pool: string): string {
  return (
    pool
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "pool"
  );
}

function linesOf(output: string | undefined): string[][] {
  return (output ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}
