/** What may happen to a site of three hops, for laws of the judge: heartbeats, runs, proofs, damage, edits, looks; in any order. */
import fc from "fast-check";
import type { HostPlan } from "../../worker/judge/chain.ts";
import { replan } from "../../worker/judge/planned.ts";
import { copyKey, jobKey } from "../../worker/judge/watch.ts";
import {
  began,
  chainPlans,
  differs,
  heard,
  type Life,
  lifeOf,
  look,
  MINUTE,
  NAME,
  proved,
  ran,
  readIn,
  START,
  wellAt,
} from "./site.ts";

export type Happening = (life: Life, now: number) => Life;

/** What befalls something that no plan asks for any more befalls nobody. */
const ifWatched =
  (key: string, happening: Happening): Happening =>
  (life, now) =>
    life.watches.some((watch) => watch.key === key) ? happening(life, now) : life;

const JOBS = [
  ["nas", "nightly"],
  ["nas", "sync"],
  ["vm", "cloud"],
] as const;
const job = fc.constantFrom(...JOBS);
const tier = fc.constantFrom("archive", "staging", "offsite");
const host = fc.constantFrom("nas", "vm");
const ago = fc.integer({ min: 0, max: 30 * 60 }).map((minutes) => minutes * MINUTE);
const badEnd = fc.constantFrom("failed" as const, "timed_out" as const, "skipped" as const);

export const bad: fc.Arbitrary<Happening> = fc.oneof(
  fc
    .tuple(job, badEnd, ago)
    .map(
      ([[on, name], status, before]): Happening =>
        ifWatched(jobKey(on, name), (life, now) => ran(life, on, name, now - before - MINUTE, { status })),
    ),
  fc
    .tuple(tier, host)
    .map(([at, by]): Happening => ifWatched(copyKey("apps", at), (life, now) => differs(life, "apps", at, now, by))),
);
/** A run that began, with or without a sign that it moves. */
export const start: fc.Arbitrary<Happening> = fc
  .tuple(job, ago, fc.option(ago))
  .map(
    ([[on, name], before, moved]): Happening =>
      ifWatched(jobKey(on, name), (life, now) =>
        began(life, on, name, now - before - MINUTE, moved === null ? undefined : now - Math.min(moved, before)),
      ),
  );
const unfinished: fc.Arbitrary<Happening> = fc.oneof(
  start,
  fc
    .tuple(job, fc.constantFrom("ok" as const, "warning" as const, "critical" as const))
    .map(
      ([[on, name], verdict]): Happening =>
        ifWatched(jobKey(on, name), (life, now) => readIn(life, on, name, now - MINUTE, verdict, "pool archive")),
    ),
);
export const good: fc.Arbitrary<Happening> = fc.oneof(
  fc
    .tuple(job, ago)
    .map(
      ([[on, name], before]): Happening =>
        ifWatched(jobKey(on, name), (life, now) => ran(life, on, name, now - before - MINUTE)),
    ),
  fc
    .tuple(tier, host, ago)
    .map(
      ([at, by, before]): Happening =>
        ifWatched(copyKey("apps", at), (life, now) => proved(life, "apps", at, now - before, by)),
    ),
);
export const life1: fc.Arbitrary<Happening> = host.map(
  (name): Happening =>
    (life, now) =>
      heard(life, name, now),
);
export const lookNow: fc.Arbitrary<Happening> = fc.constant(look);
/** Gaps from a minute to a day, near the lengths at which deadlines fall. */
export const gap = fc
  .oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 24 * 60 }))
  .map((min) => min * MINUTE);

export const story = (happening: fc.Arbitrary<Happening>) =>
  fc.array(fc.tuple(gap, happening), { minLength: 1, maxLength: 40 });

/** Each life after each happening, with its time. */
export function* moments(first: Life, happenings: readonly (readonly [number, Happening])[]) {
  let [life, now] = [first, START];
  for (const [after, happen] of happenings) {
    now += after;
    life = happen(life, now);
    yield { life, now };
  }
}

export const windows = fc.record({
  archive: fc.constantFrom(4, 26, 50),
  staging: fc.constantFrom(4, 28, 50),
  offsite: fc.constantFrom(4, 30, 50),
});
/** What a plan may ask of every job beside its success in time. */
export const policies = fc.record(
  {
    startWithinSeconds: fc.constantFrom(600, 7200),
    minRuntimeSeconds: fc.constantFrom(30, 60),
    maxRuntimeSeconds: fc.constantFrom(1800, 7200),
    hardLimitSeconds: fc.constantFrom(14_400, 86_400),
    alertAfter: fc.constantFrom({ failures: 1 }, { failures: 2 }, { failures: 2, of: 4 }),
  },
  { requiredKeys: [] },
);
/** A plan asks for something else, perhaps under another name, perhaps for nothing of its host any more. */
export const edit: fc.Arbitrary<Happening> = fc
  .tuple(windows, policies, fc.constantFrom("kept", "renamed", "dropped"))
  .map(([hours, more, last]): Happening => {
    const plans = chainPlans(hours, more).map((of) => (of.host === "vm" ? withLast(of, last) : of));
    return (life, now) => {
      const change = replan(NAME, plans, life.watches, now);
      if (!("put" in change)) throw new Error(change.join("; "));
      return { ...life, watches: change.put };
    };
  });

function withLast(of: HostPlan, last: string): HostPlan {
  const jobs = last === "dropped" ? [] : of.plan.jobs.map((job) => (last === "renamed" ? { ...job, name: "b2" } : job));
  return { ...of, plan: { ...of.plan, jobs } };
}

/** What a host tells. */
export const told = fc.oneof({ weight: 3, arbitrary: life1 }, good, bad, unfinished);
/** Whatever may arrive, but for a look. */
export const arriving = fc.oneof({ weight: 6, arbitrary: told }, edit);
export const anything = fc.oneof({ weight: 3, arbitrary: lookNow }, { weight: 7, arbitrary: arriving });
export const site = fc.tuple(windows, policies, fc.boolean()).map(([hours, more, begun]) => {
  const life = lifeOf(chainPlans(hours, more));
  return begun ? wellAt(life, START) : life;
});
