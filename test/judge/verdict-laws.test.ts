/**
 * What holds of the judge whatever happens: any order of heartbeats, runs, proofs, damage and looks, with any gaps.
 *
 * One look at the end does not find all that many looks found on the way, and should not: a job that was overdue before its
 * host fell silent is told when somebody looks in time, and blocked by the silence when the first look comes later. So what
 * holds is this: while the hosts are heard, one look and many find the same incidents since the same instants; when they
 * fall silent, one look finds nothing that many did not find, and since the same instants too.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostPlan } from "../../worker/judge/chain.ts";
import { replan } from "../../worker/judge/planned.ts";
import { copyKey, isBad, jobKey, type Watch } from "../../worker/judge/watch.ts";
import {
  began,
  bothHeard,
  chainPlans,
  differs,
  HOUR,
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
  verdictOf,
  wellAt,
} from "./site.ts";

type Happening = (life: Life, now: number) => Life;

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

const bad: fc.Arbitrary<Happening> = fc.oneof(
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
const start: fc.Arbitrary<Happening> = fc
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
const good: fc.Arbitrary<Happening> = fc.oneof(
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
const life1: fc.Arbitrary<Happening> = host.map(
  (name): Happening =>
    (life, now) =>
      heard(life, name, now),
);
const lookNow: fc.Arbitrary<Happening> = fc.constant(look);
/** Gaps from a minute to a day, near the lengths at which deadlines fall. */
const gap = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 24 * 60 })).map((min) => min * MINUTE);

const story = (happening: fc.Arbitrary<Happening>) =>
  fc.array(fc.tuple(gap, happening), { minLength: 1, maxLength: 40 });

/** Each life after each happening, with its time. */
function* moments(first: Life, happenings: readonly (readonly [number, Happening])[]) {
  let [life, now] = [first, START];
  for (const [after, happen] of happenings) {
    now += after;
    life = happen(life, now);
    yield { life, now };
  }
}

const windows = fc.record({
  archive: fc.constantFrom(4, 26, 50),
  staging: fc.constantFrom(4, 28, 50),
  offsite: fc.constantFrom(4, 30, 50),
});
/** What a plan may ask of every job beside its success in time. */
const policies = fc.record(
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
const edit: fc.Arbitrary<Happening> = fc
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

const anything = fc.oneof(
  { weight: 3, arbitrary: lookNow },
  { weight: 3, arbitrary: life1 },
  good,
  bad,
  unfinished,
  edit,
);
const site = fc.tuple(windows, policies, fc.boolean()).map(([hours, more, begun]) => {
  const life = lifeOf(chainPlans(hours, more));
  return begun ? wellAt(life, START) : life;
});

function everyMoment(happening: fc.Arbitrary<Happening>, check: (life: Life, now: number) => void): void {
  fc.assert(
    fc.property(site, story(happening), (first, happenings) => {
      for (const { life, now } of moments(first, happenings)) check(life, now);
    }),
    { numRuns: 400 },
  );
}

describe("whatever happens to a site,", () => {
  test("no watch is ok without a success of its own", () => {
    const withoutSuccess = fc.oneof(lookNow, life1, bad, start);
    fc.assert(
      fc.property(windows, policies, story(withoutSuccess), (hours, more, happenings) => {
        for (const { life } of moments(lifeOf(chainPlans(hours, more)), happenings)) {
          for (const { status, facts } of life.watches) if (status === "ok") expect(facts.kind).toBe("host");
        }
      }),
      { numRuns: 400 },
    );
  });

  test("no edit of the plan turns a miss into ok: a job or copy that was missed needs a success", () => {
    const withoutSuccess = fc.oneof(lookNow, lookNow, life1, bad, start, edit, edit);
    fc.assert(
      fc.property(windows, policies, story(withoutSuccess), (hours, more, happenings) => {
        const wereBad = new Set<string>();
        for (const { life } of moments(wellAt(lifeOf(chainPlans(hours, more)), START), happenings)) {
          for (const { key, status, spec } of life.watches) {
            if (status === "ok") expect(wereBad).not.toContain(key);
            if (spec.kind !== "host" && (status === "missed" || status === "blocked")) wereBad.add(key);
          }
          // What was taken out of the plan begins anew when it is asked for again.
          const there = new Set(life.watches.map(({ key }) => key));
          for (const key of wereBad) if (!there.has(key)) wereBad.delete(key);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("looking again at the same time changes nothing and says nothing", () => {
    everyMoment(anything, (life, now) => {
      const seen = look(life, now);
      const { changed, opened, closed } = verdictOf(seen, now);
      expect({ changed, opened, closed }).toEqual({ changed: [], opened: [], closed: [] });
    });
  });

  test("a blocked watch belongs to the open incident of what it is blocked by, and a silent cause is silent", () => {
    everyMoment(anything, (life, now) => {
      const seen = look(life, now);
      const own = (key: string) => seen.watches.find((watch) => watch.key === key)?.status;
      for (const { status, reason, incidentId } of seen.watches) {
        if (status !== "blocked" || reason.code !== "blocked") continue;
        expect(seen.open).toContainEqual(expect.objectContaining({ id: incidentId, root: reason.by }));
        if (reason.by.startsWith("host:")) expect(own(reason.by)).toBe("missed");
      }
    });
  });

  test("every bad watch is in an open incident, and every open incident has one", () => {
    everyMoment(anything, (life, now) => {
      const seen = look(life, now);
      const ids = new Set(seen.open.map(({ id }) => id));
      const inBad = (watch: Watch) => isBad(watch.status) || watch.status === "blocked";
      for (const watch of seen.watches)
        expect([watch.key, ids.has(watch.incidentId ?? "")]).toEqual([watch.key, inBad(watch)]);
      expect(new Set(seen.watches.flatMap(({ incidentId }) => incidentId ?? []))).toEqual(ids);
      expect(new Set(seen.open.map(({ root }) => root)).size).toBe(ids.size);
    });
  });

  test("what is not ok for good has a next look, and no incident begins after it was noticed", () => {
    everyMoment(anything, (life, now) => {
      const seen = look(life, now);
      for (const { status, dueAt } of seen.watches) {
        if (status === "late" || status === "pending") expect(dueAt ?? 0).toBeGreaterThan(now);
      }
      for (const { openedAt, noticedAt } of seen.opened) expect(openedAt).toBeLessThanOrEqual(noticedAt);
    });
  });

  test("a silent site is the only thing told while it lasts", () => {
    everyMoment(fc.oneof(lookNow, life1, good), (life, now) => {
      const seen = look(life, now);
      if (!seen.open.some(({ root }) => root === `site:${NAME}`)) return;
      expect(verdictOf(seen, now + HOUR).opened).toEqual([]);
      expect(seen.open.filter(({ root }) => root.startsWith("host:"))).toEqual([]);
    });
  });
});

describe("one look and many", () => {
  const steps = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 20 });
  const told = (life: Life) => life.open.map(({ root, openedAt }) => `${root} since ${openedAt}`);

  test("find the same silent site since the same instant, when nothing is heard any more", () => {
    fc.assert(
      fc.property(windows, fc.nat({ max: 299 }), steps, (hours, phase, gaps) => {
        const first = heard(wellAt(lifeOf(chainPlans(hours)), START), "vm", START + phase * 1000);
        const end = START + 72 * HOUR;
        let [many, now] = [first, START];
        for (const minutes of gaps) {
          now += minutes * MINUTE;
          many = look(many, Math.min(now, end));
        }
        many = look(many, end);
        const once = told(look(first, end));
        expect(once).toEqual([`site:${NAME} since ${START + phase * 1000 + 600_000}`]);
        expect(told(many)).toEqual(expect.arrayContaining(once));
      }),
    );
  });

  test("find the same incidents since the same instants, while the hosts are heard", () => {
    fc.assert(
      fc.property(site, fc.array(fc.oneof(good, bad), { maxLength: 10 }), steps, (first, happenings, gaps) => {
        const begun = happenings.reduce((life, happen) => happen(life, START + 31 * HOUR), first);
        let now = START + 31 * HOUR;
        let many = look(bothHeard(begun, now), now);
        for (const minutes of gaps) {
          now += minutes * MINUTE;
          many = look(bothHeard(many, now), now);
        }
        const once = look(bothHeard(begun, now), now);
        expect(told(many).toSorted()).toEqual(told(once).toSorted());
      }),
      { numRuns: 400 },
    );
  });
});
