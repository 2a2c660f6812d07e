/**
 * Calendar events of systemd (`OnCalendar=`; systemd.time(7), "CALENDAR EVENTS"), read into sets of numbers. What
 * systemd 252 refuses is refused here. Not taken, though systemd does: fractions of a second, and `@` with Unix time.
 */
import { type Component, readComponent, valuesFromEnd, valuesOf } from "./calendar-component.ts";
import { failed, ok, type Result } from "./result.ts";
import { canonicalZone, zoneFault } from "./zone.ts";

interface Days {
  readonly years: readonly number[];
  readonly months: readonly number[];
  /** Days of a month of so many days, ascending. */
  readonly daysOf: (daysInMonth: number) => readonly number[];
}

interface Times {
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
}

export interface CalendarEvent extends Days, Times {
  /** 0 is Sunday, as of `Date`; null for any day. */
  readonly weekdays: ReadonlySet<number> | null;
  /** The zone the expression itself names, canonical; null when it names none. */
  readonly zone: string | null;
}

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ["minutely", "*-*-* *:*:00"],
  ["hourly", "*-*-* *:00:00"],
  ["daily", "*-*-* 00:00:00"],
  ["weekly", "Mon *-*-* 00:00:00"],
  ["monthly", "*-*-01 00:00:00"],
  ["quarterly", "*-01,04,07,10-01 00:00:00"],
  ["semiannually", "*-01,07-01 00:00:00"],
  ["semi-annually", "*-01,07-01 00:00:00"],
  ["biannually", "*-01,07-01 00:00:00"],
  ["bi-annually", "*-01,07-01 00:00:00"],
  ["yearly", "*-01-01 00:00:00"],
  ["annually", "*-01-01 00:00:00"],
]);

/** The years that systemd reckons with; "69" is 2069, "70" is 1970. */
const YEARS = { low: 1970, high: 2199, meaning: (year: number) => year + (year < 70 ? 2000 : year < 100 ? 1900 : 0) };

const MONDAY_FIRST = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Reads a calendar event; the failure is one sentence with what to do. Never throws. */
export function readCalendar(text: string): Result<CalendarEvent, string> {
  const words = text.trim().split(/\s+/);
  const zone = words.length > 1 && /^[a-z]/i.test(words.at(-1) ?? "") ? words.pop() : undefined;
  const noZone = zone === undefined ? null : zoneFault(zone);
  if (noZone !== null) return failed(`"${text}": ${noZone}`);
  const read = readParts(words);
  if (typeof read !== "string") return ok({ ...read, zone: zone === undefined ? null : canonicalZone(zone) });
  return failed(`"${text}" is not a calendar event: ${read}; write it as in "Mon..Fri 02:00" (man systemd.time)`);
}

/** Weekdays, date and time, each of which may be left out; a string says which cannot be read. */
function readParts(words: readonly string[]): Omit<CalendarEvent, "zone"> | string {
  const shorthand = words.length === 1 ? SHORTHANDS.get((words[0] ?? "").toLowerCase()) : undefined;
  const rest = shorthand?.split(" ") ?? words.filter((word) => word !== "");
  if (rest.length === 0) return "it is empty";
  const days = /^[a-z]/i.test(rest[0] ?? "") ? rest.shift() : undefined;
  const date = rest[0]?.includes(":") === false ? rest.shift() : undefined;
  const [time = "00:00", ...more] = rest;
  const weekdays = days === undefined ? null : readWeekdays(days);
  if (weekdays === undefined) return `the weekdays "${days}" cannot be read`;
  const onDays = readDate(date ?? "*-*-*");
  if (onDays === undefined) return `the date "${date}" cannot be read`;
  const atTimes = readTime(time);
  if (atTimes === undefined) return `the time "${time}" cannot be read`;
  if (more.length > 0) return `"${more.join(" ")}" stands after the time`;
  return { weekdays, ...onDays, ...atTimes };
}

function readWeekdays(text: string): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  // A comma may stand at the end: "Wed, 17:48".
  for (const range of text.replace(/,$/, "").split(",")) {
    const [from = -1, to = from, ...more] = range.split(/\.\.|-/).map(mondayFirst);
    if (more.length > 0 || from < 0 || to < from) return undefined;
    for (let day = from; day <= to; day += 1) found.add((day + 1) % 7);
  }
  return found;
}

/** 0 for Monday to 6 for Sunday, by the name or its first three letters; -1 for none. */
function mondayFirst(name: string): number {
  const lower = name.toLowerCase();
  return MONDAY_FIRST.findIndex((day) => day === lower || day.slice(0, 3) === lower);
}

function readDate(text: string): Days | undefined {
  const found = /^(?:([^-~]+)-)?([^-~]+)([-~])([^-~]+)$/.exec(text);
  if (found === null) return undefined;
  const [, year = "*", month = "", sign, day = ""] = found;
  const fromEnd = sign === "~";
  const years = readComponent(year, YEARS);
  const months = readComponent(month, { low: 1, high: 12 });
  // As systemd has it: from the end no farther than the shortest month.
  const days = readComponent(day, { low: 1, high: fromEnd ? 28 : 31, fromEnd });
  if (years === undefined || months === undefined || days === undefined) return undefined;
  return {
    years: valuesOf(years, YEARS.low, YEARS.high),
    months: valuesOf(months, 1, 12),
    daysOf: fromEnd ? (last) => valuesFromEnd(days, last) : daysUpTo(days),
  };
}

function daysUpTo(days: Component): Days["daysOf"] {
  const all = valuesOf(days, 1, 31);
  return (last) => all.filter((day) => day <= last);
}

function readTime(text: string): Times | undefined {
  const [hour = "", minute = "", second = "0", ...more] = text.split(":");
  const hours = readComponent(hour, { low: 0, high: 23 });
  const minutes = readComponent(minute, { low: 0, high: 59 });
  const seconds = readComponent(second, { low: 0, high: 59 });
  if (hours === undefined || minutes === undefined || seconds === undefined || more.length > 0) return undefined;
  return { hours: valuesOf(hours, 0, 23), minutes: valuesOf(minutes, 0, 59), seconds: valuesOf(seconds, 0, 59) };
}
