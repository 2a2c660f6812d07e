/** Proof that the simulation bites: bugs are planted into the real code, one at a time, and each has to be found. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planted, problemsIn, sound } from "./plant.ts";
import { PLANTED_BUGS } from "./planted.ts";

const TIMEOUT_MS = 300_000;

test.each(PLANTED_BUGS)("the simulation finds that $breaks", { timeout: TIMEOUT_MS }, async (bug) => {
  const { file, text } = bug;
  const times = readFileSync(file, "utf8").split(text).length - 1;
  expect(times, `${file} has to hold this once, to be changed: ${text}`).toBe(1);
  const again = `nothing was found; search another seed: node scripts/with-tools.mjs node test/simulation/find-seed.ts "${bug.breaks}"`;
  expect(await problemsIn(await planted(bug), bug.seen), again).not.toEqual([]);
});

const stretches = new Map(PLANTED_BUGS.map(({ seen }) => [`${seen.site}, seed ${seen.seed}, ${seen.faults}`, seen]));

test.each([...stretches])("and nothing where none is planted: %s", { timeout: TIMEOUT_MS }, async (_, seen) => {
  expect(await problemsIn(await sound(), seen)).toEqual([]);
});
