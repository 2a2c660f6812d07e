/**
 * When Task Scheduler starts a task, as the triggers of its XML (MS-TSCH 2.5.3). It knows no cron: a day's times are single
 * triggers, or one that repeats evenly; so what it cannot say within its 48 triggers is refused.
 */
import { failed, ok, type Result } from "../../protocol/result.ts";
import { canonicalZone } from "../../protocol/zone.ts";
import { type CronFields, eitherDay, readCronFields } from "./cron-fields.ts";
import type { Task } from "./task.ts";
import { element, type Xml } from "./xml.ts";

/** MS-TSCH: triggers of a task, and the bounds of a repetition's interval. */
const TRIGGERS_MAX = 48;
const INTERVAL_MIN_SECONDS = 60;
const INTERVAL_MAX_SECONDS = 31 * 86_400;
/** Every trigger begins to count here; the day is past, so that it counts at once, and the same at every install. */
const FIRST_DAY = "2026-01-01";

/** The triggers of a task on a machine of that zone. */
export function triggersOf({ id, schedule }: Task, here: string): Result<readonly Xml[], string> {
  const atBoot = id === "beat" ? [element("BootTrigger", [element("Delay", "PT1M")])] : [];
  const regular = "everySeconds" in schedule ? intervalOf(schedule.everySeconds) : calendarOf(schedule, here);
  if (!regular.ok) return regular;
  const triggers = [...regular.value, ...atBoot];
  if (triggers.length <= TRIGGERS_MAX) return ok(triggers);
  return failed(
    `Task Scheduler takes ${TRIGGERS_MAX} times for a task, and this schedule names ${triggers.length}; write one that is even, as */15 or */2, or names fewer times`,
  );
}

function intervalOf(everySeconds: number): Result<readonly Xml[], string> {
  if (everySeconds < INTERVAL_MIN_SECONDS || everySeconds > INTERVAL_MAX_SECONDS || everySeconds % 60 !== 0) {
    return failed(`Task Scheduler cannot repeat it every ${everySeconds} s; write whole minutes, from 1m to 31d`);
  }
  // Without a duration a repetition goes on for ever. In UTC clocks never change.
  const repetition = element("Repetition", [element("Interval", `PT${everySeconds / 60}M`)]);
  return ok([element("TimeTrigger", [element("StartBoundary", `${FIRST_DAY}T00:00:00Z`), repetition])]);
}

type Calendar = { readonly onCalendar: string } | { readonly cron: string; readonly zone?: string | undefined };

function calendarOf(schedule: Calendar, here: string): Result<readonly Xml[], string> {
  if ("onCalendar" in schedule) {
    return failed(`Task Scheduler knows no calendar events as "${schedule.onCalendar}"; write \`cron\``);
  }
  const zone = canonicalZone(schedule.zone ?? here);
  if (zone !== canonicalZone(here) && zone !== "UTC") {
    return failed(
      `Task Scheduler keeps the machine's zone, ${here}, or UTC, and not ${zone}; leave \`zone\` out, or set the machine's`,
    );
  }
  const fields = readCronFields(schedule.cron);
  if (!fields.ok) return fields;
  const mark = zone === "UTC" && schedule.zone !== undefined ? "Z" : "";
  return ok(timesOf(fields.value).flatMap((time) => daysOf(fields.value).map((days) => trigger(time, days, mark))));
}

/** A time of day, and how it repeats until the day ends. */
interface Time {
  readonly hour: number;
  readonly minute: number;
  readonly everyMinutes?: number;
}

function timesOf({ hours, minutes }: CronFields): Time[] {
  const step = (of: number, field: { readonly step?: number }) =>
    field.step !== undefined && of % field.step === 0 ? field.step : undefined;
  const minuteStep = step(60, minutes);
  const hourStep = step(24, hours);
  const [minute = 0, ...otherMinutes] = minutes.values;
  if (minuteStep !== undefined && hours.any) return [{ hour: 0, minute: 0, everyMinutes: minuteStep }];
  if (hourStep !== undefined && otherMinutes.length === 0) {
    return [{ hour: 0, minute, ...(hourStep < 24 ? { everyMinutes: 60 * hourStep } : {}) }];
  }
  return hours.values.flatMap((hour) => minutes.values.map((each) => ({ hour, minute: each })));
}

function trigger({ hour, minute, everyMinutes }: Time, days: Xml, mark: string): Xml {
  const start = `${FIRST_DAY}T${two(hour)}:${two(minute)}:00${mark}`;
  const repetition =
    everyMinutes === undefined
      ? []
      : [element("Repetition", [element("Interval", `PT${everyMinutes}M`), element("Duration", "P1D")])];
  return element("CalendarTrigger", [element("StartBoundary", start), ...repetition, days]);
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/** A month has four or five of each weekday: the fourth, the last, or both. */
const WEEKS = ["1", "2", "3", "4", "Last"];

/** The days of an expression: one way to say them, or two where the day of the month or the weekday is enough. */
function daysOf(fields: CronFields): Xml[] {
  const { days, months, weekdays } = fields;
  const eachMonth = element(
    "Months",
    months.values.map((month) => element(MONTHS[month - 1] ?? "", [])),
  );
  const week = element(
    "DaysOfWeek",
    weekdays.values.map((day) => element(WEEKDAYS[day] ?? "", [])),
  );
  const byDate = element("ScheduleByMonth", [
    element(
      "DaysOfMonth",
      days.values.map((day) => element("Day", String(day))),
    ),
    eachMonth,
  ]);
  const byWeek = months.any
    ? element("ScheduleByWeek", [element("WeeksInterval", "1"), week])
    : element("ScheduleByMonthDayOfWeek", [
        element(
          "Weeks",
          WEEKS.map((each) => element("Week", each)),
        ),
        week,
        eachMonth,
      ]);
  if (eitherDay(fields)) return [byDate, byWeek];
  if (!weekdays.any) return [byWeek];
  if (!days.any || !months.any) return [byDate];
  return [element("ScheduleByDay", [element("DaysInterval", "1")])];
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
