/** Slots of a schedule in which no run began: what a history of runs does not show by itself. */
import type { Schedule } from "../../protocol/schedule.ts";
import { nextSlot } from "./schedule.ts";

/** A slot is answered by a run that began at most this much before it. */
const EARLY_MS = 300_000;
/** Gaps between runs are looked into only when they are so much longer than the shortest time between slots. */
const GAP_SHARE = 1.25;
/** Slots looked at to learn the shortest time between two. */
const SAMPLE = 4;
/** Nobody reads a number beyond this as more than "many". */
const COUNT_MAX = 500;

/**
 * The slots between `fromAt` and `now` that no run answered and whose grace is over, oldest first. `starts` are the runs
 * since `fromAt`, oldest first.
 */
export function missedSlots(
  schedule: Schedule,
  graceMs: number,
  starts: readonly number[],
  fromAt: number,
  now: number,
): number[] {
  const gap = shortestGap(schedule, now);
  const missed: number[] = [];
  const edges = [fromAt, ...starts];
  edges.forEach((after, i) => {
    const before = edges[i + 1] ?? null;
    if (before !== null && i > 0 && before - after <= gap * GAP_SHARE) return;
    let slot = nextSlot(schedule, after, i > 0);
    while (slot !== null && slot + graceMs <= now && missed.length < COUNT_MAX) {
      const next: number | null = nextSlot(schedule, slot, false);
      if (before !== null && before < (next ?? Number.POSITIVE_INFINITY) - EARLY_MS) break;
      missed.push(slot);
      slot = next;
    }
  });
  return missed;
}

function shortestGap(schedule: Schedule, now: number): number {
  if ("everySeconds" in schedule) return schedule.everySeconds * 1000;
  let shortest = Number.POSITIVE_INFINITY;
  let slot = nextSlot(schedule, now, false);
  for (let i = 0; i < SAMPLE && slot !== null; i++) {
    const next: number | null = nextSlot(schedule, slot, false);
    if (next !== null) shortest = Math.min(shortest, next - slot);
    slot = next;
  }
  return shortest === Number.POSITIVE_INFINITY ? 0 : shortest;
}
