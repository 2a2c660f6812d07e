/**
 * How long a run may go on, by the worker's own rule (endOf in worker/judge/own-job.ts): for `max_runtime`; with `hard_limit`
 * each progress begins `max_runtime` anew, until the run is that old. Its progress is told now and then, so that the
 * worker's deadline moves too.
 */

import type { Rules } from "./config/rules.ts";
import { PROGRESS_EVERY_MAX_MS, PROGRESS_EVERY_MIN_MS } from "./limits.ts";
import { timer } from "./timer.ts";

export interface Bounds {
  /** One of the run's programs wrote something. */
  readonly moved: () => void;
  /** The run is over. */
  readonly cancel: () => void;
}

export interface BoundsIo {
  /** Milliseconds. */
  readonly now: () => number;
  /** The run has to be ended; why, for the owner. */
  readonly end: (why: string) => void;
  /** The run moved since this was last called, at this instant (ms) at the latest. */
  readonly progress: (at: number) => void;
}

/** Bounds a run that begins now. */
export function boundsOf(rules: Rules, io: BoundsIo): Bounds {
  const { maxRuntimeSeconds: most, hardLimitSeconds: hard } = rules;
  if (most === undefined) return { moved: () => undefined, cancel: () => undefined };
  if (hard === undefined) {
    const limit = timer(most * 1000, () => io.end(`it ran longer than max_runtime, ${most} s`));
    return { moved: () => undefined, cancel: limit.cancel };
  }
  return movingBounds(most, hard, io);
}

function movingBounds(most: number, hard: number, io: BoundsIo): Bounds {
  let movedAt: number | null = null;
  const telling = setInterval(() => {
    if (movedAt !== null) io.progress(movedAt);
    movedAt = null;
  }, progressEveryMs(most));
  let over = false;
  const cancel = () => {
    over = true;
    clearInterval(telling);
    still.cancel();
    last.cancel();
  };
  const end = (why: string) => {
    cancel();
    io.end(why);
  };
  const still = timer(most * 1000, () => end(`it showed no progress for max_runtime, ${most} s`));
  const last = timer(hard * 1000, () => end(`it ran longer than hard_limit, ${hard} s`));
  return {
    moved: () => {
      if (over) return;
      movedAt = io.now();
      still.restart();
    },
    cancel,
  };
}

/** How often the progress of a run is told, in milliseconds: often enough that one lost notice does no harm. */
export function progressEveryMs(maxRuntimeSeconds: number): number {
  const quarter = (maxRuntimeSeconds * 1000) / 4;
  return Math.min(Math.max(quarter, PROGRESS_EVERY_MIN_MS), PROGRESS_EVERY_MAX_MS);
}
