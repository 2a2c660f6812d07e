/**
 * Is a finished run unusual beside the job's own earlier good runs? Sizes are compared by their ratios (in logarithms), since
 * that is how backups vary. A false alarm is worse here than a late one: what is unusual has to lie outside of all that was
 * seen, and outside of what the spread among the runs explains. docs/decisions/0007 gives the rules in words.
 */
import type { AnomalySettings } from "../../protocol/anomalies.ts";
import {
  ABOVE_ALL,
  BELOW_ALL,
  isBurst,
  isExplained,
  isLoss,
  isNothing,
  isOutside,
  type Side,
} from "./anomaly-rules.ts";
import { type Quantity, sayBounds, sayUsual } from "./anomaly-words.ts";
import { type Amount, calendar, daysOf, median, type Point, quantile } from "./history.ts";

/** What is kept of a finished run for comparison; null where the tool told nothing. */
export interface RunSize {
  readonly id: string;
  readonly startedAt: number;
  readonly seconds: number;
  readonly bytes: number | null;
  readonly files: number | null;
  readonly deletions: number | null;
}

export interface Anomaly {
  readonly quantity: Quantity;
  readonly value: number;
  /** Null when the plan's own bounds decided. `low` to `high` are the middle four fifths of the comparable runs. */
  readonly usual: {
    readonly median: number;
    readonly low: number;
    readonly high: number;
    readonly runs: number;
  } | null;
  readonly text: string;
}

const QUANTITIES: readonly Quantity[] = ["bytes", "files", "deletions", "seconds"];
const DAY_MS = 86_400_000;
/** A day of autumn has 25 hours. */
const SAME_DAY_MS = 25 * 3_600_000;
/** Other weekdays are left out when there are runs of so many days like this one. */
const SAME_WEEKDAYS_MIN = 5;
/** A weekday is one of full backups when it carries so many times the usual. */
const FULL_DAY = 3;
/** A new normal is accepted after so many runs alike; that nearly everything is gone only after a week of nightly ones. */
const ACCEPTED_RUNS = 3;
const ACCEPTED_LOSS_RUNS = 7;

/** What is unusual about `run`, worst first. `history` comes in any order; `zone` tells weekdays. */
export function anomaliesOf(
  run: RunSize,
  history: readonly RunSize[],
  settings: AnomalySettings,
  zone: string,
): Anomaly[] {
  const earlier = history
    .filter(({ id, startedAt }) => id !== run.id && startedAt <= run.startedAt)
    .sort((a, b) => a.startedAt - b.startedAt);
  const told = (quantity: Quantity) => earlier.flatMap((past) => past[quantity] ?? []);
  const context = {
    dayOf: calendar(zone),
    files: Math.max(run.files ?? 0, median(told("files"))),
    isExplained: (side: Side) => isExplained(side, run.bytes, told("bytes")),
  };
  const weighed = QUANTITIES.flatMap((quantity) => {
    const value = run[quantity];
    const setting = settings[quantity];
    if (value === null || setting === "off") return [];
    if (setting !== undefined) return beyondBounds(quantity, value, setting);
    const amounts = earlier.flatMap(({ startedAt: at, [quantity]: known }) =>
      known === null ? [] : [{ at, value: known }],
    );
    return unusual(quantity, { at: run.startedAt, value }, amounts, context);
  });
  return weighed.sort((a, b) => b.weight - a.weight).map(({ anomaly }) => anomaly);
}

/** What the quantity alone does not say. */
interface Context {
  readonly dayOf: (at: number) => Pick<Point, "date" | "weekday">;
  /** How many files there are, as far as it is known; else 0. */
  readonly files: number;
  /** Whether the size of the run accounts for its duration. */
  readonly isExplained: (side: Side) => boolean;
}

interface Weighed {
  readonly anomaly: Anomaly;
  /** How far out: the logarithm of the ratio to what is usual. */
  readonly weight: number;
}

function weighed(anomaly: Anomaly, against: number): Weighed {
  return { anomaly, weight: Math.abs(Math.log((anomaly.value + 1) / (against + 1))) };
}

type Bounds = Exclude<AnomalySettings[Quantity], "off" | undefined>;

function beyondBounds(quantity: Quantity, value: number, { min, max }: Bounds): Weighed[] {
  const bound = min !== undefined && value < min ? min : max !== undefined && value > max ? max : null;
  if (bound === null) return [];
  return [weighed({ quantity, value, usual: null, text: sayBounds(quantity, value, bound) }, bound)];
}

function unusual(quantity: Quantity, now: Amount, amounts: readonly Amount[], context: Context): Weighed[] {
  // Most runs are usual, and to see that needs no calendar: a site has many jobs, and days in zones are slow to tell.
  if (isInside(quantity, now, amounts)) return [];
  const day = { ...now, ...context.dayOf(now.at) };
  const points = amounts.map((amount) => ({ ...amount, ...context.dayOf(amount.at) }));
  const known = knownOf(day, points);
  if (isLoss(quantity, day, known.lost)) return told(quantity, day, comparable(day, known.lost));
  if (isBurst(quantity, day, known.high, context.files)) return told(quantity, day, comparable(day, known.high));
  const looks = [
    { side: "low", among: isNothing(quantity, day) ? [] : known.low },
    { side: "low", among: knownOf(day, fullDays(day, points)).low },
    { side: "high", among: known.high },
  ] as const;
  const found = looks.find(({ side, among }) => {
    if (quantity === "seconds" && context.isExplained(side)) return false;
    return isOutside(quantity, side, day, among, comparable(day, among));
  });
  return found === undefined ? [] : told(quantity, day, comparable(day, found.among));
}

/** Whether no rule can find anything: the run lies within all runs before, and within those of whole weeks ago. */
function isInside(quantity: Quantity, now: Amount, amounts: readonly Amount[]): boolean {
  const { lost, high } = knownOf(now, amounts);
  const values = (of: readonly Amount[]) => of.map(({ value }) => value);
  if (high.length > 0 && now.value > ABOVE_ALL * Math.max(...values(high))) return false;
  if (quantity === "deletions") return true;
  if (lost.length > 0 && now.value * BELOW_ALL < Math.min(...values(lost))) return false;
  const full = Math.max(now.value * BELOW_ALL, FULL_DAY * median(values(amounts)));
  const fullDays = amounts.filter(({ at, value }) => value > 0 && value >= full && isWeeksBefore(at, now.at));
  return fullDays.length < SAME_WEEKDAYS_MIN / 2;
}

/** Whether two instants may fall on the same weekday, in whatever zone and season. */
function isWeeksBefore(at: number, now: number): boolean {
  return (now - at + SAME_DAY_MS) % (7 * DAY_MS) <= 2 * SAME_DAY_MS;
}

/** The runs to compare with, for each kind of unusual. */
function knownOf<Run extends Amount>(
  now: Amount,
  runs: readonly Run[],
): Record<"lost" | "low" | "high", readonly Run[]> {
  const isLower = ({ value }: Amount) => value <= now.value * 2;
  return {
    lost: before(runs, isLower, ACCEPTED_LOSS_RUNS),
    low: before(runs, isLower, ACCEPTED_RUNS),
    high: before(runs, ({ value }) => value >= now.value / 2, ACCEPTED_RUNS),
  };
}

/** The runs of this weekday, if it carries far more than others do: a weekly full backup is held to its own kind. */
function fullDays(now: Point, points: readonly Point[]): readonly Point[] {
  const same = comparable(now, points);
  const middle = (of: readonly Point[]) => median(of.map(({ value }) => value));
  return same.length < points.length && middle(same) >= FULL_DAY * middle(points) ? same : [];
}

/**
 * The runs before the unbroken row of newest ones that were as far out as this one: what is unusual stays so on the next night.
 * None when the row is as long as `accepted`: then it is the new normal.
 */
function before<Run>(runs: readonly Run[], isAlike: (run: Run) => boolean, accepted: number): readonly Run[] {
  const row = runs.length - 1 - runs.findLastIndex((run) => !isAlike(run));
  return row >= accepted ? [] : runs.slice(0, runs.length - row);
}

/** Earlier runs of the same weekday once there are enough of them, else all. */
function comparable({ weekday }: Point, points: readonly Point[]): readonly Point[] {
  const same = points.filter((point) => point.weekday === weekday);
  return daysOf(same) >= SAME_WEEKDAYS_MIN ? same : points;
}

function told(quantity: Quantity, now: Point, among: readonly Point[]): Weighed[] {
  const values = among.map(({ value }) => value);
  const usual = {
    median: median(values),
    low: quantile(values, 0.1),
    high: quantile(values, 0.9),
    runs: values.length,
  };
  const isOneWeekday = among.every(({ weekday }) => weekday === now.weekday);
  const text = sayUsual(quantity, now.value, usual, isOneWeekday ? now.weekday : null);
  return [weighed({ quantity, value: now.value, usual, text }, usual.median)];
}
