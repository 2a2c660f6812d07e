/**
 * What has arrived by itself (Syncthing carries while no job of ours runs): a beat looks for new markers in the folders
 * of farther tiers that this host sees. A marker whose samples were all well is looked at once; one that was not whole
 * is looked at again with each beat until it is.
 */
import type { Sighting } from "../protocol/heartbeat.ts";
import { MARKERS_MAX } from "../protocol/limits.ts";
import type { Config } from "./config.ts";
import { folderCopy } from "./copies.ts";
import { LOOKING_MAX_MS } from "./limits.ts";
import { isWhole, look } from "./look.ts";
import { recall, remember, reportedState } from "./state.ts";

/** Sightings that the worker has not been told of. Begins no further look after a minute: the next beat goes on. */
export async function arrivals(config: Config, now: () => number, warn: (line: string) => void): Promise<Sighting[]> {
  const reported = recall(config.state, "reported", reportedState) ?? {};
  const until = now() + LOOKING_MAX_MS;
  const seen: Sighting[] = [];
  for (const dataset of config.datasets) {
    for (const [tier, root] of Object.entries(dataset.paths)) {
      if (tier === dataset.born || seen.length === MARKERS_MAX || now() >= until) continue;
      const copy = folderCopy(dataset.name, root);
      const found = await copy.marker();
      if (!found.ok) warn(`${tier}: ${found.failure}`);
      if (!found.ok || found.value === undefined) continue;
      const last = reported[keyOf(dataset.name, tier)];
      if (last?.marker === found.value.id && last.complete) continue;
      seen.push(await look(copy, found.value, tier, dataset.paths[dataset.born], now));
    }
  }
  return seen;
}

/** Remembers what the worker was told, so that it is not looked at again. */
export function noteReported(state: string, seen: readonly Sighting[]): void {
  if (seen.length === 0) return;
  const reported = { ...recall(state, "reported", reportedState) };
  for (const one of seen) reported[keyOf(one.dataset, one.tier)] = { marker: one.marker, complete: isWhole(one) };
  remember(state, "reported", reported);
}

function keyOf(dataset: string, tier: string): string {
  return `${dataset}/${tier}`;
}
