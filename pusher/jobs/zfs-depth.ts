/** How far back a received copy reaches: every snapshot on the target can be restored, whoever made it. Pure. */
import type { Depth } from "../../protocol/heartbeat.ts";
import type { KindContext } from "./kind.ts";
import type { Snapshot } from "./zfs-snapshots.ts";

/**
 * The depth of each dataset that the job carries, by the snapshots on its target. A received snapshot has the creation time
 * that it has on the source: it is the age of the data, not of its arrival.
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
