/** When a job is started next, as far as its schedule alone tells: for a person, not for judging. */
import { Cron } from "croner";
import { readCalendar } from "../protocol/calendar.ts";
import { nextWall } from "../protocol/calendar-walk.ts";
import { plainCron } from "../protocol/schedule.ts";
import type { ScheduleConfig } from "./config.ts";

/** The next start after `now`, in milliseconds; null when none comes, undefined when that hangs on a run still to come. */
export function nextStart(
  schedule: ScheduleConfig,
  lastAt: number | undefined,
  here: string,
  now: number,
): number | null | undefined {
  if ("everySeconds" in schedule) {
    return lastAt === undefined ? undefined : Math.max(now, lastAt + schedule.everySeconds * 1000);
  }
  const zone = schedule.zone ?? here;
  if ("cron" in schedule) {
    const cron = new Cron(plainCron(schedule.cron), { timezone: zone, paused: true, mode: "5-part" });
    return cron.nextRun(new Date(now))?.getTime() ?? null;
  }
  const event = readCalendar(schedule.onCalendar);
  return event.ok ? nextEvent(event.value, event.value.zone ?? zone, now) : null;
}

const DAY_MS = 86_400_000;

/** Zones are at most 14 hours from UTC: from a day before, the first wall time whose instant is still to come. */
function nextEvent(event: Parameters<typeof nextWall>[0], zone: string, now: number): number | null {
  for (let wall = nextWall(event, now - DAY_MS); wall !== null; wall = nextWall(event, wall)) {
    const text = new Date(wall).toISOString().slice(0, 19);
    const at = new Cron(text, { timezone: zone, paused: true }).nextRun(new Date(now))?.getTime();
    if (at !== undefined) return at;
    // A wall time that is over has no next run; neither has one that the clocks skip.
    if (wall > now + 400 * DAY_MS) return null;
  }
  return null;
}
