/**
 * Blind intervals: times in which the sweeps themselves did not run. What was missed in one may only have been told in
 * vain, so it is judged when the hosts had time to come back and deliver; and the owner is told once that nobody looked (say-blind.ts).
 */
import type { HostSpec, Watch } from "./watch.ts";

/** Sweeps run each minute. After so long without one, deadlines have passed that nobody saw. */
const BLIND_AFTER_MS = 300_000;

/** From the last sweep before it to the first one after it. */
export interface Blind {
  readonly fromAt: number;
  readonly untilAt: number;
}

/** The blind interval that a sweep at `now` ends; null when the last one was lately, or there never was one. */
export function blindInterval(lastSweepAt: number | null, now: number): Blind | null {
  return lastSweepAt === null || now - lastSweepAt <= BLIND_AFTER_MS ? null : { fromAt: lastSweepAt, untilAt: now };
}

/**
 * Until when a deadline at `missedAt` is not judged, because it fell in a blind interval or so shortly after it that the
 * hosts cannot have come back yet; null when it is. All watches of a site wait equally long: its hosts may have died at
 * the same time, and a power cut must be one alert.
 */
export function blindUntil(blinds: readonly Blind[], patienceMs: number, missedAt: number): number | null {
  const ends = blinds.flatMap(({ fromAt, untilAt }) => {
    const until = untilAt + patienceMs;
    return missedAt >= fromAt && missedAt < until ? [until] : [];
  });
  return ends.length === 0 ? null : Math.max(...ends);
}

/** The longest that a living host of the site takes until its next beat, in milliseconds. */
export function patienceOf(watches: readonly Watch[]): number {
  const hosts = watches.flatMap(({ spec }): HostSpec[] => (spec.kind === "host" ? [spec] : []));
  return Math.max(0, ...hosts.map(({ everySeconds, graceSeconds }) => (everySeconds + graceSeconds) * 1000));
}
