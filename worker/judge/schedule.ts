/** When is a job expected to start? Cron expressions in an IANA zone (as Debian's cron reads them), or intervals. */
import { Cron } from "croner";
import type { Schedule } from "../../protocol/plan.ts";

/** A run this much before its slot counts for the coming slot, not for the last one; at most a quarter of the period. */
const EARLY_MAX_MS = 300_000;

/**
 * The first slot that a run started at `after` does not satisfy, in milliseconds; null when the schedule never matches
 * again. With no run yet, pass the time since which the job is planned and `ran: false`.
 */
export function nextSlot(schedule: Schedule, after: number, ran: boolean): number | null {
  if ("everySeconds" in schedule) return after + schedule.everySeconds * 1000;
  const cron = new Cron(schedule.cron, { timezone: schedule.zone, mode: "5-part" });
  const first = cron.nextRun(new Date(after));
  if (first === null || !ran) return first?.getTime() ?? null;
  const second = cron.nextRun(first);
  if (second === null) return first.getTime();
  const early = Math.min(EARLY_MAX_MS, (second.getTime() - first.getTime()) / 4);
  return first.getTime() - after <= early ? second.getTime() : first.getTime();
}

/** What is wrong with a schedule, or null. Croner reads the expression; the zone is asked of Intl. */
export function scheduleFault(schedule: Schedule): string | null {
  if ("everySeconds" in schedule) return null;
  try {
    new Intl.DateTimeFormat("en", { timeZone: schedule.zone });
  } catch {
    return `unknown time zone "${schedule.zone}"`;
  }
  try {
    const cron = new Cron(schedule.cron, { timezone: schedule.zone, mode: "5-part" });
    // Any start will do: the longest wait between two matches of five fields is eight years, for 29 February.
    return cron.nextRun(new Date(0)) === null ? `"${schedule.cron}" names a day that never comes` : null;
  } catch (error) {
    return `"${schedule.cron}" is not a five-field cron expression: ${error instanceof Error ? error.message : "unreadable"}`;
  }
}
