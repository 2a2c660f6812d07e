/**
 * What may go wrong, by name, how often and for how long. Faults come in episodes, each drawn from its own chance, so that
 * leaving one out moves no other: a story can be shortened by dropping episodes.
 */
import { chanceOf } from "./chance.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Whom a fault befalls. */
type Reach = "site" | "host" | "virtual" | "job" | "copying" | "bearing" | "pool" | "cloud";

interface Kind {
  readonly reach: Reach;
  /** Episodes a year for each of those it may befall. */
  readonly perYear: number;
  /** How long one lasts, from and to, in milliseconds; most are short. */
  readonly lasts: readonly [number, number];
}

/** Every fault there is, by the name that `--faults` takes. */
export const FAULTS = {
  /** The site's line to the world is cut. */
  wan: { reach: "site", perYear: 10, lasts: [2 * MINUTE, 2 * DAY] },
  /** Some requests never arrive. */
  loss: { reach: "site", perYear: 6, lasts: [HOUR, 2 * DAY] },
  /** Some requests arrive twice. */
  duplicate: { reach: "site", perYear: 6, lasts: [HOUR, 3 * DAY] },
  /** Some requests arrive late, after others that were sent later. */
  delay: { reach: "site", perYear: 6, lasts: [HOUR, 3 * DAY] },
  /** The worker wrote, and its answer is lost. */
  unanswered: { reach: "site", perYear: 6, lasts: [HOUR, 2 * DAY] },
  /** The power of the whole site goes. */
  blackout: { reach: "site", perYear: 4, lasts: [MINUTE, DAY] },
  /** One host loses its power. */
  power: { reach: "host", perYear: 4, lasts: [MINUTE, 2 * DAY] },
  /** A host loses its power at some step of its next run, and is back when the episode ends. */
  crash: { reach: "host", perYear: 6, lasts: [12 * HOUR, 26 * HOUR] },
  /** The pusher is killed at some step of its next run; the host, and the program it started, go on. */
  kill: { reach: "host", perYear: 6, lasts: [12 * HOUR, 26 * HOUR] },
  /** A host is restarted by the book. */
  reboot: { reach: "host", perYear: 8, lasts: [MINUTE, 10 * MINUTE] },
  /** A host's clock is wrong for a while. */
  clock: { reach: "host", perYear: 3, lasts: [10 * MINUTE, DAY] },
  /** A virtual machine is put back to a snapshot of its disk. */
  rollback: { reach: "virtual", perYear: 2, lasts: [5 * MINUTE, HOUR] },
  /** Its owner silences the site or a part of it: no fault, but what fails meanwhile is told at the end. */
  silence: { reach: "site", perYear: 6, lasts: [10 * MINUTE, 2 * DAY] },
  /** No fault either: its owner acknowledges or snoozes what is told of it. */
  answer: { reach: "site", perYear: 12, lasts: [HOUR, 8 * DAY] },
  job_fails: { reach: "job", perYear: 4, lasts: [HOUR, 3 * DAY] },
  job_warns: { reach: "copying", perYear: 3, lasts: [HOUR, 2 * DAY] },
  job_hangs: { reach: "copying", perYear: 2, lasts: [HOUR, 2 * DAY] },
  /** It fails when only the marker was copied: of what is carried from where it is born. */
  cut_off: { reach: "bearing", perYear: 3, lasts: [HOUR, 4 * DAY] },
  /** Exit 0, and nothing was copied. */
  copies_nothing: { reach: "copying", perYear: 3, lasts: [HOUR, 4 * DAY] },
  /** Exit 0, and what was copied is days old. */
  copies_stale: { reach: "copying", perYear: 3, lasts: [HOUR, 4 * DAY] },
  /** Disks of a pool drop out. */
  disks: { reach: "pool", perYear: 3, lasts: [HOUR, 5 * DAY] },
  /** A call of the database fails, and nothing was written. */
  d1_before: { reach: "cloud", perYear: 5, lasts: [2 * MINUTE, 8 * HOUR] },
  /** A call of the database fails, and all was written. */
  d1_after: { reach: "cloud", perYear: 5, lasts: [2 * MINUTE, 8 * HOUR] },
  /** The worker dies between any two statements. */
  death: { reach: "cloud", perYear: 6, lasts: [HOUR, DAY] },
  /** One of the two clocks stops. */
  one_clock: { reach: "cloud", perYear: 6, lasts: [10 * MINUTE, 4 * DAY] },
  /** Both clocks stop; only heartbeats start sweeps. */
  clocks: { reach: "cloud", perYear: 4, lasts: [2 * MINUTE, 3 * DAY] },
  /** The worker answers nothing and sweeps nothing. */
  worker: { reach: "cloud", perYear: 4, lasts: [2 * MINUTE, DAY] },
  /** Both clocks tick at the same instant. */
  two_sweeps: { reach: "cloud", perYear: 8, lasts: [10 * MINUTE, 4 * HOUR] },
  /** A channel fails, hangs, answers 500, or takes the message and loses its yes. */
  channel: { reach: "cloud", perYear: 16, lasts: [10 * MINUTE, 2 * DAY] },
} as const satisfies Readonly<Record<string, Kind>>;

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS: readonly FaultKind[] = Object.keys(FAULTS).filter(isFaultKind);

export function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(FAULTS, name);
}

/** Somebody or something that faults may befall. */
export interface Target {
  readonly reach: Reach;
  /** Null for the cloud. */
  readonly site: string | null;
  /** Host, job or pool; empty for a site and the cloud. */
  readonly name: string;
}

export interface Episode {
  /** Which it is among all of its stretch, whatever is left out. */
  readonly number: number;
  readonly kind: FaultKind;
  readonly target: Target;
  readonly fromAt: number;
  readonly untilAt: number;
}

/** All episodes of a stretch between two instants, in order of their begin. Of one kind and target none overlap. */
export function episodesOf(
  seed: number,
  targets: readonly Target[],
  kinds: readonly FaultKind[],
  fromAt: number,
  untilAt: number,
): Episode[] {
  const drawn = kinds.flatMap((kind) => {
    const { reach, perYear, lasts } = FAULTS[kind];
    const hit = targets.filter((target) => target.reach === reach);
    return hit.flatMap((target) => draw(seed, kind, target, perYear, lasts, fromAt, untilAt));
  });
  drawn.sort((a, b) => a.fromAt - b.fromAt);
  return drawn.map((episode, number) => ({ ...episode, number }));
}

function draw(
  seed: number,
  kind: FaultKind,
  target: Target,
  perYear: number,
  [least, most]: readonly [number, number],
  fromAt: number,
  endAt: number,
): Omit<Episode, "number">[] {
  const chance = chanceOf(seed, `episodes/${kind}/${target.site ?? ""}/${target.name}`);
  const episodes: Omit<Episode, "number">[] = [];
  for (let at = fromAt + chance.gap(YEAR / perYear); at < endAt; at += chance.gap(YEAR / perYear)) {
    // Short ones are many, long ones few: the logarithm is even.
    const untilAt = Math.min(endAt, at + least * (most / least) ** chance.next());
    episodes.push({ kind, target, fromAt: Math.ceil(at), untilAt: Math.ceil(untilAt) });
    at = untilAt + HOUR;
  }
  return episodes;
}
