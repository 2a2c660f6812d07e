/**
 * Which readings are bad, and how bad. A number is judged by the plan's levels or the built-in ones (levels.ts), with
 * hysteresis: what was bad stays so until it is beyond the clear level. The host's own verdict counts beside the built-in
 * levels, the worse of the two holds; only the plan's own level for a reading takes the place of both.
 */
import type { Reading } from "../../protocol/heartbeat.ts";
import type { Threshold, Thresholds } from "../../protocol/thresholds.ts";
import { type Levels, levelsOf, stateVerdict } from "./levels.ts";

export type BadVerdict = "warning" | "critical";

export interface BadReading {
  readonly name: string;
  readonly verdict: BadVerdict;
  readonly text: string;
}

type Bad = Pick<BadReading, "name" | "verdict">;

/**
 * Every bad reading, worst first. `bad` are the readings that were bad at the last judgement: those clear only beyond
 * their clear level. `thresholds` are the plan's, by reading name.
 */
export function badReadings(
  readings: readonly Reading[],
  bad: readonly Bad[],
  thresholds: Thresholds = {},
): BadReading[] {
  const was = new Map(bad.map(({ name, verdict }) => [name, verdict]));
  return readings
    .flatMap((reading): BadReading[] => {
      const planned = Object.hasOwn(thresholds, reading.name) ? thresholds[reading.name] : undefined;
      const judged = judge(reading, was.get(reading.name) ?? null, planned);
      return judged === null ? [] : [{ name: reading.name, ...judged }];
    })
    .sort((a, b) => rank(b.verdict) - rank(a.verdict));
}

type Judged = Omit<BadReading, "name">;

function judge(reading: Reading, was: BadVerdict | null, planned: Threshold | undefined): Judged | null {
  const { name, value, verdict, text } = reading;
  const told = verdict === "ok" ? null : verdict;
  if (typeof value === "string") return judgedAs(worse(told, stateVerdict(name, value)), text);
  const builtIn = levelsOf(name);
  const levels = judgingOf(planned, builtIn);
  if (levels === null) return judgedAs(told, text);
  const found = byLevels(value, levels, was);
  // What a host calls critical may be more than its number says: one lost file weighs more than a hundred mended errors.
  const host = planned === undefined || told === "critical" ? told : null;
  if (found === null || rank(found) <= rank(host)) return judgedAs(host, text);
  return judgedAs(found, `${text}; ${why(value, found, levels, reading.unit ?? builtIn?.unit ?? "")}`);
}

function judgedAs(verdict: BadVerdict | null, text: string): Judged | null {
  return verdict === null ? null : { verdict, text };
}

function rank(verdict: BadVerdict | null): number {
  return verdict === null ? 0 : verdict === "warning" ? 1 : 2;
}

function worse(a: BadVerdict | null, b: BadVerdict | null): BadVerdict | null {
  return rank(a) >= rank(b) ? a : b;
}

/** Levels as they are judged by. Once bad, a value is well again only `gap` and more beyond the level. */
interface Judging extends Pick<Levels, "worse" | "warning" | "critical"> {
  readonly gap: number;
}

/** The plan's levels, the built-in ones, or both: what the plan leaves out is filled from the table as far as it fits. */
function judgingOf(planned: Threshold | undefined, builtIn: Levels | null): Judging | null {
  if (planned === undefined) return builtIn === null ? null : { ...builtIn, gap: gapOf(builtIn, builtIn.worse) };
  const side = builtIn?.worse ?? sideOf(planned);
  const gap = planned.clear === undefined && builtIn !== null ? gapOf(builtIn, side) : gapOf(planned, side);
  return { worse: side, warning: planned.warning, critical: planned.critical ?? spareCritical(planned, builtIn), gap };
}

/** The built-in critical level, unless the plan's warning only begins there. */
function spareCritical({ warning }: Threshold, builtIn: Levels | null): number | undefined {
  if (warning === undefined || builtIn?.critical === undefined) return undefined;
  return signOf(builtIn.worse) * (builtIn.critical - warning) > 0 ? builtIn.critical : undefined;
}

/** Of a reading that the table does not know, the plan's own levels tell which side is bad; else the high one. */
function sideOf({ warning, critical, clear }: Threshold): Levels["worse"] {
  const [good, bad] = [clear ?? warning, critical ?? warning];
  return good !== undefined && bad !== undefined && bad < good ? "below" : "above";
}

function gapOf({ warning, critical, clear }: Threshold, side: Levels["worse"]): number {
  const level = warning ?? critical;
  return level === undefined || clear === undefined ? 0 : Math.max(0, signOf(side) * (level - clear));
}

function signOf(side: Levels["worse"]): 1 | -1 {
  return side === "above" ? 1 : -1;
}

function byLevels(value: number, { worse: side, warning, critical, gap }: Judging, was: BadVerdict | null) {
  const reached = (level: number | undefined, held: boolean) =>
    level !== undefined && signOf(side) * (value - level) >= (held ? -gap : 0);
  if (reached(critical, was === "critical")) return "critical";
  return reached(warning, was !== null) ? "warning" : null;
}

/** Which level made it bad, or keeps it so: the host's text may say nothing of it. */
function why(value: number, found: BadVerdict, levels: Judging, unit: string): string {
  const { worse: side, gap } = levels;
  const level = (found === "critical" ? levels.critical : levels.warning) ?? 0;
  const [up, below] = side === "above" ? ["up", "below"] : ["down", "above"];
  const shown = (of: number) => `${of}${unit === "" ? "" : ` ${unit}`}`;
  if (signOf(side) * (value - level) >= 0) return `${found} from ${shown(level)} ${up}`;
  return `still ${found}: it clears ${below} ${shown(level - signOf(side) * gap)}`;
}
