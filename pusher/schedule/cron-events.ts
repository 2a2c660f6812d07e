/** A cron expression as calendar events of systemd (systemd.time(7)). */
import { type CronFields, eitherDay, type Field } from "./cron-fields.ts";

const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** The events of a cron expression: one, or two where either the day of the month or the weekday is enough. */
export function calendarEvents(fields: CronFields): string[] {
  const { minutes, hours, days, months, weekdays } = fields;
  const time = `${componentOf(hours)}:${componentOf(minutes)}:00`;
  const names = weekdays.any ? "" : `${weekdays.values.map((day) => DAY_NAMES[day]).join(",")} `;
  const month = componentOf(months);
  if (!eitherDay(fields)) return [`${names}*-${month}-${componentOf(days)} ${time}`];
  return [`*-${month}-${componentOf(days)} ${time}`, `${names}*-${month}-* ${time}`];
}

function componentOf({ any, step, values }: Field): string {
  if (any) return "*";
  // A step that is never taken (*/12 of months) is none to systemd.
  if (step !== undefined && values.length > 1) return `${two(values[0] ?? 0)}/${step}`;
  return values.map(two).join(",");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
