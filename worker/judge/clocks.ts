/**
 * The two clocks, each missed by the sweeps that others start: by the other clock, or, when both stopped, by heartbeats and
 * visits to the page. A clock that was silent for a quarter of an hour in which sweeps went on is told of once, and once
 * when it is back. What nobody could see is no silence of one clock: a time without sweeps is a blind interval.
 */
import type { Alert } from "./say.ts";
import { list, moment, span } from "./words.ts";

export type ClockName = "cron" | "object";
/** Who started a sweep; a request is a heartbeat or a visit to the page. */
export type Starter = ClockName | "request";

/** Either clock comes each minute (the object's alarm at least every ten). */
const CLOCK_SILENT_MS = 900_000;
const IN_DOUBT_MS = 300_000;

/** A heartbeat or a visit to the page starts a sweep itself when the clocks have not for this long. */
const OVERDUE_MS = 90_000;

/** Whether a request at `now` starts a sweep. */
export function sweepIsOverdue(lastSweepAt: number | null, now: number): boolean {
  return lastSweepAt === null || now - lastSweepAt > OVERDUE_MS;
}

/** The Clock object's sweeps are at least this far apart; the longer one where the last could not look at everything. */
const SOON_MS = 1_000;
const AGAIN_MS = 5_000;

/**
 * When the Clock object's alarm, which rang at `now`, rings next: when something is due (null: nothing is known), at the
 * latest at `latestAt`. So a deadline is looked at when it passes, and a backlog goes on at once. `settled`: nothing that was
 * due was left aside.
 */
export function nextAlarmAt(dueAt: number | null, now: number, latestAt: number, settled: boolean): number {
  return Math.min(latestAt, Math.max(dueAt ?? latestAt, now + (settled ? SOON_MS : AGAIN_MS)));
}

export interface ClockFacts {
  /** When it last fired; null when it never did. */
  readonly firedAt: number | null;
  /** When the silence that was told of began; null when none is. */
  readonly silentAt: number | null;
}

export interface Clocks {
  readonly cron: ClockFacts;
  readonly object: ClockFacts;
  /** Since when sweeps follow one another. */
  readonly sinceAt: number;
}

/** What is to be told, and what each clock's `silentAt` becomes. */
export interface ClockNews {
  readonly alert: Alert;
  readonly silentAt: Readonly<Partial<Record<ClockName, number | null>>>;
}

/** News of the clocks that are set up, as a sweep at `now` sees them: of silences that began, of clocks that are back. */
export function clockNews(clocks: Clocks, names: readonly ClockName[], now: number): ClockNews[] {
  const untold = names.filter((name) => clocks[name].silentAt === null && silenceOf(clocks, name, now) !== null);
  const silent = names.some((name) => isInDoubt(clocks, name, now)) ? [] : untold;
  const back = names.filter((name) => {
    const { firedAt, silentAt } = clocks[name];
    return firedAt !== null && silentAt !== null && firedAt > silentAt;
  });
  return [
    ...(silent.length === 0 ? [] : [silentNews(clocks, silent, names, now)]),
    ...(back.length === 0 ? [] : [backNews(clocks, back, now)]),
  ];
}

/** It may have stopped a moment after the other: then both are one notice, so that one waits for it. */
function isInDoubt(clocks: Clocks, name: ClockName, now: number): boolean {
  const { firedAt, silentAt } = clocks[name];
  const quietMs = now - Math.max(firedAt ?? 0, clocks.sinceAt);
  return silentAt === null && quietMs >= IN_DOUBT_MS && quietMs < CLOCK_SILENT_MS;
}

/** Since when a clock is silent, by what sweeps could see; null when it is not. */
function silenceOf(clocks: Clocks, name: ClockName, now: number): number | null {
  const sinceAt = Math.max(clocks[name].firedAt ?? 0, clocks.sinceAt);
  return now - sinceAt >= CLOCK_SILENT_MS ? sinceAt : null;
}

/**
 * True when neither clock has come since sweeps began to follow one another, or it is told of as silent: those are then the
 * sweeps of heartbeats alone, and a longer pause between two of them, or before a clock that comes back, is no new blind
 * interval to tell of, but the same standstill.
 */
export function standStill({ cron, object, sinceAt }: Clocks): boolean {
  return [cron, object].every(({ firedAt, silentAt }) => silentAt !== null || (firedAt ?? 0) < sinceAt);
}

const CALLED: Readonly<Record<ClockName, string>> = { cron: "cron trigger", object: "Clock object" };
const LOOK_AT: Readonly<Record<ClockName, string>> = {
  cron: "Look at the worker's cron triggers at Cloudflare: `crons` in wrangler.toml, and whether the last deployment kept them.",
  object:
    "Look at the Durable Object `Clock` in the worker's logs at Cloudflare: its alarm starts a sweep and sets itself again.",
};

function silentNews(clocks: Clocks, silent: readonly ClockName[], names: readonly ClockName[], now: number): ClockNews {
  const since = silent.map((name) => [name, silenceOf(clocks, name, now) ?? now] as const);
  const first = Math.min(...since.map(([, at]) => at));
  const others = names.filter((name) => now - (clocks[name].firedAt ?? 0) < CLOCK_SILENT_MS);
  const rest =
    others.length > 0
      ? `The ${list(others.map((name) => CALLED[name]))} still starts sweeps, so deadlines are looked at; should it stop too, nobody looks.`
      : "Only heartbeats and visits to the page start sweeps now: when the site goes dark, nobody looks any more.";
  const lines = silent.map((name) => {
    const { firedAt } = clocks[name];
    return `The ${CALLED[name]} ${firedAt === null ? "has never fired" : `has not fired since ${moment(firedAt)}`}. ${LOOK_AT[name]}`;
  });
  return {
    alert: {
      ...monitorNotice(`clock-${silent.join("-")}-silent@${first}`, first, now),
      title: `Tierwatch: ${called(silent)} ${silent.length > 1 ? "have" : "has"} not fired for ${span(now - first)}`,
      lines: [...lines, rest],
    },
    silentAt: Object.fromEntries(since),
  };
}

function backNews(clocks: Clocks, back: readonly ClockName[], now: number): ClockNews {
  const first = Math.min(...back.map((name) => clocks[name].silentAt ?? now));
  const lines = back.map((name) => {
    const { silentAt } = clocks[name];
    return `The ${CALLED[name]} starts sweeps again, after ${span(now - (silentAt ?? now))} of silence.`;
  });
  return {
    alert: {
      ...monitorNotice(`clock-${back.join("-")}-back@${first}`, first, now),
      title: `Tierwatch: ${called(back)} ${back.length > 1 ? "fire" : "fires"} again`,
      lines,
    },
    silentAt: Object.fromEntries(back.map((name) => [name, null])),
  };
}

function called(names: readonly ClockName[]): string {
  return `its ${list(names.map((name) => CALLED[name]))}`;
}

/** What the page says while a clock is silent that was told of. */
export function clockFaults(silentAt: Readonly<Record<ClockName, number | null>>): string[] {
  return (["cron", "object"] as const).flatMap((name) => {
    const at = silentAt[name];
    return at === null ? [] : [`The ${CALLED[name]} has started no sweep since ${moment(at)}.`];
  });
}

/** What all notices about Tierwatch itself have in common: they belong to no site. */
export function monitorNotice(incidentId: string, openedAt: number, at: number) {
  return { kind: "notice" as const, incidentId, site: "", root: "monitor", severity: "warning" as const, openedAt, at };
}
