/** Sites and tiers that the settings name and nobody watches: a channel that misspells one is silent, and that looks like health. */
import { nearest } from "../../protocol/nearest.ts";
import type { Sites } from "./public.ts";
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

/** Sites that the settings make public and nobody watches: the one that was meant is private. */
export function unwatchedFaults(named: Sites, known: readonly string[]): string[] {
  if (named === "all" || known.length === 0) return [];
  return named
    .filter((name) => !known.includes(name))
    .map((name) => `PUBLIC_SITES names "${name}", and no site of that name is watched${hint(name, known)}`);
}

function unknown(channel: string, what: string, named: readonly string[], known: readonly string[]): string[] {
  return named
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `CHANNELS.${channel} hears of the ${what} "${name}", and no ${what} of that name is watched${hint(name, known)}`,
    );
}

function hint(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}
