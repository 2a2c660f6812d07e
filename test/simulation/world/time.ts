/**
 * The one clock and the one queue of a simulated world. Events run in order of their instant, and of their being asked for
 * among equals; between two events everything that follows from the first by promises alone has run. No real timer is used.
 */
import { setImmediate } from "node:timers/promises";

/** A planned event; cancelling one that is over does nothing. */
export interface Planned {
  cancelled: boolean;
}

interface Entry extends Planned {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

export interface Time {
  /** True time, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Acts at `at` (whole milliseconds, rounded up), or as soon as possible when that is past. */
  readonly plan: (at: number, act: () => void) => Planned;
  readonly sleep: (ms: number) => Promise<void>;
  /** Runs every event up to and including `until`. */
  readonly runUntil: (until: number) => Promise<void>;
  /** How many events have run. */
  readonly steps: () => number;
}

export function timeFrom(startAt: number): Time {
  const heap: Entry[] = [];
  let now = startAt;
  let order = 0;
  let steps = 0;
  const plan = (at: number, act: () => void): Planned => {
    order += 1;
    const entry = { at: Math.max(Math.ceil(at), now), order, act, cancelled: false };
    push(heap, entry);
    return entry;
  };
  return {
    now: () => now,
    plan,
    sleep: (ms) => new Promise((resolve) => void plan(now + ms, resolve)),
    steps: () => steps,
    runUntil: async (until) => {
      // What was begun before the first event also has to come to rest.
      await setImmediate();
      for (let first = heap[0]; first !== undefined && first.at <= until; first = heap[0]) {
        pop(heap);
        if (first.cancelled) continue;
        now = first.at;
        steps += 1;
        first.act();
        // All promises that can be settled by now have been when the event loop comes round.
        await setImmediate();
      }
      now = Math.max(now, until);
    },
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(entry, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    const [atLeft, atRight] = [heap[left], heap[right]];
    if (atLeft === undefined) break;
    const next = atRight !== undefined && isBefore(atRight, atLeft) ? right : left;
    const child = heap[next];
    if (child === undefined || isBefore(last, child)) break;
    heap[index] = child;
    index = next;
  }
  heap[index] = last;
}
