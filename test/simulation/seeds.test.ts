/** The simulated world itself, and what the product does in it over a fixed set of seeds. */
import { beforeAll, expect, test } from "vitest";
import { judgeHistory } from "./oracle.ts";
import { AS_IT_IS, type Bundles, bundlesOf } from "./world/bundle.ts";
import { FAULT_KINDS, type FaultKind } from "./world/faults.ts";
import { sitesOf } from "./world/sites.ts";
import { play, type Stretch } from "./world/world.ts";

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundlesOf(AS_IT_IS);
}, 300_000);

const played = (seed: number, days: number, faults: readonly FaultKind[]): Promise<Stretch> =>
  play(bundles, { seed, days, sites: sitesOf(seed), faults });

test("the same seed gives the same history, byte for byte, and another seed another", {
  timeout: 600_000,
}, async () => {
  const texts: string[] = [];
  for (const seed of [7, 7, 8]) texts.push(JSON.stringify((await played(seed, 14, FAULT_KINDS)).history));
  expect(texts[1]).toBe(texts[0]);
  expect(texts[2]).not.toBe(texts[0]);
});

test("without faults nobody is told of anything, for a month and over a change of summer time", {
  timeout: 600_000,
}, async () => {
  // This world begins on 5 March: New York and Berlin put their clocks forward, Lord Howe puts them back.
  const { history } = await played(9, 32, []);
  expect(history.incidents).toEqual([]);
  expect(history.messages).toEqual([]);
  expect(judgeHistory(history)).toEqual([]);
  expect(history.runs.length).toBeGreaterThan(350);
});

test.each([1, 4])(
  "of the stretch of seed %i nothing is missed, late, false, told twice or lost",
  { timeout: 600_000 },
  async (seed) => {
    const { history } = await played(seed, 30, FAULT_KINDS);
    expect(judgeHistory(history)).toEqual([]);
    expect(history.happenings.filter(({ kind }) => kind === "fault").length).toBeGreaterThan(5);
  },
);
