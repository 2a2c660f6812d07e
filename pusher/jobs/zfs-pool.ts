/** What `zpool status` says of one pool, whichever version of it was asked: the value that its two parsers make. */

export interface Vdev {
  readonly name: string;
  readonly state: string;
  readonly readErrors: number;
  readonly writeErrors: number;
  readonly checksumErrors: number;
  /** A disk or file, not the pool or a raidz or mirror made of them. */
  readonly isLeaf: boolean;
}

export interface Scan {
  readonly kind: "scrub" | "resilver";
  readonly state: "running" | "paused" | "finished" | "canceled";
  /** Milliseconds; null while it runs or when the date cannot be read. */
  readonly endedAt: number | null;
}

export interface PoolHealth {
  readonly pool: string;
  readonly state: string;
  /** All I/O of the pool waits: nothing can be read or written. OpenZFS 2.1 still calls such a pool DEGRADED. */
  readonly suspended: boolean;
  readonly vdevs: readonly Vdev[];
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
