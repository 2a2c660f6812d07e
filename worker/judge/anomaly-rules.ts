/** When is a value unusual? Pure numbers; which runs it is compared with is decided in anomaly.ts. */
import type { Quantity } from "./anomaly-words.ts";
import { daysOf, isWeekend, median, type Point, spreadOf } from "./history.ts";

interface Scale {
  /** Under this it is as good as nothing: what is usually no more cannot be lost. */
  readonly trace: number;
  /** A smaller change than this never alarms. */
  readonly least: number;
}

/** In bytes, files, files, seconds. */
const SCALES: Readonly<Record<Quantity, Scale>> = {
  bytes: { trace: 64_000, least: 10_000_000 },
  files: { trace: 100, least: 100 },
  deletions: { trace: 1, least: 100 },
  seconds: { trace: 60, least: 600 },
};

/** Nothing is learnt from fewer runs, nor before a whole week was seen: working days differ from weekends. */
const LEARNT_RUNS = 8;
const LEARNT_MS = 7 * 86_400_000;
const CARRYING_MIN = 5;
/** So many spreads from the middle a run has to be, and by this ratio outside of all runs before. */
const SPREADS = 5;
const OUTSIDE = 1.5;
/** Spread of logarithms that is always granted: a tenth more or less is nothing. */
const SPREAD_MIN = 0.1;
/** A weekday that carries so many times the usual (a weekly full backup) is held to its own kind. */
const FULL_DAY = 3;

const LOSS_SHARE = 0.1;
const LOSS_DAYS = 3;
/** Runs are steady when the smallest is at least this share of the largest; of others it takes two weeks to know them. */
const STEADY_SHARE = 0.25;
const UNSTEADY_RUNS = 14;

const BURST_RATIO = 5;
/** Deletions are a burst from this share of the files on; of a young job from the other. */
const BURST_SHARE = 0.1;
const BURST_SHARE_YOUNG = 0.5;

type Side = "low" | "high";

/** Nothing or less than a tenth, where every run had carried something: this is known after a few runs. */
export function isLoss(quantity: Quantity, now: Point, points: readonly Point[]): boolean {
  if (quantity !== "bytes" && quantity !== "files") return false;
  const kin = points.filter((point) => isWeekend(point) === isWeekend(now)).map(({ value }) => value);
  const least = Math.min(...points.map(({ value }) => value));
  if (daysOf(points.filter((point) => isWeekend(point) === isWeekend(now))) < LOSS_DAYS) return false;
  if (least < SCALES[quantity].trace || now.value > least / 2 || now.value > median(kin) * LOSS_SHARE) return false;
  return Math.min(...kin) >= Math.max(...kin) * STEADY_SHARE || kin.length >= UNSTEADY_RUNS;
}

/** Far from the comparable runs, and outside of all that was seen. Deletions are judged by `isBurst`. */
export function isOutside(
  quantity: Quantity,
  side: Side,
  now: Point,
  points: readonly Point[],
  among: readonly Point[],
): boolean {
  const { trace, least } = SCALES[quantity];
  const carrying = points.filter(({ value }) => value >= trace);
  const alike = among.filter(({ value }) => value >= trace);
  const span = now.at - (points[0]?.at ?? now.at);
  if (quantity === "deletions" || points.length < LEARNT_RUNS || span < LEARNT_MS) return false;
  if (alike.length < CARRYING_MIN) return false;
  const usual = median(alike.map(({ value }) => value));
  if (Math.abs(now.value - usual) < least || spreadsFrom(now, carrying, alike, trace, side) < SPREADS) return false;
  if (side === "high") return now.value > OUTSIDE * Math.max(...points.map(({ value }) => value));
  const full = usual >= FULL_DAY * median(carrying.map(({ value }) => value));
  return now.value < Math.min(...(full ? among : points).map(({ value }) => value)) / OUTSIDE;
}

/** How many spreads lie between the value and the middle of the comparable runs, towards `side`. */
function spreadsFrom(
  now: Point,
  carrying: readonly Point[],
  alike: readonly Point[],
  trace: number,
  side: Side,
): number {
  const middle = median(alike.map(({ value }) => Math.log(value)));
  const distance = Math.log(Math.max(now.value, trace)) - middle;
  return (
    (side === "high" ? distance : -distance) / Math.max(SPREAD_MIN, ownSpread(alike, middle), dailySpread(carrying))
  );
}

function ownSpread(alike: readonly Point[], middle: number): number {
  return spreadOf(alike.map(({ value }) => Math.log(value) - middle));
}

/** The spread of all runs, each around the middle of its own weekday: a handful of Mondays may be alike by chance. */
function dailySpread(points: readonly Point[]): number {
  const days = Map.groupBy(points, ({ weekday }) => weekday);
  const residuals = [...days.values()].flatMap((day) => {
    const logs = day.map(({ value }) => Math.log(value));
    const middle = median(logs);
    // Around their own middle a few lie closer than they are apart.
    const wider = day.length > 1 ? Math.sqrt(day.length / (day.length - 1)) : 0;
    return wider === 0 ? [] : logs.map((log) => (log - middle) * wider);
  });
  return spreadOf(residuals);
}

/** Far more deletions than ever, and a good part of all files. */
export function isBurst(quantity: Quantity, now: Point, points: readonly Point[], files: number): boolean {
  if (quantity !== "deletions" || daysOf(points) < LOSS_DAYS) return false;
  const learnt = points.length >= LEARNT_RUNS && now.at - (points[0]?.at ?? now.at) >= LEARNT_MS;
  const most = Math.max(...points.map(({ value }) => value));
  const share = learnt ? BURST_SHARE : BURST_SHARE_YOUNG;
  if (now.value < SCALES.deletions.least || now.value < files * share || (files === 0 && !learnt)) return false;
  const deleting = points.filter(({ value }) => value >= SCALES.deletions.trace);
  if (now.value >= BURST_RATIO * most) return true;
  if (deleting.length < CARRYING_MIN || !learnt) return false;
  return now.value > OUTSIDE * most && spreadsFrom(now, deleting, deleting, SCALES.deletions.trace, "high") >= SPREADS;
}
