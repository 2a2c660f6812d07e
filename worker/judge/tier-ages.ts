/** How old the newest data of each tier is. A tier is as old as its oldest copy, since that is what would be missing. */
import { byDataset, chainOf } from "./chain.ts";
import type { CopySpec, Proof, Watch } from "./watch.ts";
import { list, span } from "./words.ts";

const TIERS_MAX = 8;

interface Copy {
  readonly spec: CopySpec;
  readonly proof: Proof | null;
}

/** `Age of the data: archive 3 h, staging 31 h (photos) and offsite: nothing yet (apps).`; nothing where no copy is watched. */
export function tierAges(watches: readonly Watch[], now: number): string[] {
  const copies = watches.flatMap(({ spec, facts }): Copy[] =>
    spec.kind === "copy" && facts.kind === "copy" ? [{ spec, proof: facts.good }] : [],
  );
  const ages = tiersOf(copies).map((tier) => ageOf(tier, copies, now));
  return ages.length === 0 ? [] : [`Age of the data: ${list(ages, TIERS_MAX)}.`];
}

/** In the order in which data passes through them, by the longest chain. */
function tiersOf(copies: readonly Copy[]): string[] {
  const specs = copies.map(({ spec }) => spec);
  const chains = byDataset(specs, ({ dataset }) => dataset).map(([dataset, own]) => chainOf(own, dataset));
  const longestFirst = chains.sort((a, b) => b.length - a.length).flat();
  return [...new Set(longestFirst)].filter((tier) => specs.some((spec) => spec.tier === tier));
}

function ageOf(tier: string, copies: readonly Copy[], now: number): string {
  const here = copies.filter(({ spec }) => spec.tier === tier);
  const oldest = here.toSorted((a, b) => (a.proof?.recoveryAt ?? 0) - (b.proof?.recoveryAt ?? 0))[0];
  if (oldest === undefined) return tier;
  // With one dataset its name says nothing.
  const whose = here.length === 1 && isAlone(copies) ? "" : ` (${oldest.spec.dataset})`;
  return oldest.proof === null
    ? `${tier} nothing yet${whose}`
    : `${tier} ${span(now - oldest.proof.recoveryAt)}${whose}`;
}

function isAlone(copies: readonly Copy[]): boolean {
  return new Set(copies.map(({ spec }) => spec.dataset)).size === 1;
}
