/** A job's newest runs as series to draw, and beside each run what was usual for one like it then. */
import type { Quantity } from "./anomaly-words.ts";
import { calendar, daysOf, median, type Point, quantile } from "./history.ts";
import { endedRuns, isBadRun } from "./runs.ts";
import type { JobFacts, JobSpec } from "./watch.ts";

/** Runs of this weekday alone are compared with once they fell on so many days; nothing is usual before so many runs. */
const SAME_WEEKDAYS_MIN = 5;
const LEARNT_RUNS = 8;

export interface Drawn {
  readonly at: number;
  readonly value: number;
  readonly isBad: boolean;
  /** The middle four fifths of the comparable runs before it; null while too few are known. */
  readonly usual: { readonly low: number; readonly high: number } | null;
}

export interface Series {
  readonly quantity: Quantity;
  readonly points: readonly Drawn[];
  /** What is usual for the next run like the last; null while too few are known. */
  readonly usual: { readonly low: number; readonly high: number; readonly median: number } | null;
}

type Ended = ReturnType<typeof endedRuns>[number];

const VALUES: Record<"seconds" | "bytes" | "files", (run: Ended) => number | undefined> = {
  seconds: ({ startedAt, finishedAt }) => (finishedAt - startedAt) / 1000,
  bytes: ({ bytes }) => bytes,
  files: ({ files }) => files,
};

/** Those of duration, bytes and files that the job's tool tells, from the runs kept among its facts. */
export function seriesOf(spec: JobSpec, facts: JobFacts): Series[] {
  const runs = endedRuns(facts.runs);
  const dayOf = calendar("zone" in spec.schedule ? spec.schedule.zone : "UTC");
  return (["seconds", "bytes", "files"] as const).flatMap((quantity) => {
    const points = runs.flatMap((run): (Point & { isBad: boolean })[] => {
      const value = VALUES[quantity](run);
      return value === undefined
        ? []
        : [{ at: run.startedAt, value, isBad: isBadRun(spec, run), ...dayOf(run.startedAt) }];
    });
    if (points.length === 0) return [];
    const good = points.filter(({ isBad }) => !isBad);
    const drawn = points.map(({ at, value, isBad, weekday }): Drawn => {
      const usual = usualFor(
        weekday,
        good.filter((point) => point.at < at),
      );
      return { at, value, isBad, usual };
    });
    return [{ quantity, points: drawn, usual: usualFor(good.at(-1)?.weekday ?? "", good) }];
  });
}

function usualFor(weekday: string, before: readonly Point[]): Series["usual"] {
  if (before.length < LEARNT_RUNS) return null;
  const same = before.filter((point) => point.weekday === weekday);
  const values = (daysOf(same) >= SAME_WEEKDAYS_MIN ? same : before).map(({ value }) => value);
  return { low: quantile(values, 0.1), high: quantile(values, 0.9), median: median(values) };
}

/** What of the series everybody may see: when runs were and how long they took, and not how much they carried. */
export function publicSeries(series: readonly Series[]): Series[] {
  return series.filter(({ quantity }) => quantity === "seconds");
}
