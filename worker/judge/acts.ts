/**
 * What the owner asks for a time: a silence holds back the alerts of a scope while recording goes on; a pause stops the
 * judging of its watches. A silence may come back by cron.
 */
import type { Schedule } from "../../protocol/schedule.ts";
import { nextSlot, previousSlot } from "./schedule.ts";
import { siteKey, type Watch } from "./watch.ts";

export interface Act {
  readonly id: string;
  readonly site: string;
  readonly kind: "silence" | "pause";
  /** `site:S`, `host:H`, `job:H/J`, `copy:D/T` or `tier:T`. */
  readonly scope: string;
  readonly fromAt: number;
  /** Null: until it is ended. */
  readonly untilAt: number | null;
  /** Of a recurring one: it begins at each slot between `fromAt` and `untilAt`, and lasts so long. */
  readonly recurs: { readonly schedule: Extract<Schedule, { cron: string }>; readonly seconds: number } | null;
}

/** When the act that holds at `now` ends: infinity for one without an end, null when it does not hold. Ends exclude. */
function holdsUntil(act: Act, now: number): number | null {
  const end = act.untilAt ?? Number.POSITIVE_INFINITY;
  if (now < act.fromAt || now >= end) return null;
  if (act.recurs === null) return end;
  const { schedule, seconds } = act.recurs;
  const slot = previousSlot(schedule, now);
  const began = slot !== null && slot >= act.fromAt && slot > now - seconds * 1000 ? slot : null;
  return began === null ? null : Math.min(end, began + seconds * 1000);
}

/** An act that holds now. */
export interface Held {
  readonly kind: Act["kind"];
  readonly scope: string;
  /** Null: until somebody ends it. */
  readonly untilAt: number | null;
}

/** Those that hold at `now`, in their order. */
export function heldAt(acts: readonly Act[], now: number): Held[] {
  return acts.flatMap((act) => {
    const until = holdsUntil(act, now);
    const untilAt = until === Number.POSITIVE_INFINITY ? null : until;
    return until === null ? [] : [{ kind: act.kind, scope: act.scope, untilAt }];
  });
}

/** The latest end of the acts of a kind that hold at `now` and cover one of these keys; null when none does. */
export function coveredUntil(
  acts: readonly Act[],
  kind: Act["kind"],
  keys: readonly string[],
  now: number,
): number | null {
  const ends = acts
    .filter((act) => act.kind === kind && keys.includes(act.scope))
    .map((act) => holdsUntil(act, now))
    .filter((end) => end !== null);
  return ends.length === 0 ? null : Math.max(...ends);
}

export interface Interval {
  readonly fromAt: number;
  /** Infinity: without an end. */
  readonly untilAt: number;
}

/** Most returns of one act that are looked at. */
const RETURNS_MAX = 200;

/** The times in which acts of a kind held, of those that touch the time between two instants. */
export function heldIntervals(acts: readonly Act[], kind: Act["kind"], fromAt: number, untilAt: number): Interval[] {
  return acts
    .filter((act) => act.kind === kind)
    .flatMap((act) => {
      const end = act.untilAt ?? Number.POSITIVE_INFINITY;
      return act.recurs === null
        ? [{ fromAt: act.fromAt, untilAt: end }]
        : returns(act, act.recurs, end, fromAt, untilAt);
    })
    .filter((held) => held.fromAt < untilAt && held.untilAt > fromAt);
}

function returns(
  act: Act,
  recurs: NonNullable<Act["recurs"]>,
  end: number,
  fromAt: number,
  untilAt: number,
): Interval[] {
  const lastsMs = recurs.seconds * 1000;
  const found: Interval[] = [];
  let slot = nextSlot(recurs.schedule, Math.max(act.fromAt, fromAt - lastsMs) - 1, false);
  while (slot !== null && slot < Math.min(end, untilAt) && found.length < RETURNS_MAX) {
    found.push({ fromAt: slot, untilAt: Math.min(end, slot + lastsMs) });
    slot = nextSlot(recurs.schedule, slot, false);
  }
  return found;
}

/** Those of the acts that cover a watch. */
export function actsOf(acts: readonly Act[], watch: Pick<Watch, "site" | "key" | "spec">): Act[] {
  const scopes = scopesOf(watch);
  return acts.filter(({ scope }) => scopes.includes(scope));
}

/** Every scope that an act at a site may have: the site, what is watched there, and its tiers. */
export function scopesOfSite(site: string, keys: readonly string[]): string[] {
  const tiers = keys.flatMap((key) => (key.startsWith("copy:") ? [`tier:${key.slice(key.indexOf("/") + 1)}`] : []));
  return [...new Set([siteKey(site), ...keys, ...tiers])];
}

/** Every scope that a watch lies in: its site, its host, its tier, itself. */
function scopesOf({ site, key, spec }: Pick<Watch, "site" | "key" | "spec">): string[] {
  switch (spec.kind) {
    case "host":
      return [siteKey(site), key];
    case "job":
      return [siteKey(site), `host:${spec.host}`, key];
    case "copy":
      return [siteKey(site), `tier:${spec.tier}`, key];
  }
}

/** Every scope that an incident lies in: those of its subject if that is of the root itself, and of the root. */
export function scopesOfRoot(root: string, subject: string, watches: readonly Watch[]): string[] {
  const named = watches.filter(({ key }) => key === root || (key === subject && !root.startsWith("site:")));
  const own = named.flatMap(scopesOf);
  const host = /^job:([^/]+)\//.exec(root)?.[1];
  return [...new Set([root, ...own, ...(host === undefined ? [] : [`host:${host}`])])];
}

/** Keys of the watches that are paused at `now`, each with the end of its pause. */
export function pausedUntil(acts: readonly Act[], watches: readonly Watch[], now: number): Map<string, number> {
  const pauses = acts.filter(({ kind }) => kind === "pause");
  if (pauses.length === 0) return new Map();
  return new Map(
    watches.flatMap((watch): [string, number][] => {
      const end = coveredUntil(pauses, "pause", scopesOf(watch), now);
      return end === null ? [] : [[watch.key, end]];
    }),
  );
}
