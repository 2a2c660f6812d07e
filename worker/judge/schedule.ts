/**
 * When is a job expected to start? Cron expressions and systemd's calendar events in an IANA zone, or intervals. What
 * comes out are slots: a job is due at its slot, and a run counts for the slot that it begins at or a little before.
 */
import { readCalendar } from "../../protocol/calendar.ts";
import { everComes } from "../../protocol/calendar-walk.ts";
import type { Schedule } from "../../protocol/schedule.ts";
import { canonicalZone, zoneFault } from "../../protocol/zone.ts";
import { readCron, slotsOf } from "./slots.ts";

/** A run this much before its slot counts for the coming slot, not for the last one; at most a quarter of the period. */
export const EARLY_MAX_MS = 300_000;

/**
 * The first slot that a run started at `after` does not satisfy, in milliseconds; null when the schedule never matches
 * again. With no run yet, pass the time since which the job is planned and `ran: false`.
 */
export function nextSlot(schedule: Schedule, after: number, ran: boolean): number | null {
  if ("everySeconds" in schedule) return after + schedule.everySeconds * 1000;
  const slots = slotsOf(schedule);
  const first = slots(after);
  if (first === null || !ran) return first?.at ?? null;
  const second = slots(first.at);
  if (second === null) return first.at;
  const early = Math.min(EARLY_MAX_MS, (second.at - first.at) / 4);
  return first.from - after <= early ? second.at : first.at;
}

/** No wait between two slots is longer: eight years for 29 February around 2100, which is no leap year, and some more. */
const LOOK_BACK_MS = 12 * 366 * 86_400_000;

/** The newest slot at or before `at`, in milliseconds; null for an interval, and when there was none in twelve years. */
export function previousSlot(schedule: Schedule, at: number): number | null {
  if ("everySeconds" in schedule) return null;
  const slots = slotsOf(schedule);
  const passed = (since: number) => {
    const slot = slots(since)?.at;
    return slot !== undefined && slot <= at ? slot : null;
  };
  for (let back = 60_000; back <= LOOK_BACK_MS; back *= 2) {
    const oldest = passed(at - back);
    if (oldest !== null) return newest(passed, oldest, at);
  }
  return null;
}

/** The newest slot up to `until`, from an older one on: step by step while they are few, by halving when they are many. */
function newest(passed: (since: number) => number | null, oldest: number, until: number): number {
  let found = oldest;
  let above = until;
  for (let next = passed(found); next !== null; next = passed(found)) {
    found = next;
    const middle = found + Math.floor((above - found) / 2);
    const later = passed(middle);
    if (later === null) above = middle;
    else found = later;
  }
  return found;
}

/** The same schedule with its zone by its present IANA name. */
export function canonicalSchedule(schedule: Schedule): Schedule {
  if ("everySeconds" in schedule) return schedule;
  return { ...schedule, zone: canonicalZone(schedule.zone) ?? schedule.zone };
}

/** What is wrong with a schedule and what to do about it, in one sentence, or null. */
export function scheduleFault(schedule: Schedule): string | null {
  if ("everySeconds" in schedule) return null;
  const noZone = zoneFault(schedule.zone);
  if (noZone !== null) return noZone;
  return "cron" in schedule ? cronFault(schedule.cron) : calendarFault(schedule.onCalendar);
}

function cronFault(cron: string): string | null {
  const read = readCron(cron, "UTC");
  if (!read.ok) {
    return `"${cron}" is not a five-field cron expression (${read.failure}); write minute, hour, day of month, month, day of week`;
  }
  // Any start will do: the longest wait between two matches of five fields is eight years, for 29 February.
  return read.value.nextRun(new Date(0)) === null ? `"${cron}" ${NEVER}` : null;
}

function calendarFault(text: string): string | null {
  const event = readCalendar(text);
  if (!event.ok) return event.failure;
  return everComes(event.value) ? null : `"${text}" ${NEVER}`;
}

const NEVER = "names a day that never comes";
