/** Is a cron expression one, in a zone there is? Apart from the rest of the config: zone data is slow to load. */
import { Cron } from "croner";

/** Whether an expression ever names a time does not hang on today. */
const SOME_DAY = new Date("2024-01-01T00:00:00Z");

/** What is wrong with a schedule, or undefined. */
export function cronFault(cron: string, zone: string): string | undefined {
  if (!isZone(zone)) return `there is no time zone "${zone}"; write its IANA name, as in "Europe/Berlin"`;
  if (cron.trim().split(/\s+/).length !== FIELDS) {
    return `the cron expression "${cron}" needs five fields: minute, hour, day of month, month, day of week`;
  }
  try {
    const next = new Cron(cron, { timezone: zone, paused: true, mode: "5-part" }).nextRun(SOME_DAY);
    return next === null ? `the cron expression "${cron}" names no time that ever comes` : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^\w+: /, "") : String(error);
    return `the cron expression "${cron}" is not understood: ${why}`;
  }
}

const FIELDS = 5;

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
