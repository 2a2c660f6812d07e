/** Flapping: a root that goes bad and well so often that its alerts would hide the others'. */

const HOUR_MS = 3_600_000;
/** More changes than this within an hour are damped into one incident. */
export const TRANSITIONS_MAX = 6;
/** A flapping incident closes when nothing was wrong for so long. */
export const CALM_MS = HOUR_MS;
/** How far back closed incidents are asked for. */
export const LOOK_BACK_MS = HOUR_MS;

export interface ClosedLately {
  readonly root: string;
  readonly openedAt: number;
  readonly noticedAt: number;
  readonly closedAt: number;
}

/** Changes of a root within the last hour, the one at `now` that opens it once more included. */
function transitions(root: string, closed: readonly ClosedLately[], now: number): number {
  const since = now - HOUR_MS;
  const mine = closed.filter((one) => one.root === root);
  const count = mine.flatMap(({ noticedAt, closedAt }) => [noticedAt, closedAt]).filter((at) => at > since).length;
  return count + 1;
}

export function isFlapping(root: string, closed: readonly ClosedLately[], now: number): boolean {
  return transitions(root, closed, now) > TRANSITIONS_MAX;
}
