/**
 * From wall times to instants and back. A wall time is written as the milliseconds it would be in UTC. Where a zone's
 * clocks jump, a wall time has no instant (skipped) or two (repeated).
 */

const DAY_MS = 86_400_000;

/** Making a format costs more than all its uses; there are no more of them than zones in plans. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Does the runtime know this zone? */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What a clock in the zone shows at an instant. */
export function wallOf(zone: string, at: number): number {
  return at + offsetAt(zone, at);
}

/**
 * The wall clock's lead over UTC at an instant, in milliseconds. Asking the runtime is dear, and clocks seldom jump: what they
 * lead by at both ends of a day they lead by all day, since no zone jumps twice within two days.
 */
function offsetAt(zone: string, at: number): number {
  const day = Math.floor(at / DAY_MS) * DAY_MS;
  const [before, after] = [offsetOfDay(zone, day), offsetOfDay(zone, day + DAY_MS)];
  return before === after ? before : askedOffset(zone, at);
}

/** Offsets at the beginnings of days (UTC), by zone. */
const offsets = new Map<string, Map<number, number>>();
const DAYS_MAX = 2_000;

function offsetOfDay(zone: string, day: number): number {
  const days = offsets.get(zone) ?? new Map<number, number>();
  const known = days.get(day);
  if (known !== undefined) return known;
  const asked = askedOffset(zone, day);
  if (days.size >= DAYS_MAX) days.clear();
  offsets.set(zone, days.set(day, asked));
  return asked;
}

function askedOffset(zone: string, at: number): number {
  const second = Math.floor(at / 1000) * 1000;
  const parts = new Map(
    formatOf(zone)
      .formatToParts(second)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - second;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const numeric = "numeric" as const;
  const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
  const made = new Intl.DateTimeFormat("en-US", { ...fields, timeZone: zone, hourCycle: "h23" });
  formats.set(zone, made);
  return made;
}

/** The instants at which a clock shows a wall time: one, two when it is repeated, or none, but where it was skipped. */
export type Reading =
  | { readonly kind: "once"; readonly at: number }
  | { readonly kind: "repeated"; readonly firstAt: number; readonly lastAt: number; readonly jump: Jump }
  | { readonly kind: "skipped"; readonly jump: Jump };

/** Clocks that showed `before` show `after` at `at`. */
interface Jump {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** When does a clock in the zone show this? No zone jumps twice within two days. */
export function readingOf(zone: string, wall: number): Reading {
  const early = offsetAt(zone, wall - DAY_MS);
  const late = offsetAt(zone, wall + DAY_MS);
  if (early === late) return { kind: "once", at: wall - early };
  const jump = jumpBetween(zone, wall - DAY_MS, wall + DAY_MS);
  const before = wall < jump.before;
  const after = wall >= jump.after;
  if (before && after) return { kind: "repeated", firstAt: wall - early, lastAt: wall - late, jump };
  if (before) return { kind: "once", at: wall - early };
  return after ? { kind: "once", at: wall - late } : { kind: "skipped", jump };
}

/** The instant at which a clock in the zone shows this: the first of two, and where it was skipped, the jump. */
export function instantOf(zone: string, wall: number): number {
  const reading = readingOf(zone, wall);
  if (reading.kind === "once") return reading.at;
  return reading.kind === "repeated" ? reading.firstAt : reading.jump.at;
}

/** The one jump in `(from, to]`, found by halving; since 1970 clocks have jumped on whole seconds. */
function jumpBetween(zone: string, from: number, to: number): Jump {
  const [early, late] = [offsetAt(zone, from), offsetAt(zone, to)];
  let [below, above] = [from, to];
  while (above - below > 1000) {
    const middle = below + Math.floor((above - below) / 2000) * 1000;
    if (offsetAt(zone, middle) === early) below = middle;
    else above = middle;
  }
  const at = Math.floor(above / 1000) * 1000;
  return { at, before: at + early, after: at + late };
}
