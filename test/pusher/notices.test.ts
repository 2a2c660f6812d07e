/** When a run that goes on is told of, in a time that the test moves on. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NOTICE_AGAIN_MS, START_NOTICE_AFTER_MS } from "../../pusher/limits.ts";
import { noticesOf } from "../../pusher/notices.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A worker that is reached or not, and when it was asked. */
function begun(answers: readonly boolean[] = []) {
  const signals: AbortSignal[] = [];
  const notices = noticesOf(async (signal) => {
    signals.push(signal);
    return answers[signals.length - 1] ?? true;
  });
  return { ...notices, signals, count: () => signals.length };
}

describe("the start of a run", () => {
  it("is told once it has run for a moment, and not again", async () => {
    const run = begun();
    await vi.advanceTimersByTimeAsync(START_NOTICE_AFTER_MS - 1);
    expect(run.count()).toBe(0);
    await vi.advanceTimersByTimeAsync(100 * NOTICE_AGAIN_MS);
    expect(run.count()).toBe(1);
  });

  it("is told again each minute until the worker is reached", async () => {
    const run = begun([false, false, true]);
    await vi.advanceTimersByTimeAsync(START_NOTICE_AFTER_MS + NOTICE_AGAIN_MS);
    expect(run.count()).toBe(2);
    await vi.advanceTimersByTimeAsync(100 * NOTICE_AGAIN_MS);
    expect(run.count()).toBe(3);
  });

  it("is not told when the run is over first", async () => {
    const run = begun();
    run.over();
    await vi.advanceTimersByTimeAsync(NOTICE_AGAIN_MS);
    expect(run.count()).toBe(0);
  });
});

describe("news of a run", () => {
  it("is told at once", async () => {
    const run = begun();
    await vi.advanceTimersByTimeAsync(NOTICE_AGAIN_MS);
    run.news();
    await vi.advanceTimersByTimeAsync(0);
    expect(run.count()).toBe(2);
  });

  it("that comes while something is sent is told after it, once", async () => {
    const answers: (() => void)[] = [];
    const run = noticesOf(() => new Promise((resolve) => void answers.push(() => resolve(true))));
    await vi.advanceTimersByTimeAsync(START_NOTICE_AFTER_MS);
    run.news();
    run.news();
    await vi.advanceTimersByTimeAsync(NOTICE_AGAIN_MS);
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toHaveLength(2);
    answers[1]?.();
    await vi.advanceTimersByTimeAsync(NOTICE_AGAIN_MS);
    expect(answers).toHaveLength(2);
  });

  it("is given up, also where it is being sent, when the run is over", async () => {
    const run = begun([false]);
    await vi.advanceTimersByTimeAsync(START_NOTICE_AFTER_MS);
    run.over();
    await vi.advanceTimersByTimeAsync(10 * NOTICE_AGAIN_MS);
    expect(run.signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
