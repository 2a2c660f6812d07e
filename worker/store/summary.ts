/** Everything the page shows, read in a few statements whose rows are those it shows; the run log is never touched. */

import { confirmationsOf } from "../judge/confirmation.ts";
import type { Sites } from "../judge/public.ts";
import type { Routing } from "../judge/route.ts";
import { type Summary, summarize } from "../judge/summary.ts";
import { unheardFaults, unwatchedFaults } from "../judge/unheard.ts";
import { nameOf } from "../judge/words.ts";
import { actsOfSites } from "./acts.ts";
import { recentBlinds } from "./blinds.ts";
import { deadLetters, disabledFaults } from "./channels.ts";
import type { Database } from "./database.ts";
import { drilledChannels } from "./drills.ts";
import { shownWatches } from "./shown-watches.ts";
import { sweepHealth } from "./sweeps.ts";
import { recentIncidents } from "./verdicts.ts";

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
  // All at once: each has a way to the database and back.
  const [{ watches, unreadable }, health, disabled, letters, blinds, drilled] = await Promise.all([
    shownWatches(db, of),
    sweepHealth(db),
    disabledFaults(db),
    deadLetters(db, DEAD_LETTERS_MAX),
    recentBlinds(db, BLINDS_MAX),
    channels.length === 0 ? [] : drilledChannels(db),
  ]);
  const sites = [...new Set(watches.map(({ site }) => site))];
  const [incidents, acts] = await Promise.all([recentIncidents(db, sites, closedMax), actsOfSites(db, sites, now)]);
  const named = of === "all" ? [...unheardFaults(routings, watches), ...unwatchedFaults(publicSites, sites)] : [];
  return summarize({
    now,
    faults: [...faults, ...health.faults, ...disabled, ...unreadable.map(unreadableFault), ...named],
    watches,
    deadLetters: letters,
    blinds,
    confirmations: confirmationsOf(channels, drilled, now),
    lastSweepAt: health.lastSweepAt,
    incidents,
    acts,
  });
}

/** Its whole site is not judged: that has to stand on the page. */
function unreadableFault({ site, key }: { readonly site: string; readonly key: string }): string {
  return `The database's row of ${nameOf(key)} at ${site} cannot be read, so ${site} is not judged.`;
}
