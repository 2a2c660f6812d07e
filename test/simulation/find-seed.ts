/**
 * Searches a seed that brings a planted bug to light, for when a change of the world has moved what its old one does:
 * `node scripts/with-tools.mjs node test/simulation/find-seed.ts "what it breaks"`. Prints the first seed whose stretch is sound as it is
 * and is not with the bug.
 */
import { planted, problemsIn, sound } from "./plant.ts";
import { PLANTED_BUGS } from "./planted.ts";

const SEEDS_MAX = 2_000;

const [wanted = "", from = "1"] = process.argv.slice(2);
const bugs = PLANTED_BUGS.filter(({ breaks }) => wanted !== "" && breaks.includes(wanted));
if (bugs.length === 0) {
  console.error(`no planted bug says "${wanted}"; they are:\n${PLANTED_BUGS.map(({ breaks }) => breaks).join("\n")}`);
  process.exitCode = 2;
}
for (const bug of bugs) {
  const seed = await find(bug, Number(from));
  console.log(`${bug.breaks}: ${seed === undefined ? `none within ${SEEDS_MAX} seeds` : `seed ${seed}`}`);
}

async function find(bug: (typeof PLANTED_BUGS)[number], first: number): Promise<number | undefined> {
  const [changed, asItIs] = [await planted(bug), await sound()];
  for (let seed = first; seed < first + SEEDS_MAX; seed++) {
    const seen = { ...bug.seen, seed };
    if ((await problemsIn(changed, seen)).length > 0 && (await problemsIn(asItIs, seen)).length === 0) return seed;
  }
  return undefined;
}
