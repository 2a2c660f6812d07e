/**
 * `anomalies` of a job: which of its sizes are not judged by its history, but not at all (`"off"`) or by bounds. Runtimes
 * and sizes are written with their units; the plan has them in seconds and bytes.
 */
import * as z from "zod/mini";
import type { AnomalySettings } from "../../protocol/anomalies.ts";
import { durationOrNone } from "../../protocol/duration.ts";
import { size } from "../size.ts";

const whole = z.int("write a whole number").check(z.minimum(0, "must not be negative"));

function settingOf<Amount extends z.ZodMiniType<number>>(amount: Amount, example: string) {
  const bounds = z.strictObject({ min: z.optional(amount), max: z.optional(amount) }).check(
    z.refine(({ min, max }) => min !== undefined || max !== undefined, "needs `min`, `max` or both"),
    z.refine(({ min, max }) => min === undefined || max === undefined || min <= max, "`min` is more than `max`"),
  );
  return z.optional(z.union([z.literal("off"), bounds], `write "off", or bounds as in ${example}`));
}

export const anomalies = z.pipe(
  z.strictObject({
    bytes: settingOf(size, '{ min = "1MB", max = "10GB" }'),
    files: settingOf(whole, "{ min = 1, max = 5000 }"),
    deletions: settingOf(whole, "{ max = 100 }"),
    runtime: settingOf(durationOrNone, '{ max = "3h" }'),
  }),
  z.transform(({ runtime, ...counts }): AnomalySettings => ({ ...counts, seconds: runtime })),
);
