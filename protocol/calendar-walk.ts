/**
 * The times that a calendar event names, as a clock on the wall shows them: a wall time is written as the milliseconds
 * that time would be in UTC. Zones come later. The walk is bounded by the years that an event can have.
 */
import type { CalendarEvent } from "./calendar.ts";

const DAY_MS = 86_400_000;

/** The first wall time after `after` that the event names; null when there is none up to its last year. */
export function nextWall(event: CalendarEvent, after: number): number | null {
  const from = (Math.floor(after / 1000) + 1) * 1000;
  const today = Math.floor(from / DAY_MS) * DAY_MS;
  for (const day of daysFrom(event, today)) {
    const time = firstTime(event, day === today ? (from - today) / 1000 : 0);
    if (time !== null) return day + time * 1000;
  }
  return null;
}

/** Is there a day, in any of its years, on which the event comes? 31 April never does. */
export function everComes(event: CalendarEvent): boolean {
  return nextWall(event, -1) !== null;
}

function* daysFrom(event: CalendarEvent, from: number): Generator<number> {
  const first = new Date(from);
  for (const year of event.years) {
    if (year < first.getUTCFullYear()) continue;
    for (const month of event.months) {
      if (year === first.getUTCFullYear() && month <= first.getUTCMonth()) continue;
      const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
      for (const day of event.daysOf(daysInMonth)) {
        const at = Date.UTC(year, month - 1, day);
        if (at >= from && event.weekdays?.has(new Date(at).getUTCDay()) !== false) yield at;
      }
    }
  }
}

/** The first time of day, in seconds, at or after `from`; null when the day has none left. */
function firstTime({ hours, minutes, seconds }: CalendarEvent, from: number): number | null {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      const second = seconds.find((one) => start + one >= from);
      if (second !== undefined) return start + second;
    }
  }
  return null;
}
