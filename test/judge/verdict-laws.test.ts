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
import { isBad, type Watch } from "../../worker/judge/watch.ts";
import {
  anything,
  bad,
  edit,
  good,
  type Happening,
  life1,
  lookNow,
  moments,
  policies,
  site,
  start,
  story,
  windows,
} from "./happenings.ts";
import {
  bothHeard,
  chainPlans,
  HOUR,
  heard,
  type Life,
  lifeOf,
  look,
  MINUTE,
  NAME,
  START,
  verdictOf,
  wellAt,
} from "./site.ts";

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
