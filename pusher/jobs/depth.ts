/** How far back a copy reaches: every snapshot (version, archive) that can be restored counts, whoever made it. Pure. */
import type { Depth } from "../../protocol/heartbeat.ts";
import type { KindContext } from "./kind.ts";

/** A version of the data that can be restored. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * The depth of each dataset that the job carries, by the snapshots on its target. A snapshot's time is the age of the data, not
 * of its arrival: ZFS keeps the one that it had on the source.
 */
export function depthsOf(
  snapshots: readonly Snapshot[],
  { carries, now }: Pick<KindContext, "carries" | "now">,
): Depth[] {
  if (carries === undefined) return [];
  const at = iso(now());
  const created = snapshots.map(({ createdAt }) => createdAt);
  const reach =
    created.length === 0 ? {} : { oldestAt: iso(Math.min(...created)), newestAt: iso(Math.max(...created)) };
  return carries.datasets.map((dataset) => ({ dataset, tier: carries.to, at, versions: created.length, ...reach }));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
