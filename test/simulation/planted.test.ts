/** Proof that the simulation bites: bugs are planted into the real code, one at a time, and each has to be found. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { judgeHistory } from "./oracle.ts";
import { PLANTED_BUGS, type PlantedBug } from "./planted.ts";
import { AS_IT_IS, bundlesOf, type Rewrite } from "./world/bundle.ts";
import { SITES } from "./world/sites.ts";
import { play } from "./world/world.ts";

const TIMEOUT_MS = 60_000;

/** Puts the changed line into its file, and nothing anywhere else. */
function planting({ file, text, replacement }: PlantedBug): Rewrite {
  return (path, source) => (path === file ? source.replace(text, () => replacement) : source);
}

async function problemsIn({ seen }: Pick<PlantedBug, "seen">, rewrite: Rewrite) {
  const { site, ...stretch } = seen;
  const sites = SITES.filter((one) => one.site === site);
  const { history } = await play(await bundlesOf(rewrite), { ...stretch, sites });
  return judgeHistory(history);
}

test.each(PLANTED_BUGS)("the simulation finds that $breaks", { timeout: TIMEOUT_MS }, async (bug) => {
  const { file, text } = bug;
  const times = readFileSync(file, "utf8").split(text).length - 1;
  expect(times, `${file} has to hold this once, to be changed: ${text}`).toBe(1);
  expect(await problemsIn(bug, planting(bug))).not.toEqual([]);
});

const stretches = new Map(PLANTED_BUGS.map(({ seen }) => [`${seen.site}, seed ${seen.seed}, ${seen.faults}`, seen]));

test.each([...stretches])("and nothing where none is planted: %s", { timeout: TIMEOUT_MS }, async (_, seen) => {
  expect(await problemsIn({ seen }, AS_IT_IS)).toEqual([]);
});
