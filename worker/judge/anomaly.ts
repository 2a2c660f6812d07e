/**
 * Is a finished run unusual beside the job's own earlier good runs? Sizes are compared by their ratios (in logarithms), since
 * that is how backups vary. A false alarm is worse here than a late one: what is unusual has to lie outside of all that was
 * seen, and outside of what the spread among the runs explains. docs/decisions/0007 gives the rules in words.
 */
import type { AnomalySettings } from "../../protocol/anomalies.ts";
import { isBurst, isExplained, isLoss, isOutside, type Side } from "./anomaly-rules.ts";
import { type Quantity, sayBounds, sayUsual } from "./anomaly-words.ts";
import { calendar, daysOf, median, type Point, quantile } from "./history.ts";

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
  const dayOf = calendar(zone);
  const earlier = history
    .filter(({ id, startedAt }) => id !== run.id && startedAt <= run.startedAt)
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((past) => ({ past, day: dayOf(past.startedAt) }));
  const context = {
    files: Math.max(run.files ?? 0, median(earlier.flatMap(({ past }) => past.files ?? []))),
    isExplained: (side: Side) =>
      isExplained(
        side,
        run.bytes,
        earlier.flatMap(({ past }) => past.bytes ?? []),
      ),
  };
  const weighed = QUANTITIES.flatMap((quantity) => {
    const value = run[quantity];
    const setting = settings[quantity];
    if (value === null || setting === "off") return [];
    if (setting !== undefined) return beyondBounds(quantity, value, setting);
    const points = earlier.flatMap(({ past, day }) => {
      const known = past[quantity];
      return known === null ? [] : [{ at: past.startedAt, value: known, ...day }];
    });
    return unusual(quantity, { at: run.startedAt, value, ...dayOf(run.startedAt) }, points, context);
  });
  return weighed.sort((a, b) => b.weight - a.weight).map(({ anomaly }) => anomaly);
}

/** What the other quantities say. */
interface Context {
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

function unusual(quantity: Quantity, now: Point, points: readonly Point[], context: Context): Weighed[] {
  const isLower = ({ value }: Point) => value <= now.value * 2;
  const lost = before(points, isLower, ACCEPTED_LOSS_RUNS);
  if (isLoss(quantity, now, lost)) return told(quantity, now, comparable(now, lost));
  const high = before(points, ({ value }) => value >= now.value / 2, ACCEPTED_RUNS);
  if (isBurst(quantity, now, high, context.files)) return told(quantity, now, comparable(now, high));
  const looks = [
    { side: "low", known: before(points, isLower, ACCEPTED_RUNS) },
    { side: "low", known: before(fullDays(now, points), isLower, ACCEPTED_RUNS) },
    { side: "high", known: high },
  ] as const;
  const found = looks.find(({ side, known }) => {
    if (quantity === "seconds" && context.isExplained(side)) return false;
    return isOutside(quantity, side, now, known, comparable(now, known));
  });
  return found === undefined ? [] : told(quantity, now, comparable(now, found.known));
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
function before(points: readonly Point[], isAlike: (point: Point) => boolean, accepted: number): readonly Point[] {
  const row = points.length - 1 - points.findLastIndex((point) => !isAlike(point));
  return row >= accepted ? [] : points.slice(0, points.length - row);
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
