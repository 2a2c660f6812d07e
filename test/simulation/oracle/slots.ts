/** When a job had to begin, computed here and not by the judge. */
import { Cron } from "croner";
import type { Schedule } from "../../../protocol/schedule.ts";
import { firstAtLeast, lastAtMost } from "./steps.ts";

/** Slots of a cron schedule in `(from, until]`, in order; undefined for an interval, whose slots follow from its runs. */
export function slotsOf(schedule: Schedule, from: number, until: number): readonly number[] | undefined {
  if ("everySeconds" in schedule) return undefined;
  if (!("cron" in schedule)) throw new Error("the oracle knows cron and intervals; a calendar event is neither");
  const key = `${schedule.cron} ${schedule.zone} ${from} ${until}`;
  const known = slotsByKey.get(key);
  if (known !== undefined) return known;
  const slots = enumerate(schedule, from, until);
  if (slotsByKey.size >= KEPT_MAX) slotsByKey.clear();
  slotsByKey.set(key, slots);
  return slots;
}

/** Naming a year of slots takes croner longer than everything else here; sites of one world share their schedules. */
const slotsByKey = new Map<string, readonly number[]>();
const KEPT_MAX = 200;

function enumerate(schedule: { cron: string; zone: string }, from: number, until: number): number[] {
  const cron = new Cron(schedule.cron, { timezone: schedule.zone });
  const slots: number[] = [];
  for (let next = cron.nextRun(new Date(from)); next !== null; next = cron.nextRun(next)) {
    if (next.getTime() > until) break;
    slots.push(next.getTime());
  }
  return slots;
}

const same = (slot: number) => slot;

/** The first slot after `at`; Infinity when none is left. */
export function slotAfter(slots: readonly number[], at: number): number {
  return firstAtLeast(slots, at + 1, same) ?? Number.POSITIVE_INFINITY;
}

/** The last slot at or before `at`. */
export function slotBefore(slots: readonly number[], at: number): number | undefined {
  return slots[lastAtMost(slots, at, same)];
}
