/**
 * What the plan says of a job's unusual sizes: a quantity that is muted, or bounds that take the place of what was learnt
 * from the job's own history. A quantity that is not named is judged by its history.
 */
import * as z from "zod/mini";
import { count } from "./fields.ts";

const bounds = z.strictObject({ min: z.optional(count), max: z.optional(count) }).check(
  z.refine(({ min, max }) => min !== undefined || max !== undefined, "write min, max or both"),
  z.refine(({ min, max }) => min === undefined || max === undefined || min <= max, "min must not be more than max"),
);

const setting = z.optional(z.union([z.literal("off"), bounds]));

/** `seconds` is how long a run takes; the other quantities are as the run tells them. */
export const anomalySettings = z.strictObject({
  bytes: setting,
  files: setting,
  deletions: setting,
  seconds: setting,
});
export type AnomalySettings = z.infer<typeof anomalySettings>;
