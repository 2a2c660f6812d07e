/** A schedule as its owner wrote it, with its zone. */
import type { Schedule } from "../../protocol/schedule.ts";
import { span } from "./words.ts";

/** `every 5 min`, `0 3 * * * in Europe/Berlin`. */
export function scheduleWords(schedule: Schedule): string {
  if ("everySeconds" in schedule) return `every ${span(schedule.everySeconds * 1000)}`;
  return `${"cron" in schedule ? schedule.cron : schedule.onCalendar} in ${schedule.zone}`;
}
