/** Instants as a clock on the wall of the reader shows them. */
import { moment } from "./words.ts";
import { wallOf } from "./zone-clock.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** `Tue 2026-11-24 09:12 Europe/Berlin (08:12 UTC)`, with UTC's date where it is another; without a zone, or in UTC itself, in UTC alone. */
export function zonedMoment(at: number, zone: string | null): string {
  if (zone === null || zone === "UTC") return `${weekday(at)} ${moment(at)}`;
  const wall = wallOf(zone, at);
  const [there, here] = [moment(wall), moment(at)];
  const utc = there.slice(0, 10) === here.slice(0, 10) ? here.slice(11) : here;
  return `${weekday(wall)} ${there.replace(" UTC", "")} ${zone} (${utc})`;
}

/** `wall` as the milliseconds that it would be in UTC. */
function weekday(wall: number): string {
  return WEEKDAYS[new Date(wall).getUTCDay()] ?? "";
}
