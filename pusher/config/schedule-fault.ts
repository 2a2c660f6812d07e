/** Is a cron expression or calendar event one, in a zone there is? Apart from the rest: zone data is slow to load. */
import { Cron } from "croner";
import { readCalendar } from "../../protocol/calendar.ts";
import { everComes } from "../../protocol/calendar-walk.ts";
import { plainCron } from "../../protocol/schedule.ts";
import { zoneFault } from "../../protocol/zone.ts";
import type { RawJob } from "./schema.ts";

/** Whether an expression ever names a time does not hang on today. */
const SOME_DAY = new Date("2024-01-01T00:00:00Z");
const FIELDS = 5;

/** What is wrong with a schedule, or undefined. */
export function scheduleFault({ cron, on_calendar, zone }: RawJob["schedule"]): string | undefined {
  const noZone = zone === undefined ? null : zoneFault(zone);
  if (noZone !== null) return noZone;
  if (cron !== undefined) return cronFault(cron);
  return on_calendar === undefined ? undefined : calendarFault(on_calendar);
}

function calendarFault(text: string): string | undefined {
  const event = readCalendar(text);
  if (!event.ok) return event.failure;
  return everComes(event.value) ? undefined : `the calendar event "${text}" names no time that ever comes`;
}

function cronFault(cron: string): string | undefined {
  if (cron.trim().split(/\s+/).length !== FIELDS) {
    return `the cron expression "${cron}" needs five fields: minute, hour, day of month, month, day of week`;
  }
  try {
    const next = new Cron(plainCron(cron), { timezone: "UTC", paused: true, mode: "5-part" }).nextRun(SOME_DAY);
    return next === null ? `the cron expression "${cron}" names no time that ever comes` : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^\w+: /, "") : String(error);
    return `the cron expression "${cron}" is not understood: ${why}`;
  }
}
