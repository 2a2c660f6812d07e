/**
 * The five fields of a cron expression as sets of numbers, for schedulers that have words of their own for them. Read is
 * what cron(8) itself reads; what croner takes beside (`L`, `W`, `#`, `?`, `+`) no scheduler of a machine knows.
 */
import { failed, ok, type Result } from "../../protocol/result.ts";

export interface Field {
  /** As the owner wrote it. */
  readonly text: string;
  /** Is it any value there is? */
  readonly any: boolean;
  /** Of a star, with or without a step: the step. */
  readonly step?: number;
  /** Ascending, each once. */
  readonly values: readonly number[];
}

export interface CronFields {
  readonly minutes: Field;
  readonly hours: Field;
  readonly days: Field;
  readonly months: Field;
  /** 0 is Sunday. */
  readonly weekdays: Field;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Range {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

/** Reads an expression that config has taken; the failure is a sentence. */
export function readCronFields(cron: string): Result<CronFields, string> {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.trim().split(/\s+/);
  const minutes = readField(minute, { low: 0, high: 59 });
  const hours = readField(hour, { low: 0, high: 23 });
  const days = readField(day, { low: 1, high: 31 });
  const months = readField(month, { low: 1, high: 12, names: MONTHS });
  const week = readField(weekday, { low: 0, high: 7, names: WEEKDAYS });
  const unread = Object.entries({ minute: minutes, hour: hours, "day of month": days, month: months, weekday: week });
  const bad = unread.find(([, field]) => field === undefined)?.[0];
  if (!minutes || !hours || !days || !months || !week) {
    return failed(
      `"${cron}": the scheduler cannot read its ${bad}; write numbers, lists (1,15), ranges (1-5) and steps (*/5)`,
    );
  }
  const sundayOnce = ascending(week.values.map((value) => value % 7));
  return ok({ minutes, hours, days, months, weekdays: { ...week, values: sundayOnce } });
}

function readField(text: string, range: Range): Field | undefined {
  const parts = text.split(",").map((part) => readPart(part, range));
  if (!parts.every((part) => part !== undefined)) return undefined;
  const star = /^\*(?:\/(\d+))?$/.exec(text);
  return {
    text,
    any: text === "*" || text === "*/1",
    ...(star === null ? {} : { step: Number(star[1] ?? 1) }),
    values: ascending(parts.flat()),
  };
}

function readPart(part: string, { low, high, names = [] }: Range): number[] | undefined {
  const found = /^(?:\*|([a-z\d]+)(?:-([a-z\d]+))?)(?:\/(\d+))?$/i.exec(part);
  if (found === null) return undefined;
  const [, first, last, step = "1"] = found;
  const numberOf = (word: string) => (/^\d+$/.test(word) ? Number(word) : names.indexOf(word.toLowerCase()) + low);
  const from = first === undefined ? low : numberOf(first);
  const to = first === undefined ? high : last === undefined ? from : numberOf(last);
  const lone = first !== undefined && last === undefined && found[3] !== undefined;
  if (lone || from < low || to > high || from > to || Number(step) < 1) return undefined;
  return Array.from({ length: Math.floor((to - from) / Number(step)) + 1 }, (_, index) => from + index * Number(step));
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Both the day of the month and the weekday are restricted: cron(8) starts the job on a day that matches either. */
export function eitherDay({ days, weekdays }: CronFields): boolean {
  return !days.any && !weekdays.any;
}

const HOUR = 3_600;
const DAY = 86_400;

/** An interval as the cron expression that starts a job as often; undefined for one that no expression keeps evenly. */
export function everyAsCron(everySeconds: number): string | undefined {
  const minutes = everySeconds / 60;
  const hours = everySeconds / HOUR;
  if (everySeconds === 7 * DAY) return "0 0 * * 0";
  if (everySeconds === DAY) return "0 0 * * *";
  if (everySeconds === HOUR) return "0 * * * *";
  if (everySeconds === 60) return "* * * * *";
  if (Number.isInteger(hours) && 24 % hours === 0) return `0 */${hours} * * *`;
  if (Number.isInteger(minutes) && 60 % minutes === 0) return `*/${minutes} * * * *`;
  return undefined;
}
