/**
 * A site at which somebody looks now and then: what such a look knows of the times in which nobody did, as the sweep does, and what
 * one that dies leaves: its verdict is written, and not that it looked.
 */
import fc from "fast-check";
import { type Blind, blindInterval } from "../../worker/judge/blind.ts";
import { type Context, NO_CONTEXT } from "../../worker/judge/verdict.ts";
import { arriving, gap, type Happening } from "./happenings.ts";
import { type Life, look, START } from "./site.ts";

export interface Seen {
  readonly life: Life;
  readonly lastLookAt: number;
  readonly blinds: readonly Blind[];
}

/** What a look at `now` knows of the times in which nobody looked. */
function knownAt({ lastLookAt, blinds }: Seen, now: number): readonly Blind[] {
  const ended = blindInterval(lastLookAt, now);
  return ended === null ? blinds : [...blinds, ended];
}

export function contextAt(seen: Seen, now: number): Context {
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
export const steps = fc.array(fc.tuple(gap, step), { minLength: 1, maxLength: 40 });

/** Each site after each step, looked at, with its time. */
export function* looks(first: Life, story: readonly (readonly [number, Step])[]) {
  let seen: Seen = { life: first, lastLookAt: START, blinds: [] };
  let now = START;
  for (const [after, one] of story) {
    now += after;
    if ("happen" in one) seen = { ...seen, life: one.happen(seen.life, now) };
    else seen = lookAt(seen, now, one.dies);
    yield { before: seen, seen: lookAt(seen, now, false), now };
  }
}
