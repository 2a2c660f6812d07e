/**
 * What a plan watches less than the one before it. Whoever holds a host's key can edit that host's plan; so that a stolen
 * host cannot turn its own alarm off unseen, the owner is told of every loosening (say-plan.ts). Tightening is nobody's news.
 */
import type { AlertAfter } from "../../protocol/plan.ts";
import type { Schedule } from "../../protocol/schedule.ts";
import type { Thresholds } from "../../protocol/thresholds.ts";
import type { Replanned } from "./planned.ts";
import { nextSlot } from "./schedule.ts";
import type { CopySpec, HostSpec, JobSpec, Spec, Watch } from "./watch.ts";
import { list, nameOf, span } from "./words.ts";

/** Slots that two schedules are compared by. Summer time stretches them by less than a tenth. */
const SLOTS = 10;
const STRETCH = 1.1;

/** Each loosening in one line; none when nothing was there before, or nothing is watched less. */
export function loosened(before: readonly Watch[], { put, removed }: Replanned, now: number): string[] {
  const known = new Map(before.map(({ key, spec }) => [key, spec]));
  const eased = put.flatMap(({ key, spec }) => {
    const old = known.get(key);
    const changes = old === undefined ? [] : easings(old, spec, now);
    return changes.length === 0 ? [] : [`${nameOf(key)}: ${changes.join(", ")}`];
  });
  return [...removed.map((key) => `${nameOf(key)} is no longer watched`), ...eased];
}

function easings(old: Spec, asked: Spec, now: number): string[] {
  if (old.kind === "host" && asked.kind === "host") return hostEasings(old, asked);
  if (old.kind === "job" && asked.kind === "job") return jobEasings(old, asked, now);
  if (old.kind === "copy" && asked.kind === "copy") return copyEasings(old, asked);
  return [];
}

function hostEasings(old: HostSpec, asked: HostSpec): string[] {
  return [
    ...raised("beats every", old.everySeconds, asked.everySeconds),
    ...raised("grace of a beat", old.graceSeconds, asked.graceSeconds),
  ];
}

function jobEasings(old: JobSpec, asked: JobSpec, now: number): string[] {
  return [
    ...rarer(old.schedule, asked.schedule, now),
    ...raised("grace", old.graceSeconds, asked.graceSeconds),
    ...raised("starts within", old.startWithinSeconds, asked.startWithinSeconds),
    ...raised("takes at most", old.maxRuntimeSeconds, asked.maxRuntimeSeconds),
    ...raised("hard limit", old.hardLimitSeconds, asked.hardLimitSeconds),
    ...lowered("takes at least", old.minRuntimeSeconds, asked.minRuntimeSeconds, spanOf),
    ...laterAlert(old.alertAfter, asked.alertAfter),
    ...muted(old, asked),
    ...relevelled(old.thresholds, asked.thresholds),
  ];
}

function copyEasings(old: CopySpec, asked: CopySpec): string[] {
  return [
    ...raised("window", old.windowSeconds, asked.windowSeconds),
    ...lowered("versions", old.depth?.versions, asked.depth?.versions, String),
    ...lowered("reaches back", old.depth?.reachSeconds, asked.depth?.reachSeconds, spanOf),
    ...(old.proof === "marker" && asked.proof === "run" ? ["is no longer proven by a marker"] : []),
  ];
}

function spanOf(seconds: number): string {
  return span(seconds * 1000);
}

/** A limit that is not there allows everything. */
function raised(what: string, old: number | undefined, asked: number | undefined): string[] {
  if (old === undefined || (asked !== undefined && asked <= old)) return [];
  return [`${what} ${spanOf(old)} → ${asked === undefined ? "no limit" : spanOf(asked)}`];
}

/** A demand that is not there asks for nothing. */
function lowered(
  what: string,
  old: number | undefined,
  asked: number | undefined,
  shown: (value: number) => string,
): string[] {
  if (old === undefined || (asked !== undefined && asked >= old)) return [];
  return [`${what} ${shown(old)} → ${asked === undefined ? "no demand" : shown(asked)}`];
}

function rarer(old: Schedule, asked: Schedule, now: number): string[] {
  const [was, is] = [lengthOf(old, now), lengthOf(asked, now)];
  return is > was * STRETCH ? [`schedule ${scheduleText(old)} → ${scheduleText(asked)}`] : [];
}

/** How long so many slots take from the first to the last; one that comes to an end takes for ever. */
function lengthOf(schedule: Schedule, now: number): number {
  const first = nextSlot(schedule, now, false);
  let last = first;
  for (let slot = 1; slot < SLOTS && last !== null; slot++) last = nextSlot(schedule, last, false);
  return first === null || last === null ? Number.POSITIVE_INFINITY : last - first;
}

function scheduleText(schedule: Schedule): string {
  if ("everySeconds" in schedule) return `every ${spanOf(schedule.everySeconds)}`;
  return "cron" in schedule ? `"${schedule.cron}"` : `"${schedule.onCalendar}"`;
}

/** N of Y asks for less patience than N in a row, and the more so the greater Y is. */
function laterAlert(old: AlertAfter = { failures: 1 }, asked: AlertAfter = { failures: 1 }): string[] {
  const among = ({ failures, of }: AlertAfter) => of ?? failures;
  const later = asked.failures > old.failures || (asked.failures === old.failures && among(asked) < among(old));
  return later ? [`alerts after ${alertText(old)} → ${alertText(asked)}`] : [];
}

function alertText({ failures, of }: AlertAfter): string {
  if (of !== undefined) return `${failures} failures of ${of} runs`;
  return failures === 1 ? "the first failure" : `${failures} failures in a row`;
}

function muted(old: JobSpec, asked: JobSpec): string[] {
  const quantities = ["bytes", "files", "deletions", "seconds"] as const;
  const off = quantities.filter((one) => asked.anomalies?.[one] === "off" && old.anomalies?.[one] !== "off");
  return off.length === 0 ? [] : [`unusual ${list(off)} are no longer told`];
}

/** Which side of a level is the bad one the plan does not always tell: every change of levels is shown. */
function relevelled(old: Thresholds = {}, asked: Thresholds = {}): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(asked)])].sort();
  const text = (of: Thresholds, name: string) => {
    const levels = Object.hasOwn(of, name) ? Object.entries(of[name] ?? {}) : [];
    return levels.length === 0
      ? "built in"
      : levels
          .map(([level, value]) => `${level} ${value}`)
          .sort()
          .join(" ");
  };
  return names
    .filter((name) => text(old, name) !== text(asked, name))
    .map((name) => `levels of ${name}: ${text(old, name)} → ${text(asked, name)}`);
}
