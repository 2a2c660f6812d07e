/**
 * How far back a copy reaches, judged by daily looks at it. Three things are wrong with a copy: it lost all its versions, it
 * lost many at once, or it holds less than the plan wants though it is old enough to hold it. What one look tells differs
 * from the next by what was added and pruned between them; only more than that is a fall.
 */
import type { DepthPolicy } from "../../protocol/depth.ts";
import { moment, span } from "./words.ts";

/** One look at how far back a copy reaches. Times are of the versions, `at` is of the look. */
export interface DepthLook {
  readonly at: number;
  readonly versions: number;
  readonly oldestAt: number | null;
  readonly newestAt: number | null;
}

export interface DepthFault {
  readonly text: string;
  readonly kind: "fell" | "below_policy";
  readonly severity: "warning" | "critical";
}

const DAY_MS = 86_400_000;
/** Looks of so many days are kept, and beside them the newest that saw any version. */
const DAYS_MAX = 15;
/** A fall counts from this share of the versions or of the reach on; it is made good at the other. */
const FALL_SHARE = 0.5;
const BACK_SHARE = 0.75;
/** The oldest version alone may make up most of the reach (a yearly one): pruning it and its like takes so many. */
const PRUNED_MAX = 2;
/** Unless less than this share of the reach is left. */
const REACH_LOST_SHARE = 0.1;
/** A reach shorter than this is not judged: two versions or three come and go. */
const REACH_MIN_MS = 7 * DAY_MS;
/** A new depth is accepted once so many looks over so long saw no further fall. */
const STEADY_LOOKS = 3;
const STEADY_MS = 7 * DAY_MS;

/**
 * The looks with one more: the newest of each of the last days, and the newest that saw any version, 16 at most, newest
 * first. Commutative, associative and idempotent: in whatever order looks come, the same are kept.
 */
export function mergeDepth(looks: readonly DepthLook[], look: DepthLook): DepthLook[] {
  const sorted = [...looks, look].sort(newestFirst);
  const days = firstBy(sorted, ({ at }) => Math.floor(at / DAY_MS)).slice(0, DAYS_MAX);
  const full = sorted.find(({ versions }) => versions > 0);
  const kept = full === undefined ? days : [...days, full];
  return firstBy(kept, keyOf).sort(newestFirst);
}

function keyOf({ at, versions, oldestAt, newestAt }: DepthLook): string {
  return JSON.stringify([at, versions, oldestAt, newestAt]);
}

/** Of two looks in one millisecond any may come first, as long as it is always the same. */
function newestFirst(a: DepthLook, b: DepthLook): number {
  return b.at - a.at || (keyOf(a) < keyOf(b) ? 1 : keyOf(a) > keyOf(b) ? -1 : 0);
}

function firstBy<Item>(items: readonly Item[], key: (item: Item) => unknown): Item[] {
  const seen = new Set<unknown>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}

/**
 * What is wrong with a copy's depth, the gravest alone, or null. `looks` come in any order; `plannedAt` is since when the
 * policy holds (a copy younger than that cannot hold more yet). Of `now` only this is asked: a look that its host dates
 * ahead does not make the copy older. So the answer changes with the looks alone.
 */
export function depthFault(
  looks: readonly DepthLook[],
  policy: DepthPolicy,
  plannedAt: number,
  now: number,
): DepthFault | null {
  const [newest, ...earlier] = [...looks].sort(newestFirst);
  if (newest === undefined) return null;
  const full = earlier.find(({ versions }) => versions > 0);
  if (newest.versions === 0 && full !== undefined) return emptied(full);
  return belowPolicy(newest, policy, Math.min(now, newest.at) - plannedAt) ?? fell([newest, ...earlier].reverse());
}

function emptied(full: DepthLook): DepthFault {
  const text = `holds no version any more; at ${moment(full.at)} there ${were(full.versions)}`;
  return { kind: "fell", severity: "critical", text };
}

function were(versions: number): string {
  return versions === 1 ? "was 1" : `were ${versions}`;
}

function plural(versions: number): string {
  return versions === 1 ? "1 version" : `${versions} versions`;
}

/** From a look back to the oldest version, in milliseconds. */
function reachOf({ at, oldestAt }: DepthLook): number {
  return oldestAt === null ? 0 : Math.max(0, at - oldestAt);
}

function belowPolicy(look: DepthLook, policy: DepthPolicy, age: number): DepthFault | null {
  const { versions, reachSeconds } = policy;
  const severity = look.versions === 0 ? "critical" : "warning";
  const between = betweenVersions(look);
  if (versions !== undefined && look.versions < versions && age >= oldEnough(versions * between, between)) {
    const text = `holds ${plural(look.versions)}; the plan asks for ${versions}`;
    return { kind: "below_policy", severity, text };
  }
  if (reachSeconds === undefined) return null;
  const wanted = reachSeconds * 1000;
  if (reachOf(look) >= wanted || age < oldEnough(wanted, between)) return null;
  const text = `reaches back ${span(reachOf(look))}; the plan asks for ${span(wanted)}`;
  return { kind: "below_policy", severity, text };
}

/** How far apart versions are made, as far as one look tells: at least a day, or the time without a second one. */
function betweenVersions(look: DepthLook): number {
  const { versions, oldestAt, newestAt } = look;
  if (versions < 2 || oldestAt === null || newestAt === null) return Math.max(DAY_MS, reachOf(look));
  return (newestAt - oldestAt) / (versions - 1);
}

/** A copy this old could hold what fills `wanted`, though its first version came late and one was missed. */
function oldEnough(wanted: number, between: number): number {
  return wanted + Math.max(DAY_MS, wanted / 10, 2 * between);
}

/** The last fall that was neither made good, nor accepted, nor one of a kind seen before; looks from old to new. */
function fell(looks: readonly DepthLook[]): DepthFault | null {
  const newest = looks.at(-1);
  const steps = looks.slice(1).flatMap((to, i): Step[] => {
    const from = looks[i];
    return from === undefined ? [] : [{ from, to }];
  });
  const falls = steps.filter(isFall);
  const last = falls.at(-1);
  if (newest === undefined || last === undefined) return null;
  const since = looks.filter(({ at }) => at >= last.to.at);
  const steady = since.length > STEADY_LOOKS && newest.at - last.to.at >= STEADY_MS;
  const usual = falls.slice(0, -1).some((fall) => isRepeat(fall, last));
  // Two falls, one after the other: the depth is back when it is that of before the first.
  const from = startOf(falls, last);
  if (steady || usual || isBack(from, newest)) return null;
  return { kind: "fell", severity: "warning", text: fallText(from, newest) };
}

interface Step {
  readonly from: DepthLook;
  readonly to: DepthLook;
}

function isFall({ from, to }: Step): boolean {
  const lost = from.versions - to.versions;
  if (to.versions <= from.versions * FALL_SHARE && lost >= PRUNED_MAX) return true;
  const moved = (to.oldestAt ?? 0) - (from.oldestAt ?? to.oldestAt ?? 0);
  if (moved <= reachOf(from) * FALL_SHARE || reachOf(from) < REACH_MIN_MS) return false;
  return lost > PRUNED_MAX || reachOf(to) < reachOf(from) * REACH_LOST_SHARE;
}

/** Versions that gather and are pruned to the same few again, and again, are a way of pruning. */
function isRepeat(earlier: Step, last: Step): boolean {
  const gathered = last.from.versions >= earlier.from.versions * BACK_SHARE;
  return gathered && earlier.to.versions > 0 && earlier.to.versions <= last.to.versions;
}

function startOf(falls: readonly Step[], last: Step): DepthLook {
  const before = falls.findLast(({ to }) => to.at <= last.from.at && last.from.at - to.at < STEADY_MS);
  return before === undefined || isBack(before.from, last.from) ? last.from : before.from;
}

function isBack(from: DepthLook, now: DepthLook): boolean {
  return now.versions >= from.versions * BACK_SHARE && reachOf(now) >= reachOf(from) * BACK_SHARE;
}

function fallText(from: DepthLook, now: DepthLook): string {
  const before = `at ${moment(from.at)} there ${were(from.versions)}, reaching back ${span(reachOf(from))}`;
  return `holds ${plural(now.versions)}, reaching back ${span(reachOf(now))}; ${before}`;
}
