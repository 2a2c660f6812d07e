/** When a job is expected to start, as a plan says it. What its texts mean: calendar.ts, zone.ts; cron is the judge's. */
import * as z from "zod/mini";
import { seconds } from "./fields.ts";

/** An IANA name; which there are is asked of `zoneFault` (zone.ts), where the answer can be a sentence. */
const zone = z.string().check(z.maxLength(64));

/**
 * A five-field cron expression in a zone, a systemd calendar event in a zone (unless it names its own), or an interval
 * since the last run. `by` tells that Windows Task Scheduler starts the job: it keeps other hours than cron when the
 * clocks change.
 */
export const schedule = z.union([
  z.strictObject({
    cron: z.string().check(z.minLength(9), z.maxLength(100)),
    zone,
    by: z.optional(z.literal("task_scheduler")),
  }),
  z.strictObject({ onCalendar: z.string().check(z.minLength(1), z.maxLength(100)), zone }),
  z.strictObject({ everySeconds: seconds }),
]);
export type Schedule = z.infer<typeof schedule>;

// A star with a step of 1 is any value to cron(8). croner takes it for a restriction: of two days either would do then.
/** A cron expression in which each star with a step of 1 is a bare star. */
export function plainCron(cron: string): string {
  return cron
    .trim()
    .split(/\s+/)
    .map((field) => (field === "*/1" ? "*" : field))
    .join(" ");
}
