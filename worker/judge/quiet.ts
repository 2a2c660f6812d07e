/** Quiet hours: a stretch of every day by the wall clock of a zone, across midnight where it ends before it begins. */
import { readingOf, wallOf } from "./zone-clock.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Quiet from the minute `from` of a day on, until but without the minute `until`; the two differ. */
export interface Quiet {
  readonly from: number;
  readonly until: number;
  readonly zone: string;
}

/** When the quiet that holds at `at` ends: the first later instant whose clock shows no quiet time. Null while none holds. */
export function quietEnd({ from, until, zone }: Quiet, at: number): number | null {
  const wall = wallOf(zone, at);
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
  const minute = Math.floor((wall - midnight) / MINUTE_MS);
  const within = from < until ? minute >= from && minute < until : minute >= from || minute < until;
  if (!within) return null;
  const today = midnight + until * MINUTE_MS;
  const end = readingOf(zone, today > wall ? today : today + DAY_MS);
  if (end.kind === "once") return end.at;
  // The clocks were put forward over the end of the quiet: what they show then is no quiet time any more.
  if (end.kind === "skipped") return end.jump.at;
  return end.firstAt > at ? end.firstAt : end.lastAt;
}
