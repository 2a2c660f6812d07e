/** When is a value unusual? Pure numbers; which runs it is compared with is decided in anomaly.ts. */
import type { Quantity } from "./anomaly-words.ts";
import { daysOf, isWeekend, median, type Point, quantile, spreadOf } from "./history.ts";

interface Scale {
  /** Under this it is as good as nothing: what is usually no more cannot be lost. */
  readonly trace: number;
  /** About here ratios lose their meaning: three files are not thrice as much as one. */
  readonly grain: number;
  /** A smaller change than this never alarms. */
  readonly least: number;
}

/** In bytes, files, files, seconds. */
const SCALES: Readonly<Record<Quantity, Scale>> = {
  bytes: { trace: 64_000, grain: 10_000, least: 10_000_000 },
  files: { trace: 100, grain: 10, least: 100 },
  deletions: { trace: 1, grain: 1, least: 100 },
  seconds: { trace: 60, grain: 5, least: 600 },
};

/** Nothing is learnt from fewer runs, nor before a whole week was seen: working days differ from weekends. */
const LEARNT_RUNS = 8;
const LEARNT_MS = 7 * 86_400_000;
/** What is much is known only after a month, which may end with a full backup, or after more runs than a month has days. */
const LEARNT_HIGH_RUNS = 50;
const LEARNT_HIGH_MS = 35 * 86_400_000;
const CARRYING_MIN = 5;
/** So many spreads from the middle a run has to be, and by this ratio below or above all runs before. */
const SPREADS = 5;
export const BELOW_ALL = 1.5;
export const ABOVE_ALL = 2;
/** Of normally spread values a tenth lies further out than so many spreads. */
const TENTH_IN_SPREADS = 1.2816;
/** Spread of logarithms that is always granted: a tenth more or less is nothing. */
const SPREAD_MIN = 0.1;

const LOSS_SHARE = 0.1;
const LOSS_DAYS = 3;
/** And no more may be left than this share of the smallest run ever; of unsteady runs the other. */
const LEFT_SHARE = 0.5;
const LEFT_SHARE_UNSTEADY = 0.2;
/** Runs are steady when the smallest is at least this share of the largest; of others it takes six weeks to know them. */
const STEADY_SHARE = 0.8;
const UNSTEADY_RUNS = 42;

const BURST_RATIO = 5;
/** Deletions are a burst from this share of the files on; of a young job from the other, and not below so many. */
const BURST_SHARE = 0.1;
const BURST_SHARE_YOUNG = 0.5;
const BURST_LEAST_YOUNG = 1000;

export type Side = "low" | "high";

/** As good as nothing: no spread explains a first quiet day, so it is judged as a loss alone. */
export function isNothing(quantity: Quantity, { value }: Point): boolean {
  return quantity !== "seconds" && value < SCALES[quantity].trace;
}

/** Nothing or less than a tenth, where every run had carried something: this is known after a few runs. */
export function isLoss(quantity: Quantity, now: Point, points: readonly Point[]): boolean {
  if (quantity !== "bytes" && quantity !== "files") return false;
  const kin = points.filter((point) => isWeekend(point) === isWeekend(now));
  if (daysOf(kin) < LOSS_DAYS) return false;
  const [values, least] = [valuesOf(kin), Math.min(...valuesOf(points))];
  if (least < SCALES[quantity].trace || now.value > median(values) * LOSS_SHARE) return false;
  if (Math.min(...values) >= Math.max(...values) * STEADY_SHARE) return now.value <= least * LEFT_SHARE;
  return points.length >= UNSTEADY_RUNS && now.value <= least * LEFT_SHARE_UNSTEADY;
}

/** Far from the comparable runs, and outside of all that was seen. Deletions are judged by `isBurst`. */
export function isOutside(
  quantity: Quantity,
  side: Side,
  now: Point,
  points: readonly Point[],
  among: readonly Point[],
): boolean {
  const { trace, grain, least } = SCALES[quantity];
  const alike = among.filter(carries);
  if (quantity === "deletions" || !isLearnt(now, points) || alike.length < CARRYING_MIN) return false;
  const usual = median(valuesOf(alike));
  if (Math.abs(now.value - usual) < least) return false;
  if (spreadsFrom(now, points.filter(carries), alike, grain, side) < SPREADS) return false;
  if (side === "high") return isLearntHigh(now, points) && now.value > ABOVE_ALL * Math.max(...valuesOf(points));
  const smallest = Math.min(...valuesOf(points));
  return smallest >= trace && now.value < smallest / BELOW_ALL;
}

function carries({ value }: Point): boolean {
  return value > 0;
}

function valuesOf(points: readonly Point[]): number[] {
  return points.map(({ value }) => value);
}

function isLearnt(now: Point, points: readonly Point[]): boolean {
  return points.length >= LEARNT_RUNS && now.at - (points[0]?.at ?? now.at) >= LEARNT_MS;
}

function isLearntHigh(now: Point, points: readonly Point[]): boolean {
  return points.length >= LEARNT_HIGH_RUNS || now.at - (points[0]?.at ?? now.at) >= LEARNT_HIGH_MS;
}

/** How many spreads lie between the value and the middle of the comparable runs, towards `side`. */
function spreadsFrom(
  now: Point,
  carrying: readonly Point[],
  alike: readonly Point[],
  grain: number,
  side: Side,
): number {
  const logOf = ({ value }: Point) => Math.log(value + grain);
  const logs = alike.map(logOf);
  const middle = median(logs);
  const [sign, tail] = side === "high" ? [1, 0.9] : [-1, 0.1];
  // The middle distance knows nothing of a minority that is far out time and again, such as the runs of working hours.
  const outer = Math.abs(quantile(logs, tail) - middle) / TENTH_IN_SPREADS;
  const spread = Math.max(SPREAD_MIN, outer, spreadOf(logs.map((log) => log - middle)), dailySpread(carrying, logOf));
  return (sign * (logOf(now) - middle)) / spread;
}

/** The spread of all runs, each around the middle of its own weekday: a handful of Mondays may be alike by chance. */
function dailySpread(points: readonly Point[], logOf: (point: Point) => number): number {
  const days = [...Map.groupBy(points, ({ weekday }) => weekday).values()].filter((day) => day.length > 1);
  const residuals = days.flatMap((day) => {
    const middle = median(day.map(logOf));
    // A few lie closer to their own middle than they are spread.
    return day.map((point) => (logOf(point) - middle) * Math.sqrt(day.length / (day.length - 1)));
  });
  return spreadOf(residuals);
}

/** Far more deletions than ever, and a good part of all files. */
export function isBurst(quantity: Quantity, now: Point, points: readonly Point[], files: number): boolean {
  if (quantity !== "deletions" || daysOf(points) < LOSS_DAYS) return false;
  const learnt = isLearnt(now, points) && isLearntHigh(now, points);
  const most = Math.max(...valuesOf(points));
  const [share, least] = learnt ? [BURST_SHARE, SCALES.deletions.least] : [BURST_SHARE_YOUNG, BURST_LEAST_YOUNG];
  if (now.value < least || now.value < files * share || (files === 0 && !learnt)) return false;
  if (now.value >= BURST_RATIO * most) return true;
  const deleting = points.filter(carries);
  if (deleting.length < CARRYING_MIN || !learnt) return false;
  return (
    now.value > ABOVE_ALL * most && spreadsFrom(now, deleting, deleting, SCALES.deletions.grain, "high") >= SPREADS
  );
}

/** A run that carried more than most takes longer, and one that carried less is quicker: its size speaks for it. */
export function isExplained(side: Side, bytes: number | null, earlier: readonly number[]): boolean {
  if (bytes === null || earlier.length === 0) return false;
  return side === "high" ? bytes > quantile(earlier, 0.9) : bytes < quantile(earlier, 0.1);
}
