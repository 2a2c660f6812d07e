/** The shape of pusher.toml, all but the settings of each job's kind. Every table is strict. */
import * as z from "zod/mini";
import { duration, durationOrNone } from "../../protocol/duration.ts";
import { name } from "../../protocol/fields.ts";
import { thresholds } from "../../protocol/thresholds.ts";
import { alarm } from "./alarm.ts";
import { depth } from "./depth.ts";
import { argv, filled, isSafeUrl, reference } from "./fields.ts";
import { rules } from "./rules.ts";

const keep = z.optional(z.int("write a whole number").check(z.minimum(0, "must not be negative")));

const workerUrl = z
  .string()
  .check(
    z.refine(
      isWorkerUrl,
      "give the worker's address, as in https://tierwatch.example.workers.dev (http is for loopback only)",
    ),
  );

function isWorkerUrl(text: string): boolean {
  if (!isSafeUrl(text)) return false;
  const url = new URL(text);
  const bare = url.search === "" && url.hash === "" && url.username === "" && url.password === "";
  return bare && url.pathname === "/";
}

const policy = z.strictObject({ hourly: keep, daily: keep, weekly: keep, monthly: keep, yearly: keep });

const dataset = z.strictObject({
  name,
  born: name,
  paths: z.optional(z.record(name, filled)),
  fetch: z.optional(z.record(name, argv)),
  samples: z.optional(
    z.int("write a whole number").check(z.minimum(1, "at least 1"), z.maximum(1_000, "at most 1000")),
  ),
});

const schedule = z.strictObject({
  cron: z.optional(filled),
  on_calendar: z.optional(filled),
  zone: z.optional(filled),
  every: z.optional(duration),
});

/** The keys of `[[jobs]]` that every kind has; what else stands there is the kind's own. */
export const commonJob = {
  name,
  kind: z.string(),
  schedule,
  grace: durationOrNone,
  ...rules,
  from: z.optional(name),
  to: z.optional(name),
  datasets: z.optional(z.array(name).check(z.minLength(1, "name at least one dataset"))),
  window: z.optional(duration),
  proof: z.optional(z.enum(["marker", "run"])),
  depth: z.optional(depth),
  tier: z.optional(name),
  thresholds: z.optional(thresholds),
};

export const root = z.strictObject({
  worker: workerUrl,
  state: z.optional(filled),
  key: reference,
  beat: z.strictObject({ every: duration, grace: durationOrNone }),
  alarm: z.optional(alarm),
  policies: z.optional(z.record(name, policy)),
  datasets: z.optional(z.array(dataset)),
  jobs: z.optional(z.array(z.looseObject(commonJob))),
});

export type Root = z.infer<typeof root>;
export type RawJob = NonNullable<Root["jobs"]>[number];
export type RawDataset = NonNullable<Root["datasets"]>[number];
