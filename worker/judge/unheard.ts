/** Sites and tiers that a channel names and nobody watches: misspelt, such a channel is silent, and silence looks like health. */
import { nearest } from "../../protocol/nearest.ts";
import { tiersOf } from "./reach.ts";
import type { Routing } from "./route.ts";
import type { Watch } from "./watch.ts";

/** One sentence for each such name. Before anything is watched there are none: what is watched may follow. */
export function unheardFaults(routings: readonly Routing[], watches: readonly Watch[]): string[] {
  if (watches.length === 0) return [];
  const known = {
    site: [...new Set(watches.map(({ site }) => site))],
    tier: [...new Set(watches.flatMap(tiersOf))],
  };
  return routings.flatMap(({ channel, sites, tiers }) => [
    ...unknown(channel, "site", sites ?? [], known.site),
    ...unknown(channel, "tier", tiers ?? [], known.tier),
  ]);
}

function unknown(channel: string, what: string, named: readonly string[], known: readonly string[]): string[] {
  return named
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
      return `CHANNELS.${channel} hears of the ${what} "${name}", and no ${what} of that name is watched${hint}`;
    });
}
