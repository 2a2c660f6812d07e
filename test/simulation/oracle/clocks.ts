/** When the worker's clocks could sweep: time in which they could not does not count against it. */
import type { History } from "../history.ts";
import { lastAtMost, type Spell } from "./steps.ts";

interface AliveStretch extends Spell {
  /** Milliseconds alive before this stretch. */
  readonly before: number;
}

export interface Clocks {
  /** When the clocks will have been alive for `ms` since `at`; Infinity when the history ends before. */
  readonly aliveAfter: (at: number, ms: number) => number;
  /** The stop longer than `longerMs` that ended last, at or before `at`. */
  readonly stopBefore: (at: number, longerMs: number) => Spell | undefined;
  /** Every time in which no sweep could run, in order. */
  readonly stops: readonly Spell[];
}

export function clocksOf(history: History): Clocks {
  const dead = deadSpells(history);
  const alive = aliveStretches(dead, history);
  return {
    aliveAfter: (at, ms) => aliveAfter(alive, at, ms),
    stopBefore: (at, longerMs) => {
      for (let index = lastAtMost(dead, at, ({ until }) => until); index >= 0; index--) {
        const stop = dead[index];
        if (stop !== undefined && stop.until - stop.from > longerMs) return stop;
      }
      return undefined;
    },
    stops: dead,
  };
}

function deadSpells({ happenings, endAt }: History): Spell[] {
  const spells: Spell[] = [];
  let from: number | null = null;
  for (const happening of happenings) {
    if (happening.kind !== "clocks") continue;
    if (!happening.alive) from ??= happening.at;
    else if (from !== null) {
      spells.push({ from, until: happening.at });
      from = null;
    }
  }
  if (from !== null) spells.push({ from, until: endAt });
  return spells;
}

function aliveStretches(dead: readonly Spell[], { startAt, endAt }: History): AliveStretch[] {
  const stretches: AliveStretch[] = [];
  let from = startAt;
  let before = 0;
  for (const stop of [...dead, { from: endAt, until: endAt }]) {
    if (stop.from > from) {
      stretches.push({ from, until: stop.from, before });
      before += stop.from - from;
    }
    from = stop.until;
  }
  return stretches;
}

/** `ms` is above 0: at the very end of a stretch the time is up before the stop that follows, not after it. */
function aliveAfter(stretches: readonly AliveStretch[], at: number, ms: number): number {
  if (!Number.isFinite(at)) return at;
  const here = stretches[lastAtMost(stretches, at, ({ from }) => from)];
  const lived = here === undefined ? 0 : here.before + Math.min(at, here.until) - here.from;
  const there = stretches[lastAtMost(stretches, lived + ms - 1, ({ before }) => before)];
  if (there === undefined) return Number.POSITIVE_INFINITY;
  const found = there.from + (lived + ms - there.before);
  return found > there.until ? Number.POSITIVE_INFINITY : found;
}
