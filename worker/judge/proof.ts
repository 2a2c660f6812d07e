/**
 * The notary: what a marker's birth and its sightings prove about a copy. A host's word about another's data counts only
 * if it names a marker that the birth host told us of, and only once the copy is complete as of it.
 */
import type { Sighting } from "../../protocol/heartbeat.ts";
import { mergeMismatch, mergeProof } from "./merge.ts";
import type { CopyFacts } from "./watch.ts";

export interface SeenMarker {
  readonly host: string;
  readonly seenAt: number;
  readonly sighting: Sighting;
}

/** Joins a sighting of a marker born at `bornAt` to the facts of the copy it was seen in. */
export function applySighting(facts: CopyFacts, seen: SeenMarker, bornAt: number): CopyFacts {
  const { sighting, host, seenAt } = seen;
  if (sighting.mismatched > 0) {
    return mergeMismatch(facts, { at: seenAt, host, marker: sighting.marker, bornAt, text: mismatchText(sighting) });
  }
  // A sampled file that has not arrived means that the copy is not complete as of this marker: it proves nothing.
  if (sighting.missing > 0) return facts;
  return mergeProof(facts, {
    recoveryAt: bornAt,
    seenAt,
    host,
    marker: sighting.marker,
    sampled: sighting.sampled,
    matched: sighting.matched,
  });
}

function mismatchText(sighting: Sighting): string {
  const examples = sighting.examples ?? [];
  const names = examples.length === 0 ? "" : `: ${examples.join(", ")}`;
  return `${sighting.mismatched} of ${sighting.sampled} sampled files differ from the source${names}`;
}
