/**
 * What a job may be held to beside its schedule: the keys of `[[jobs]]`, the contradictions among them, and what the plan
 * says of them.
 */
import * as z from "zod/mini";
import { duration } from "../../protocol/duration.ts";
import { FAILURES_MAX } from "../../protocol/limits.ts";
import type { Job } from "../../protocol/plan.ts";
import { anomalies } from "./anomalies.ts";

/** In the plan's own words; what pusher.toml does not say is undefined. */
export type Rules = Pick<
  Job,
  "startWithinSeconds" | "minRuntimeSeconds" | "maxRuntimeSeconds" | "hardLimitSeconds" | "alertAfter" | "anomalies"
>;

const ALERT_AFTER =
  "write how many failures in a row alert, as in 3, or { failures = 3, of = 10 } for 3 of the last 10";
const times = z
  .int(ALERT_AFTER)
  .check(z.minimum(1, ALERT_AFTER), z.maximum(FAILURES_MAX, `counts to ${FAILURES_MAX} at most`));
const alertAfter = z.union(
  [
    z.pipe(
      times,
      z.transform((failures) => ({ failures })),
    ),
    z
      .strictObject({ failures: times, of: times })
      .check(z.refine(({ failures, of }) => failures <= of, "`failures` is more than `of`: it would never alert")),
  ],
  ALERT_AFTER,
);

export const rules = {
  start_within: z.optional(duration),
  min_runtime: z.optional(duration),
  max_runtime: z.optional(duration),
  hard_limit: z.optional(duration),
  alert_after: z.optional(alertAfter),
  anomalies: z.optional(anomalies),
};

type RawRules = { readonly [Key in keyof typeof rules]?: z.infer<(typeof rules)[Key]> };

/** The rules of a job's table. */
export function rulesOf(raw: RawRules): Rules {
  return {
    startWithinSeconds: raw.start_within,
    minRuntimeSeconds: raw.min_runtime,
    maxRuntimeSeconds: raw.max_runtime,
    hardLimitSeconds: raw.hard_limit,
    alertAfter: raw.alert_after,
    anomalies: raw.anomalies,
  };
}

/** Rules that no run could keep, or that say nothing: the key each stands at, and a sentence. */
export function ruleFaults(
  raw: RawRules & { readonly grace: number },
): { readonly key: string; readonly text: string }[] {
  const faults: { key: string; text: string }[] = [];
  const { start_within: start, min_runtime: least, max_runtime: most, hard_limit: hard } = raw;
  if (start !== undefined && start > raw.grace) {
    faults.push({
      key: "start_within",
      text: "`start_within` is longer than `grace`, in which the job has to be done",
    });
  }
  if (hard !== undefined && most === undefined) {
    faults.push({
      key: "hard_limit",
      text: "`hard_limit` also needs `max_runtime`: how long the job may show no progress",
    });
  }
  if (hard !== undefined && most !== undefined && hard <= most) {
    faults.push({
      key: "hard_limit",
      text: "`hard_limit` has to be longer than `max_runtime`, which progress extends up to it",
    });
  }
  const longest = hard ?? most;
  if (least !== undefined && longest !== undefined && least >= longest) {
    const key = hard === undefined ? "max_runtime" : "hard_limit";
    faults.push({
      key: "min_runtime",
      text: `\`min_runtime\` has to be shorter than \`${key}\`: no run could succeed`,
    });
  }
  return faults;
}
