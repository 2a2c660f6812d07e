/**
 * Series of runs as real jobs make them, from a seed: sizes that vary by ratios, working days and weekends, growth, quiet
 * days, weekly and monthly full backups. No run of them is an incident.
 */
import type { RunSize } from "../../worker/judge/anomaly.ts";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Chance = ReturnType<typeof chance>;

/** Between two numbers, each ratio as likely as the next. */
function among(low: number, high: number, next: Chance): number {
  return low * (high / low) ** next();
}

/** A factor around 1 whose logarithm is spread normally. */
function vary(sigma: number, next: Chance): number {
  return Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}

const HOUR = 3_600_000;
/** A Monday. */
const FIRST = Date.parse("2024-01-01T01:30:00Z");

/** How much a job carries, in bytes, at a time that many days after its first run. */
type Amount = (day: number, next: Chance) => number;

interface Kind {
  readonly everyHours: number;
  readonly amount: (next: Chance) => Amount;
  /** What the tool tells as files: all that it looked at, or those that it carried. */
  readonly total: boolean;
}

const isWeekend = (day: number) => Math.floor(day) % 7 >= 5;

/** All of the data every time, as restic and rsync count what they processed. */
const whole = (next: Chance): Amount => {
  const [start, daily] = [among(1e6, 5e12, next), next() * 0.004];
  return (day, each) => start * (1 + daily) ** day * vary(0.01, each);
};

/** What changed since the last run: working days differ from weekends, slow growth, some days carry nothing. */
const changes =
  (sigmaMax: number, quietMin = 0, quietMax = quietMin) =>
  (next: Chance): Amount => {
    const [middle, sigma] = [among(1e5, 1e11, next), 0.2 + next() * (sigmaMax - 0.2)];
    const [weekend, quiet, daily] = [among(0.1, 2, next), quietMin + next() * (quietMax - quietMin), next() * 0.003];
    return (day, each) => {
      const grown = middle * (1 + daily) ** day * (isWeekend(day) ? weekend : 1);
      return each() < quiet ? 0 : grown * vary(sigma, each);
    };
  };

/** A full backup on one day of the week or month, changes on the others. */
const fullEvery =
  (days: number) =>
  (next: Chance): Amount => {
    const small = changes(0.7)(next);
    const [ratio, on] = [among(8, 60, next), Math.floor(next() * days)];
    const full = small(0, next) * ratio;
    return (day, each) => (Math.floor(day) % days === on ? full * vary(0.05, each) : small(day, each));
  };

/** By day a lot, by night hardly anything. */
const officeHours = (next: Chance): Amount => {
  const [inner, night] = [changes(0.8)(next), next() < 0.5 ? 0 : among(0.001, 0.2, next)];
  return (day, each) => inner(day, each) * ((day % 1) * 24 > 7 && (day % 1) * 24 < 18 && !isWeekend(day) ? 1 : night);
};

export const KINDS: Readonly<Record<string, Kind>> = {
  "nightly, all of the data": { everyHours: 24, amount: whole, total: true },
  "nightly, changes": { everyHours: 24, amount: changes(1), total: true },
  "nightly, changes with quiet days": { everyHours: 24, amount: changes(0.8, 0.1, 0.4), total: false },
  "nightly, mostly nothing": {
    everyHours: 24,
    amount: (next) => {
      const [inner, share] = [changes(1)(next), 0.5 + next() * 0.45];
      return (day, each) => (each() < share ? 0 : inner(day, each));
    },
    total: false,
  },
  "nightly, a full one each week": { everyHours: 24, amount: fullEvery(7), total: false },
  "nightly, a full one each month": { everyHours: 24, amount: fullEvery(30), total: false },
  "weekly, changes": { everyHours: 168, amount: changes(0.8), total: true },
  "every six hours": { everyHours: 6, amount: officeHours, total: false },
  hourly: { everyHours: 1, amount: officeHours, total: false },
};

interface Job {
  /** How many files there are at first. */
  readonly total: number;
  readonly run: () => RunSize;
}

/** A job of a kind; each call of `run` is its next. */
export function jobOf(kind: Kind, next: Chance): Job {
  const amount = kind.amount(next);
  const [fileBytes, total, overhead, speed] = [
    among(1e4, 1e7, next),
    among(500, 500_000, next),
    among(2, 600, next),
    among(5e6, 5e8, next),
  ];
  const [deleting, usually] = [next() * 0.8, among(1, total / 500, next)];
  let count = 0;
  const run = () => {
    const day = (count * kind.everyHours) / 24;
    const bytes = Math.round(amount(day, next));
    const carried = Math.ceil((bytes / fileBytes) * (bytes === 0 ? 0 : vary(0.3, next)));
    const deletions = next() < deleting ? Math.round(usually * vary(0.9, next)) : 0;
    count += 1;
    return {
      id: `run-${count}`,
      startedAt: FIRST + day * 24 * HOUR,
      seconds: Math.round((overhead + bytes / speed) * vary(0.2, next)),
      bytes,
      files: kind.total ? Math.round(total * (1 + day * 0.001)) : carried,
      deletions: Math.min(deletions, total),
    };
  };
  return { total, run };
}
