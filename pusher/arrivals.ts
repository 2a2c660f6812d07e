/**
 * What has arrived by itself (Syncthing carries while no job of ours runs): a beat looks for new markers in the folders
 * of farther tiers that this host sees, and counts those that stand for the copy (standing.ts). A marker whose samples were all well is looked at once; one that was not whole
 * is looked at again with each beat until it is.
 */
import type { Sighting } from "../protocol/heartbeat.ts";
import { MARKERS_MAX } from "../protocol/limits.ts";
import type { Config } from "./config.ts";
import { folderCopy } from "./copies.ts";
import type { Asking } from "./jobs/kind.ts";
import { LOOKING_MAX_MS } from "./limits.ts";
import { isWhole, look } from "./look.ts";
import { standsFor, wasWhole } from "./standing.ts";
import { recall, remember, reportedState } from "./state.ts";

/** Sightings that the worker has not been told of. Begins no further look after a minute: the next beat goes on. */
export async function arrivals(
  config: Config,
  now: () => number,
  warn: (line: string) => void,
  asking: Asking,
): Promise<Sighting[]> {
  const until = now() + LOOKING_MAX_MS;
  const seen: Sighting[] = [];
  for (const dataset of config.datasets) {
    for (const [tier, root] of Object.entries(dataset.paths)) {
      if (tier === dataset.born || seen.length === MARKERS_MAX || now() >= until) continue;
      const copy = folderCopy(dataset.name, root);
      const found = await copy.marker();
      if (!found.ok) warn(`${tier}: ${found.failure}`);
      if (!found.ok || found.value === undefined) continue;
      if (wasWhole(config, dataset.name, tier, found.value)) continue;
      // Asked after the marker was found: what is complete now was so since it came.
      if (!(await standsFor(config, dataset, tier, found.value, asking)).ok) continue;
      seen.push(await look(copy, found.value, tier, dataset.paths[dataset.born], now));
    }
  }
  return seen;
}

/** Remembers what the worker was told, so that it is not looked at again. */
export function noteReported(state: string, seen: readonly Sighting[]): void {
  if (seen.length === 0) return;
  const reported = { ...recall(state, "reported", reportedState) };
  for (const one of seen) reported[`${one.dataset}/${one.tier}`] = { marker: one.marker, complete: isWhole(one) };
  remember(state, "reported", reported);
}
