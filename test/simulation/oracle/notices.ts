/**
 * Rules: what the monitor says of itself. Its owner is told once of each time in which nobody looked, and once of a clock that
 * stopped while the other went on, and once that it is back; and of nothing that was not so.
 */
import type { History, Message, Problem } from "../history.ts";
import type { Clocks } from "./clocks.ts";
import { healthySpells, limitOf } from "./delivered.ts";
import type { Spell } from "./steps.ts";
import { BLIND_AFTER_MS, BLIND_MAYBE_AFTER_MS, MINUTE, ROUNDING_MS, SWEEP_LASTS_MS } from "./tolerances.ts";
import { at as moment } from "./words.ts";

const MONITOR = "monitor";
/** The last sweep before a stop was up to a minute before it, one more when one of the clocks stood. */
const SWEPT_BEFORE_MS = 3 * MINUTE;
/** A clock that stands for a quarter of an hour is told, five minutes later when the other may have stopped as well. */
const STANDING_MS = 15 * MINUTE;
const IN_DOUBT_MS = 5 * MINUTE;
/** A clock that may go on does so within a minute of its own, of the other's sweep that sets it, and of the sweep that tells. */
const BACK_WITHIN_MS = 3 * MINUTE;

const SILENCE = /^clock-.*-silent@/;

type Clock = "cron" | "object";

export function noticeProblems(history: History, clocks: Clocks): Problem[] {
  const told = history.messages.filter(({ root, kind }) => root === MONITOR && kind === "notice");
  const standing = (["cron", "object"] as const).map((clock) => [clock, standingOf(history, clock)] as const);
  return [
    ...blindUntold(history, clocks, told),
    ...blindFalse(clocks, told),
    ...blindTwice(clocks, told),
    ...standing.flatMap(([clock, spells]) => clockUntold(history, clocks, told, clock, spells)),
    ...standing.flatMap(([clock, spells]) => clockFalse(told, clock, spells)),
    ...again(told),
  ];
}

function problem(kind: Problem["kind"], at: number, text: string): Problem {
  return { kind, at, site: "", subject: MONITOR, text };
}

/** A standstill: stops between which a heartbeat or a visit looked once. It is told by its first long pause. */
function standstills({ stops }: Clocks): Spell[][] {
  const found: Spell[][] = [];
  for (const stop of stops) {
    const last = found.at(-1)?.at(-1);
    if (last !== undefined && stop.from - last.until <= ROUNDING_MS) found.at(-1)?.push(stop);
    else found.push([stop]);
  }
  return found;
}

function blindUntold(history: History, clocks: Clocks, told: readonly Message[]): Problem[] {
  return standstills(clocks).flatMap((stops) => {
    // Sweeps are dated by what began them: the last one before it may have ended later than it is dated.
    const first = stops.find(({ from, until }) => until - from > BLIND_AFTER_MS + SWEEP_LASTS_MS);
    if (first === undefined) return [];
    const { from, until } = first;
    const ours = told.filter(
      ({ incidentId, openedAt }) =>
        incidentId.startsWith("blind@") &&
        openedAt >= (stops[0] ?? first).from - SWEPT_BEFORE_MS &&
        openedAt <= from + ROUNDING_MS,
    );
    const words = `that nobody looked from ${moment(from)} to ${moment(until)}`;
    return untold(history, clocks, ours, until, words);
  });
}

/** Channels that were not told by when they had to be. */
function untold(history: History, clocks: Clocks, ours: readonly Message[], at: number, words: string): Problem[] {
  return history.channels.flatMap((channel) => {
    const limit = limitOf({ noticedAt: at, closedAt: null }, healthySpells(history, channel), clocks);
    const tookAt = Math.min(...ours.filter((one) => one.channel === channel).map((one) => one.at));
    if (limit >= history.endAt || tookAt <= limit) return [];
    const end = Number.isFinite(tookAt) ? `was told at ${moment(tookAt)}` : "never was";
    const kind = Number.isFinite(tookAt) ? "late" : "missed";
    return [problem(kind, limit, `${channel} had to be told by ${moment(limit)} ${words}, and ${end}`)];
  });
}

function blindFalse({ stops }: Clocks, told: readonly Message[]): Problem[] {
  return told.flatMap(({ at, incidentId, openedAt, writtenAt, title }) => {
    if (!incidentId.startsWith("blind@")) return [];
    const within = ({ from, until }: Spell) => Math.min(until, writtenAt) - Math.max(from, openedAt);
    if (stops.some((stop) => within(stop) > BLIND_MAYBE_AFTER_MS)) return [];
    return [problem("false_alarm", at, `"${title}", from ${moment(openedAt)}: sweeps could run all the time`)];
  });
}

/**
 * A standstill is one notice, however often a heartbeat looked in it. One more may tell of the pause before its end, if the
 * silence of the clocks was not told before.
 */
function blindTwice(clocks: Clocks, told: readonly Message[]): Problem[] {
  return standstills(clocks).flatMap((stops) => {
    const [from, until] = [stops[0]?.from ?? 0, stops.at(-1)?.until ?? 0];
    const ours = told.filter(({ openedAt }) => openedAt >= from - SWEPT_BEFORE_MS && openedAt < until - ROUNDING_MS);
    const blind = ours.filter(({ incidentId }) => incidentId.startsWith("blind@"));
    const begins = new Set(blind.map(({ openedAt }) => openedAt));
    const silence = ours.some(({ incidentId, openedAt }) => SILENCE.test(incidentId) && openedAt < Math.max(...begins));
    if (begins.size <= (silence ? 1 : 2)) return [];
    const text = `the time without sweeps from ${moment(from)} to ${moment(until)} was told ${begins.size} times`;
    return [problem("duplicate", until, text)];
  });
}

function standingOf({ happenings, endAt }: History, clock: Clock): Spell[] {
  const spells: Spell[] = [];
  let from: number | null = null;
  for (const happening of happenings) {
    if (happening.kind !== "clock_ticks" || happening.clock !== clock) continue;
    if (!happening.ticking) from ??= happening.at;
    else if (from !== null) {
      spells.push({ from, until: happening.at });
      from = null;
    }
  }
  if (from !== null) spells.push({ from, until: endAt });
  return spells;
}

const about = (told: readonly Message[], clock: Clock, what: "silent" | "back") =>
  told.filter(({ incidentId }) => new RegExp(`^clock-.*${clock}.*-${what}@`).test(incidentId));

/** Of a clock that stood while sweeps went on all the time; where they did not, the blind interval is told. */
function clockUntold(
  history: History,
  clocks: Clocks,
  told: readonly Message[],
  clock: Clock,
  spells: readonly Spell[],
): Problem[] {
  return spells.flatMap(({ from, until }) => {
    const dueAt = from + STANDING_MS + IN_DOUBT_MS;
    const looked = (since: number, to: number) => !clocks.stops.some((stop) => stop.from < to && stop.until > since);
    if (dueAt + 2 * MINUTE >= until || !looked(from - SWEPT_BEFORE_MS, dueAt + 2 * MINUTE)) return [];
    const silent = about(told, clock, "silent").filter(
      ({ openedAt }) => openedAt >= from - SWEPT_BEFORE_MS && openedAt <= from + ROUNDING_MS,
    );
    const missing = untold(history, clocks, silent, dueAt, `that the ${clock} clock stood since ${moment(from)}`);
    if (missing.length > 0 || until >= history.endAt || !looked(until, until + BACK_WITHIN_MS)) return missing;
    if (standsAgain(spells, until) || !aloneAt(history, clock, until)) return [];
    const back = about(told, clock, "back").filter(({ writtenAt }) => writtenAt >= until);
    return untold(history, clocks, back, until + BACK_WITHIN_MS, `that the ${clock} clock went on at ${moment(until)}`);
  });
}

function standsAgain(spells: readonly Spell[], at: number): boolean {
  return spells.some(({ from }) => from >= at && from <= at + BACK_WITHIN_MS);
}

/** Whether the other clock ticks then. */
function aloneAt(history: History, clock: Clock, at: number): boolean {
  const other = clock === "cron" ? "object" : "cron";
  return !standingOf(history, other).some(({ from, until }) => from <= at + BACK_WITHIN_MS && until >= at);
}

function clockFalse(told: readonly Message[], clock: Clock, spells: readonly Spell[]): Problem[] {
  const stood = (openedAt: number, writtenAt: number) =>
    spells.some(
      ({ from, until }) => Math.min(until, writtenAt) - Math.max(from, openedAt) >= STANDING_MS - SWEPT_BEFORE_MS,
    );
  return about(told, clock, "silent").flatMap(({ at, openedAt, writtenAt, title }) =>
    stood(openedAt, writtenAt) ? [] : [problem("false_alarm", at, `"${title}": the ${clock} clock did not stand`)],
  );
}

/** The same notice twice, but where a channel's yes was lost; or two notices of one time. */
function again(told: readonly Message[]): Problem[] {
  return told.flatMap((message, index) => {
    const before = told
      .slice(0, index)
      .filter(({ channel, incidentId }) => channel === message.channel && incidentId === message.incidentId);
    const lost = before.filter(({ recordLost, key }) => recordLost && key === message.key).length;
    if (before.length <= lost) return [];
    return [problem("duplicate", message.at, `${message.channel} was told again: "${message.title}"`)];
  });
}
