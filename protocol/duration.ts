/** Durations as the owner writes them in settings: a whole number and one unit, "90s", "15m", "26h", "2d". */
import * as z from "zod/mini";
import { SECONDS_MAX, SECONDS_MIN } from "./limits.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of a duration text, or undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const unitSeconds = unit === undefined ? undefined : UNIT_SECONDS[unit];
  return digits === undefined || unitSeconds === undefined ? undefined : Number(digits) * unitSeconds;
}

const FORM = 'write a duration as a number and a unit: "90s", "15m", "26h" or "2d"';

/** A setting that is a duration within these bounds, both inclusive, in seconds; so is its value. */
export function durationWithin(min: number, max: number) {
  const isWithin = (text: string) => {
    const seconds = parseDuration(text);
    return seconds !== undefined && seconds >= min && seconds <= max;
  };
  return z.pipe(
    z.string(FORM).check(z.refine(isWithin, FORM)),
    z.transform((text) => parseDuration(text) ?? 0),
  );
}

/** A setting that is a duration of at least a second; its value is in seconds. */
export const duration = durationWithin(SECONDS_MIN, SECONDS_MAX);

/** A duration that may also be "0s" (a grace). */
export const durationOrNone = durationWithin(0, SECONDS_MAX);
