/** Instants in the words of an alert: by the clock of the site, with the age beside. */
import type { Watch } from "./watch.ts";
import { moment, span } from "./words.ts";
import { wallOf } from "./zone-clock.ts";

const MOMENT = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/g;
/** What is nearer than this is now. */
const NOW_MS = 60_000;

/** `line` with its instants in the zone (null: UTC), each with its age as of `now`. */
export function told(line: string, zone: string | null, now: number): string {
  return line.replace(MOMENT, (words) => {
    const at = Date.parse(words.replace(" ", "T").replace(" UTC", "Z"));
    // A tool may have printed what only looks like one.
    return Number.isNaN(at) || moment(at) !== words ? words : `${inZone(at, zone)}${ageOf(at, now)}`;
  });
}

/** `2026-11-24 08:00 Europe/Berlin`. */
function inZone(at: number, zone: string | null): string {
  return zone === null ? moment(at) : moment(wallOf(zone, at)).replace("UTC", zone);
}

function ageOf(at: number, now: number): string {
  if (Math.abs(now - at) < NOW_MS) return "";
  return at < now ? ` (${span(now - at)} ago)` : ` (in ${span(at - now)})`;
}

/** The zone that most jobs of a site are scheduled in, which is where its owner is; null for UTC. */
export function zoneOfSite(watches: readonly Watch[]): string | null {
  const zones = watches.flatMap(({ spec }) =>
    spec.kind === "job" && "zone" in spec.schedule ? [spec.schedule.zone] : [],
  );
  const counted = [...Map.groupBy(zones, (zone) => zone)].map(([zone, all]) => ({ zone, count: all.length }));
  const [most] = counted.sort((a, b) => b.count - a.count || (a.zone < b.zone ? -1 : 1));
  return most === undefined || most.zone === "UTC" ? null : most.zone;
}
