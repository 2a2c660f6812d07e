/** Is a cron expression one, in a zone there is? Apart from the rest of the config: zone data is slow to load. */
import { Cron } from "croner";

/** Whether an expression ever names a time does not hang on today. */
const SOME_DAY = new Date("2024-01-01T00:00:00Z");

/** What is wrong with a schedule, or undefined. */
export function cronFault(cron: string, zone: string): string | undefined {
  try {
    const next = new Cron(cron, { timezone: zone, paused: true, mode: "5-part" }).nextRun(SOME_DAY);
    return next === null ? `the cron expression "${cron}" names no time that ever comes` : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `the schedule "${cron}" in zone "${zone}" is not understood (${why})`;
  }
}
