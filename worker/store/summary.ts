/** Everything the page shows, read in a few statements whose rows are those it shows; the run log is never touched. */

import { confirmationsOf } from "../judge/confirmation.ts";
import type { Sites } from "../judge/public.ts";
import type { Routing } from "../judge/route.ts";
import { type Summary, summarize } from "../judge/summary.ts";
import { unheardFaults, unwatchedFaults } from "../judge/unheard.ts";
import { nameOf } from "../judge/words.ts";
import { recentBlinds } from "./blinds.ts";
import { deadLetters, disabledFaults } from "./channels.ts";
import type { Database } from "./database.ts";
import { drilledChannels } from "./drills.ts";
import { sweepHealth } from "./sweeps.ts";
import { recentIncidents } from "./verdicts.ts";
import { allWatches, readableWatches } from "./watches.ts";

/** Closed incidents shown for each site. */
const CLOSED_MAX = 10;
const BLINDS_MAX = 20;
const DEAD_LETTERS_MAX = 10;

/** What a summary tells of the settings. */
export interface Setup {
  readonly faults: readonly string[];
  readonly routings: readonly Routing[];
  /** Drills go to every channel. */
  readonly drills: boolean;
  readonly publicSites: Sites;
}

/** Of every site, or of these; `closedMax` incidents that are over, of each. */
export async function readSummary(
  db: Database,
  setup: Setup,
  now: number,
  {
    sites: of = "all",
    closedMax = CLOSED_MAX,
  }: { readonly sites?: Sites; readonly closedMax?: number | undefined } = {},
): Promise<Summary> {
  const { faults, routings, drills, publicSites } = setup;
  const channels = drills ? routings.map(({ channel }) => channel) : [];
  const { watches, unreadable } = of === "all" ? await allWatches(db) : await readableWatches(db, of);
  const sites = [...new Set(watches.map(({ site }) => site))];
  const incidents = await recentIncidents(db, sites, closedMax);
  const health = await sweepHealth(db);
  return summarize({
    now,
    faults: [
      ...faults,
      ...health.faults,
      ...(await disabledFaults(db)),
      ...unreadable.map(unreadableFault),
      ...(of === "all" ? [...unheardFaults(routings, watches), ...unwatchedFaults(publicSites, sites)] : []),
    ],
    watches,
    deadLetters: await deadLetters(db, DEAD_LETTERS_MAX),
    blinds: await recentBlinds(db, BLINDS_MAX),
    confirmations: channels.length === 0 ? [] : confirmationsOf(channels, await drilledChannels(db), now),
    lastSweepAt: health.lastSweepAt,
    incidents,
  });
}

/** Its whole site is not judged: that has to stand on the page. */
function unreadableFault({ site, key }: { readonly site: string; readonly key: string }): string {
  return `The database's row of ${nameOf(key)} at ${site} cannot be read, so ${site} is not judged.`;
}
