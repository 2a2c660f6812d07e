/**
 * The instants at which a schedule wants its job started. Between the jumps of a zone's clocks all schedulers agree; at
 * a jump each has its own way:
 *
 * - Debian's cron (cron(8)): a job at a fixed time starts right after the jump that skipped it, and once in a repeated
 *   hour; one with `*` for its minute or hour follows real time.
 * - systemd 252, as tried: a skipped time is left out, a repeated one counts once, at its first reading.
 * - Task Scheduler: what it does is left open by its maker (KB 325413). It is seen to leave a skipped time out or to
 *   start an hour beside it, and to start in either of two repeated hours or in both. So a skipped time asks for
 *   nothing, and a repeated one is due at its second reading, and met at either.
 */
import { Cron } from "croner";
import { readCalendar } from "../../protocol/calendar.ts";
import { nextWall } from "../../protocol/calendar-walk.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { plainCron, type Schedule } from "../../protocol/schedule.ts";
import { isZone, readingOf, wallOf } from "./zone-clock.ts";

export interface Slot {
  /** When the job is due to start. */
  readonly at: number;
  /** From when on a run is on time: earlier than `at` where a repeated hour leaves open which of the two is meant. */
  readonly from: number;
}

/** What a scheduler does with the times that a jump skips and repeats. */
interface Habit {
  readonly skipped: "left_out" | "at_jump";
  readonly repeated: "first" | "either";
}

const CRON: Habit = { skipped: "at_jump", repeated: "first" };
const SYSTEMD: Habit = { skipped: "left_out", repeated: "first" };
const TASK_SCHEDULER: Habit = { skipped: "left_out", repeated: "either" };

/** A pattern that names nothing but skipped times ("Sun *-03~7/1 02:30" in Berlin) is given up after so many jumps. */
const LEFT_OUT_MAX = 4;

/** The first wall time that a pattern names after another; null when there is none. */
type Walls = (after: number) => number | null;

/** Finds the first slot after an instant; null when the schedule never matches again, or cannot be read. */
export type Slots = (after: number) => Slot | null;

type Pattern = Exclude<Schedule, { everySeconds: number }>;

/** Reading an expression costs more than its next slot, and the same few are asked again and again. */
const read = new Map<string, Slots>();
const READ_MAX = 1_000;

/** The slots of any schedule but an interval. One that cannot be read, which no plan may hold, has none. */
export function slotsOf(schedule: Pattern): Slots {
  const named = "cron" in schedule ? ["cron", schedule.cron, schedule.by] : ["calendar", schedule.onCalendar];
  const name = JSON.stringify([schedule.zone, ...named]);
  const known = read.get(name);
  if (known !== undefined) return known;
  if (read.size >= READ_MAX) read.clear();
  const slots = readSlots(schedule);
  read.set(name, slots);
  return slots;
}

function readSlots(schedule: Pattern): Slots {
  if (!isZone(schedule.zone)) return noSlots;
  return "cron" in schedule ? slotsOfCron(schedule) : slotsOfCalendar(schedule);
}

const noSlots: Slots = () => null;

function slotsOfCalendar({ onCalendar, zone }: { onCalendar: string; zone: string }): Slots {
  const event = readCalendar(onCalendar);
  if (!event.ok) return noSlots;
  const { value } = event;
  return (after) => nextOnWall((wall) => nextWall(value, wall), value.zone ?? zone, SYSTEMD, after);
}

function slotsOfCron({ cron, zone, by }: { cron: string; zone: string; by?: string | undefined }): Slots {
  const realTime = by === undefined && followsRealTime(cron);
  const expression = readCron(cron, realTime ? zone : "UTC");
  if (!expression.ok) return noSlots;
  const next: Walls = (after) => expression.value.nextRun(new Date(after))?.getTime() ?? null;
  if (realTime) return (after) => exactly(next(after));
  return (after) => nextOnWall(next, zone, by === undefined ? CRON : TASK_SCHEDULER, after);
}

/** Reads a five-field expression; the failure is what croner says of it. */
export function readCron(cron: string, zone: string): Result<Cron, string> {
  // By an offset croner reckons itself; in any zone it asks the runtime, which takes eight times as long.
  const place = zone === "UTC" ? { utcOffset: 0 } : { timezone: zone };
  try {
    return ok(new Cron(plainCron(cron), { ...place, mode: "5-part", paused: true }));
  } catch (error) {
    return failed(error instanceof Error ? error.message.replace(/^\w+: /, "") : "unreadable");
  }
}

/** Debian's cron: `*`, also `*` with a step, as minute or hour makes a job that is not one at a fixed time. */
function followsRealTime(cron: string): boolean {
  return cron
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .some((field) => field.startsWith("*"));
}

function exactly(at: number | null): Slot | null {
  return at === null ? null : { at, from: at };
}

function nextOnWall(walls: Walls, zone: string, habit: Habit, after: number): Slot | null {
  let seen = seenUntil(zone, habit, after);
  for (let left = 0; left <= LEFT_OUT_MAX; left += 1) {
    const wall = walls(seen);
    if (wall === null) return null;
    const reading = readingOf(zone, wall);
    if (reading.kind === "once") return { at: reading.at, from: reading.at };
    if (reading.kind === "repeated") {
      return { at: habit.repeated === "first" ? reading.firstAt : reading.lastAt, from: reading.firstAt };
    }
    if (habit.skipped === "at_jump") return { at: reading.jump.at, from: reading.jump.at };
    // All of a skipped hour is passed over at once.
    seen = reading.jump.after - 1;
  }
  return null;
}

/** The last wall time whose slot, if it has one, is not after an instant. */
function seenUntil(zone: string, habit: Habit, at: number): number {
  const wall = wallOf(zone, at);
  const reading = readingOf(zone, wall);
  if (reading.kind !== "repeated") return wall;
  const again = at >= reading.jump.at;
  if (habit.repeated === "first") return again ? reading.jump.before - 1 : wall;
  return again ? wall : reading.jump.after - 1;
}
