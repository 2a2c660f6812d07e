/** How long a run may go on, in a time that the test moves on. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bounds, boundsOf, progressEveryMs } from "../../pusher/bounds.ts";
import type { Rules } from "../../pusher/config/rules.ts";

const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

interface Bounded extends Bounds {
  readonly ended: string[];
  readonly progress: number[];
}

function bounded(rules: Rules): Bounded {
  const ended: string[] = [];
  const progress: number[] = [];
  const io = {
    now: Date.now,
    end: (why: string) => void ended.push(why),
    progress: (at: number) => void progress.push(at),
  };
  return { ...boundsOf(rules, io), ended, progress };
}

/** Time goes by in which the run moves every minute. */
function moving(run: Bounds, ms: number): void {
  for (let passed = 0; passed < ms; passed += 60_000) {
    vi.advanceTimersByTime(60_000);
    run.moved();
  }
}

describe("a run with max_runtime alone", () => {
  it("is ended after it, however much it moves, and tells no progress", () => {
    const run = bounded({ maxRuntimeSeconds: 3_600 });
    moving(run, HOUR - 60_000);
    expect(run.ended).toEqual([]);
    moving(run, 60_000);
    expect(run.ended).toEqual(["it ran longer than max_runtime, 3600 s"]);
    expect(run.progress).toEqual([]);
  });

  it("may last longer than Node's timers can count", () => {
    const run = bounded({ maxRuntimeSeconds: 60 * 86_400 });
    vi.advanceTimersByTime(60 * 24 * HOUR - 1);
    expect(run.ended).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(run.ended).toHaveLength(1);
  });
});

describe("a run with hard_limit", () => {
  const rules = { maxRuntimeSeconds: 3_600, hardLimitSeconds: 6 * 3_600 };

  it("is ended when max_runtime has passed since it last moved", () => {
    const run = bounded(rules);
    moving(run, 3 * HOUR);
    vi.advanceTimersByTime(HOUR - 1);
    expect(run.ended).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(run.ended).toEqual(["it showed no progress for max_runtime, 3600 s"]);
  });

  it("is ended at hard_limit while it still moves, once", () => {
    const run = bounded(rules);
    moving(run, 9 * HOUR);
    expect(run.ended).toEqual(["it ran longer than hard_limit, 21600 s"]);
    expect(Math.max(...run.progress)).toBeLessThanOrEqual(6 * HOUR);
  });

  it("tells when it last moved, and nothing while it does not move", () => {
    const run = bounded(rules);
    vi.advanceTimersByTime(HOUR / 2);
    expect(run.progress).toEqual([]);
    vi.advanceTimersByTime(1_000);
    run.moved();
    vi.advanceTimersByTime(HOUR / 2);
    expect(run.progress).toEqual([HOUR / 2 + 1_000]);
  });

  it("is left alone when it is over", () => {
    const run = bounded(rules);
    run.cancel();
    run.moved();
    vi.advanceTimersByTime(24 * HOUR);
    expect(run).toMatchObject({ ended: [], progress: [] });
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("progress is told every quarter of max_runtime, at least a minute and at most a quarter of an hour apart", () => {
  expect([10, 240, 1_200, 3_600, 86_400].map(progressEveryMs)).toEqual([60_000, 60_000, 300_000, 900_000, 900_000]);
});
