/** What `zpool status` says of one pool, whichever version of it was asked: the value that its two parsers make. */

export interface Vdev {
  readonly name: string;
  readonly state: string;
  readonly readErrors: number;
  readonly writeErrors: number;
  readonly checksumErrors: number;
  /** What a pool, raidz or mirror is made of; a disk or file has nothing below it. */
  readonly below: readonly Vdev[];
}

export interface Scan {
  /** An error scrub (`zpool scrub -e`) reads only the blocks that are known to be bad. */
  readonly kind: "scrub" | "resilver" | "error scrub";
  readonly state: "running" | "paused" | "finished" | "canceled";
  /** Milliseconds; null while it runs or when the date cannot be read. */
  readonly endedAt: number | null;
  /** How much of it is done, 0 to 100; null when it does not run or does not say. */
  readonly donePercent: number | null;
}

export interface PoolHealth {
  readonly pool: string;
  readonly state: string;
  /** All I/O of the pool waits: nothing can be read or written. OpenZFS 2.1 still calls such a pool DEGRADED. */
  readonly suspended: boolean;
  /** What holds the data: the pool's own tree, special and dedup vdevs. */
  readonly data: readonly Vdev[];
  /** What the data can do without: logs, caches and spares. */
  readonly aside: readonly Vdev[];
  /** Files or objects that cannot be repaired any more. */
  readonly dataErrors: number;
  /** The last scan; null when there never was one. A resilver replaces the scrub before it. */
  readonly scan: Scan | null;
}

/** Message ids by which a suspended pool is known in every version. */
const SUSPENDED_IDS = /ZFS-8000-(JQ|HC)/;

export function isSuspended(state: string, text: string): boolean {
  return state === "SUSPENDED" || SUSPENDED_IDS.test(text);
}

/** The disks and files of vdevs, not the pools, raidz and mirrors that are made of them. */
export function disksOf(vdevs: readonly Vdev[]): Vdev[] {
  return vdevs.flatMap((vdev) => (vdev.below.length === 0 ? [vdev] : disksOf(vdev.below)));
}

/**
 * Whether a raidz or mirror has lost as many disks as it can, so that one more takes data with it. What never had redundancy
 * does not count: its owner chose that.
 */
export function isExposed(vdevs: readonly Vdev[]): boolean {
  return vdevs.some((vdev) => {
    const parity = parityOf(vdev);
    const lost = vdev.below.filter((one) => !holdsData(one)).length;
    return (parity !== null && lost > 0 && lost >= parity) || isExposed(vdev.below);
  });
}

/** How many disks a group can lose, known by the name it has in every version: `raidz2-0`, `draid1:4d:6c:1s-0`, `mirror-1`. */
function parityOf({ name, below }: Vdev): number | null {
  if (below.length === 0) return null;
  if (name.startsWith("mirror")) return below.length - 1;
  const [found, digit] = /^d?raidz?([123]?)(?=[-:]|$)/.exec(name) ?? [];
  return found === undefined ? null : Number(digit || 1);
}

/** A disk that serves reads; a spare or a new disk serves for the one whose place it takes. */
function holdsData({ state, below }: Vdev): boolean {
  return below.length === 0 ? state === "ONLINE" || state === "DEGRADED" : below.some(holdsData);
}
