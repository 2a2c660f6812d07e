/**
 * Is a finished run unusual beside the job's own earlier good runs? Sizes are compared by their ratios (in logarithms), since
 * that is how backups vary. A false alarm is worse here than a late one: what is unusual has to lie outside of all that was
 * seen, and outside of what the spread among the runs explains. docs/decisions/0007 gives the rules in words.
 */
import type { AnomalySettings } from "../../protocol/anomalies.ts";
import { isBurst, isLoss, isOutside } from "./anomaly-rules.ts";
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
  return QUANTITIES.flatMap((quantity) => {
    const value = run[quantity];
    const setting = settings[quantity];
    if (value === null || setting === "off") return [];
    if (setting !== undefined) return beyondBounds(quantity, value, setting);
    const points = earlier.flatMap(({ past, day }) => {
      const known = past[quantity];
      return known === null ? [] : [{ at: past.startedAt, value: known, ...day }];
    });
    const files = Math.max(run.files ?? 0, median(earlier.flatMap(({ past }) => past.files ?? [])));
    return unusual(quantity, { at: run.startedAt, value, ...dayOf(run.startedAt) }, points, files);
  })
    .sort((a, b) => b.weight - a.weight)
    .map(({ anomaly }) => anomaly);
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

function unusual(quantity: Quantity, now: Point, points: readonly Point[], files: number): Weighed[] {
  const lost = before(points, ({ value }) => value <= now.value * 2, ACCEPTED_LOSS_RUNS);
  if (isLoss(quantity, now, lost)) return told(quantity, now, lost);
  const low = before(points, ({ value }) => value <= now.value * 2, ACCEPTED_RUNS);
  if (isOutside(quantity, "low", now, low, comparable(now, low))) return told(quantity, now, low);
  const high = before(points, ({ value }) => value >= now.value / 2, ACCEPTED_RUNS);
  if (isOutside(quantity, "high", now, high, comparable(now, high))) return told(quantity, now, high);
  return isBurst(quantity, now, high, files) ? told(quantity, now, high) : [];
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

function told(quantity: Quantity, now: Point, points: readonly Point[]): Weighed[] {
  const among = comparable(now, points);
  const values = among.map(({ value }) => value);
  const usual = {
    median: median(values),
    low: quantile(values, 0.1),
    high: quantile(values, 0.9),
    runs: values.length,
  };
  const weekday = among.length < points.length ? now.weekday : null;
  const text = sayUsual(quantity, now.value, usual, weekday);
  return [weighed({ quantity, value: now.value, usual, text }, usual.median)];
}
