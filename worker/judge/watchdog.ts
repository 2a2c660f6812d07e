/**
 * The watchdog: an address outside that is called after each good sweep, so that somebody else misses the sweeps when they
 * stop. When it cannot be called for a quarter of an hour that is told once, and once when it can again: a watchdog that is
 * itself a watcher (the `/healthz` of another Tierwatch) is watched by this.
 */
import { monitorNotice } from "./clocks.ts";
import type { Alert } from "./say.ts";
import { moment, span } from "./words.ts";

/** It is called no more often than this. */
const EVERY_MS = 60_000;
const TELL_AFTER_MS = 900_000;

export interface Watchdog {
  /** The last call; null when there was none. */
  readonly calledAt: number | null;
  /** Since when calls fail; null when the last one went well. */
  readonly failingAt: number | null;
  /** Why, in words without the address. */
  readonly error: string | null;
  /** When the owner was told of it. */
  readonly toldAt: number | null;
}

/** Whether a sweep at `now` calls it. A call in the future is one of a clock that ran ahead. */
export function watchdogIsDue({ calledAt }: Watchdog, now: number): boolean {
  return calledAt === null || calledAt > now || now - calledAt >= EVERY_MS;
}

export interface Called {
  readonly after: Watchdog;
  readonly alert: Alert | null;
}

/** What a call at `now` leaves; `error` is null when it went well. Null when nothing changes. */
export function afterCall(before: Watchdog, error: string | null, now: number): Called | null {
  if (error === null) {
    if (before.failingAt === null) return null;
    const after = { calledAt: now, failingAt: null, error: null, toldAt: null };
    return { after, alert: before.toldAt === null ? null : sayBack(before.failingAt, now) };
  }
  const failingAt = before.failingAt ?? now;
  const tells = before.toldAt === null && now - failingAt >= TELL_AFTER_MS;
  if (before.failingAt !== null && before.error === error && !tells) return null;
  const after = { calledAt: now, failingAt, error, toldAt: tells ? now : before.toldAt };
  return { after, alert: tells ? sayFailing(failingAt, error, now) : null };
}

/** What the page says while the watchdog cannot be called. */
export function watchdogFaults({ failingAt, error }: Pick<Watchdog, "failingAt" | "error">): string[] {
  return failingAt === null ? [] : [`Since ${moment(failingAt)} the address in WATCHDOG_URL ${error ?? "fails"}.`];
}

function sayFailing(failingAt: number, error: string, now: number): Alert {
  return {
    ...monitorNotice(`watchdog-failing@${failingAt}`, failingAt, now),
    title: `Tierwatch: its watchdog could not be called for ${span(now - failingAt)}`,
    lines: [
      `Since ${moment(failingAt)} the address in WATCHDOG_URL ${error}. Tierwatch itself looks at deadlines as it should.`,
      "Until this is mended nobody outside notices when it stops. If the watchdog is another Tierwatch, it may have stopped itself.",
    ],
  };
}

function sayBack(failingAt: number, now: number): Alert {
  return {
    ...monitorNotice(`watchdog-back@${failingAt}`, failingAt, now),
    title: "Tierwatch: its watchdog can be called again",
    lines: [`The address in WATCHDOG_URL takes calls again, after ${span(now - failingAt)}.`],
  };
}
