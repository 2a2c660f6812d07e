/** What would be gone if the site were lost now: the age of the data in the farthest copies. */
import { byDataset, chainOf } from "./chain.ts";
import type { Proof, Watch } from "./watch.ts";
import { list, span } from "./words.ts";

interface Farthest {
  readonly dataset: string;
  readonly tier: string;
  readonly proof: Proof | null;
  readonly proven: boolean;
}

/** The last copy of each dataset's chain: the one that is left when everything nearer is gone. */
function farthestCopies(watches: readonly Watch[]): Farthest[] {
  const copies = watches.flatMap(({ spec, facts }) =>
    spec.kind === "copy" && facts.kind === "copy" ? [{ spec, facts }] : [],
  );
  return byDataset(copies, ({ spec }) => spec.dataset).flatMap(([dataset, own]) => {
    const specs = own.map(({ spec }) => spec);
    const tier = chainOf(specs, dataset).at(-1);
    const copy = own.find(({ spec }) => spec.tier === tier);
    if (copy === undefined) return [];
    const proof = copy.facts.good;
    return [{ dataset, tier: copy.spec.tier, proof, proven: proof !== null && proof.marker !== null }];
  });
}

/** What would be lost of one dataset. */
export interface Lost {
  readonly dataset: string;
  /** All that was written since, in milliseconds; null: all of it, as no copy is proven. */
  readonly ageMs: number | null;
  /** By a marker, and not only by a job's word. */
  readonly proven: boolean;
}

/** Of each dataset with a copy, by its farthest one. */
export function lostOf(watches: readonly Watch[], now: number): Lost[] {
  return farthestCopies(watches).map(({ dataset, proof, proven }) => ({
    dataset,
    ageMs: proof === null ? null : now - proof.recoveryAt,
    proven,
  }));
}

/** One sentence: "If the site were lost now: 31 h of photos and 5 h of apps." */
export function lossIfLost(watches: readonly Watch[], now: number): string {
  return lossOf(lostOf(watches, now));
}

/** The same of losses that are known. */
export function lossOf(losses: readonly Lost[]): string {
  return losses.length === 0 ? "No copy is watched yet." : `If the site were lost now: ${lossList(losses)}.`;
}

/** `31 h of photos and 5 h of apps`. */
export function lossList(losses: readonly Lost[]): string {
  const words = losses.map(({ dataset, ageMs, proven }) => {
    if (ageMs === null) return `all of ${dataset} (no copy is proven)`;
    return `${span(ageMs)} of ${dataset}${proven ? "" : " (unproven)"}`;
  });
  return list(words, 8);
}

/** The answer to what would be lost, in one sentence; null when no copy is watched. */
export function mostLost(losses: readonly Lost[], what: "the site" | "one of them"): string | null {
  const gone = losses.filter(({ ageMs }) => ageMs === null).map(({ dataset }) => dataset);
  const ages = losses.flatMap(({ ageMs }) => (ageMs === null ? [] : [ageMs]));
  if (losses.length === 0) return null;
  const would = `If ${what} were lost now you would lose`;
  if (ages.length === 0) return `${would} everything: no farthest copy is proven.`;
  const most = `at most ${span(Math.max(...ages))}`;
  const claimed = losses.some(({ ageMs, proven }) => ageMs !== null && !proven) ? ", as far as jobs say" : "";
  return gone.length === 0
    ? `${would} ${most}${claimed}.`
    : `${would} all of ${list(gone, 3)}, and ${most} of the rest${claimed}.`;
}
