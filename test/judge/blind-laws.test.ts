/**
 * What holds of the judge when looks are rare, and some die: a look that ends a time in which nobody looked knows of it, as the
 * sweep does, and one that died has written its verdict and not that it looked.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Blind, blindInterval } from "../../worker/judge/blind.ts";
import { type Context, NO_CONTEXT } from "../../worker/judge/verdict.ts";
import { isBad } from "../../worker/judge/watch.ts";
import { arriving, gap, type Happening, site } from "./happenings.ts";
import { type Life, look, MINUTE, START, verdictOf } from "./site.ts";

interface Seen {
  readonly life: Life;
  readonly lastLookAt: number;
  readonly blinds: readonly Blind[];
}

/** What a look at `now` knows of the times in which nobody looked. */
function knownAt({ lastLookAt, blinds }: Seen, now: number): readonly Blind[] {
  const ended = blindInterval(lastLookAt, now);
  return ended === null ? blinds : [...blinds, ended];
}

function contextAt(seen: Seen, now: number): Context {
  return { ...NO_CONTEXT, blinds: knownAt(seen, now) };
}

function lookAt(seen: Seen, now: number, dies: boolean): Seen {
  const life = look(seen.life, now, contextAt(seen, now));
  const blinds = knownAt(seen, now);
  return dies ? { ...seen, life, blinds } : { life, lastLookAt: now, blinds };
}

type Step = { readonly happen: Happening } | { readonly dies: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: arriving.map((happen) => ({ happen })) },
  { weight: 2, arbitrary: fc.record({ dies: fc.boolean() }) },
);
const steps = fc.array(fc.tuple(gap, step), { minLength: 1, maxLength: 40 });

/** Each site after each step, looked at, with its time. */
function* looks(first: Life, story: readonly (readonly [number, Step])[]) {
  let seen: Seen = { life: first, lastLookAt: START, blinds: [] };
  let now = START;
  for (const [after, one] of story) {
    now += after;
    if ("happen" in one) seen = { ...seen, life: one.happen(seen.life, now) };
    else seen = lookAt(seen, now, one.dies);
    yield { seen: lookAt(seen, now, false), now };
  }
}

test("looking again at the same time changes nothing and says nothing", () => {
  fc.assert(
    fc.property(site, steps, (first, happenings) => {
      for (const { seen, now } of looks(first, happenings)) {
        const { changed, opened, closed } = verdictOf(seen.life, now, contextAt(seen, now));
        expect({ changed, opened, closed }).toEqual({ changed: [], opened: [], closed: [] });
      }
    }),
    { numRuns: 1000 },
  );
});

test("time alone heals nothing: what closes while nothing arrives goes on in something wider", () => {
  fc.assert(
    fc.property(site, steps, fc.integer({ min: 1, max: 72 * 60 }), (first, happenings, minutes) => {
      for (const { seen, now } of looks(first, happenings)) {
        const later = now + minutes * MINUTE;
        const { closed, after } = verdictOf(seen.life, later, contextAt(seen, later));
        expect(closed.filter(({ ending }) => ending !== "absorbed")).toEqual([]);
        const bad = seen.life.watches.filter(({ status }) => isBad(status) || status === "blocked");
        const well = new Set(after.filter(({ status }) => status === "ok").map(({ key }) => key));
        expect(bad.filter(({ key }) => well.has(key))).toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});
