/**
 * Levels that a plan sets for readings, by the reading's name, in the reading's own unit. At `warning` and at `critical` the
 * reading is bad, both inclusive; once bad, it is well again only beyond `clear`. `critical` below `warning` says that low
 * values are the bad ones.
 */
import * as z from "zod/mini";
import { READING_NAME_MAX_CHARS, READINGS_MAX } from "./limits.ts";

const level = z.optional(z.number());

const levels = z.strictObject({ warning: level, critical: level, clear: level });
export type Threshold = z.infer<typeof levels>;

const threshold = levels.check(
  z.refine(
    ({ warning, critical }) => warning !== undefined || critical !== undefined,
    "write warning, critical or both",
  ),
  z.refine(clearsBefore, "clear must lie on the good side of warning and critical"),
);

/** Which side is the good one, only two levels tell; of one alone the reading's own direction decides. */
function clearsBefore({ warning, critical, clear }: Threshold): boolean {
  if (clear === undefined || warning === undefined || critical === undefined) return true;
  return critical >= warning ? clear <= warning : clear >= warning;
}

export const thresholds = z
  .record(z.string().check(z.minLength(1), z.maxLength(READING_NAME_MAX_CHARS)), threshold)
  .check(z.refine((named) => Object.keys(named).length <= READINGS_MAX, `at most ${READINGS_MAX} readings`));
export type Thresholds = z.infer<typeof thresholds>;
