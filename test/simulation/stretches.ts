/** Cuts a long run into stretches of one site-year, each with a seed of its own, so that any problem replays by a number. */

import type { History, Problem } from "./history.ts";
import { judgeHistory } from "./oracle.ts";
import type { Bundles } from "./world/bundle.ts";
import type { FaultKind } from "./world/faults.ts";
import { sitesOf } from "./world/sites.ts";
import { play, type Stretch, type StretchPlan } from "./world/world.ts";

/** Five sites for a fifth of a year: one site-year. */
const DAYS = 73;

export interface Judged {
  readonly plan: StretchPlan;
  readonly stretch: Stretch;
  readonly problems: readonly Problem[];
}

/** What is kept of a stretch when its history is not. */
export interface Tally {
  readonly seed: number;
  readonly steps: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
}

/** Plays and judges the stretch of a seed. */
export async function judged(bundles: Bundles, plan: StretchPlan): Promise<Judged> {
  const stretch = await play(bundles, plan);
  return { plan, stretch, problems: judgeHistory(stretch.history) };
}

export function planOf(seed: number, faults: readonly FaultKind[]): StretchPlan {
  return { seed, days: DAYS, sites: sitesOf(seed), faults };
}

export function tallyOf({ plan, stretch, problems }: Judged): Tally {
  return { seed: plan.seed, steps: stretch.steps, faults: faultsIn(stretch.history), problems };
}

function faultsIn({ happenings }: History): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const happening of happenings) {
    if (happening.kind === "fault") counts[happening.what] = (counts[happening.what] ?? 0) + 1;
  }
  return counts;
}
