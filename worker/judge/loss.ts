/** What would be gone if the site were lost now: the age of the data in the farthest copies. */
import { chainOf } from "./chain.ts";
import type { CopySpec, Proof, Watch } from "./watch.ts";
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
  const specs: CopySpec[] = copies.map(({ spec }) => spec);
  const datasets = [...new Set(specs.map(({ dataset }) => dataset))].sort();
  return datasets.flatMap((dataset) => {
    const tier = chainOf(specs, dataset).at(-1);
    const copy = copies.find(({ spec }) => spec.dataset === dataset && spec.tier === tier);
    if (copy === undefined) return [];
    const proof = copy.facts.good;
    return [{ dataset, tier: copy.spec.tier, proof, proven: proof !== null && proof.marker !== null }];
  });
}

/** One sentence: "If the site were lost now: 31 h of photos and 5 h of apps." */
export function lossIfLost(watches: readonly Watch[], now: number): string {
  const losses = farthestCopies(watches).map(({ dataset, proof, proven }) => {
    if (proof === null) return `all of ${dataset} (no copy is proven)`;
    return `${span(now - proof.recoveryAt)} of ${dataset}${proven ? "" : " (unproven)"}`;
  });
  return losses.length === 0 ? "No copy is watched yet." : `If the site were lost now: ${list(losses, 8)}.`;
}
