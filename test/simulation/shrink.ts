/** Makes the story of a problem shorter: plays its stretch again with fewer episodes, as long as the problem stays. */

import type { Problem } from "./history.ts";
import { type Judged, judged } from "./stretches.ts";
import type { Bundles } from "./world/bundle.ts";

/** A shrinking takes no more plays than this. */
const PLAYS_MAX = 12;

/** The same kind of problem with the same thing, whenever it comes. */
function isSame(a: Problem, b: Problem): boolean {
  return a.kind === b.kind && a.site === b.site && a.subject === b.subject;
}

/**
 * The stretch that still shows `problem` with as few of its episodes as a few tries find: nothing that befell after it, only
 * its own site and the worker, then halves. Sites are left as they are, so that all else stays in its place.
 */
export async function shrunk(bundles: Bundles, from: Judged, problem: Problem): Promise<Judged> {
  let best = from;
  let plays = 0;
  const tryWith = async (keep: ReadonlySet<number>): Promise<boolean> => {
    if (plays >= PLAYS_MAX || keep.size === numbersOf(best).length) return false;
    plays += 1;
    const next = await judged(bundles, { ...from.plan, only: keep });
    if (!next.problems.some((one) => isSame(one, problem))) return false;
    best = next;
    return true;
  };
  const near = from.stretch.episodes.filter(
    ({ fromAt, target }) => fromAt <= problem.at && (target.site === null || target.site === problem.site),
  );
  await tryWith(new Set(near.map(({ number }) => number)));
  for (let pieces = 2; pieces <= numbersOf(best).length && plays < PLAYS_MAX; ) {
    const numbers = numbersOf(best);
    const size = Math.ceil(numbers.length / pieces);
    let shorter = false;
    for (let at = 0; at < numbers.length && !shorter; at += size) {
      shorter = await tryWith(new Set([...numbers.slice(0, at), ...numbers.slice(at + size)]));
    }
    pieces = shorter ? Math.max(2, pieces - 1) : pieces * 2;
  }
  return best;
}

function numbersOf({ plan, stretch }: Judged): number[] {
  return stretch.episodes.map(({ number }) => number).filter((number) => plan.only?.has(number) ?? true);
}
