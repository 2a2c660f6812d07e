/** The earlier runs of a job as points to compare with: on which day each fell, and what is middle and spread among them. */

export interface Amount {
  readonly at: number;
  readonly value: number;
}

export interface Point extends Amount {
  /** In the job's zone: `2026-11-23` and `Monday`. */
  readonly date: string;
  readonly weekday: string;
}

const DAY_MS = 86_400_000;
/** From the first day of 1970 on. */
const WEEKDAYS = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"] as const;

type Day = Pick<Point, "date" | "weekday">;

/**
 * The day of an instant in a zone. The zone is known to Intl: plans with another are refused. Intl is slow, so it is asked
 * only when a day is, and once for each instant.
 */
export function calendar(zone: string): (at: number) => Day {
  const known = new Map<number, Day>();
  let format: Intl.DateTimeFormat | null = null;
  return (at) => {
    format ??= new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    const day = known.get(at) ?? dayOf(format.format(at));
    known.set(at, day);
    return day;
  };
}

function dayOf(date: string): Day {
  return { date, weekday: WEEKDAYS[(Date.parse(date) / DAY_MS) % 7] ?? "" };
}

export function isWeekend({ weekday }: Pick<Point, "weekday">): boolean {
  return weekday === "Saturday" || weekday === "Sunday";
}

/** On how many different days the points fell: ten runs of one afternoon say little of the next one. */
export function daysOf(points: readonly Pick<Point, "date">[]): number {
  return new Set(points.map(({ date }) => date)).size;
}

/** The value that a share of `values` does not exceed; 0 for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below = 0, above = below] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The standard deviation that the median distance from the middle stands for, if values are spread normally. */
export function spreadOf(residuals: readonly number[]): number {
  return 1.4826 * median(residuals.map(Math.abs));
}
