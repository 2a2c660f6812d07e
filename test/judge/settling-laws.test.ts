/** Where it all ends, whatever happened to a site before: what goes on failing is told, and what goes well again is well. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_CONTEXT } from "../../worker/judge/verdict.ts";
import { isBad } from "../../worker/judge/watch.ts";
import { site } from "./happenings.ts";
import { looks, type Seen, steps } from "./rare-looks.ts";
import { bothHeard, HOUR, type Life, look, MINUTE, proved, readIn } from "./site.ts";

/** Longer than the longest window, and every grace and limit and time to follow after it. */
const TOLD_WITHIN = 132 * HOUR;
/** Six nights: some plans look at the last four runs. */
const WELL_WITHIN = 6 * 24 * HOUR;

/** Each hour both hosts are heard and somebody looks, until `to`. */
function lives(
  { life, blinds }: Seen,
  from: number,
  to: number,
  happens: (life: Life, now: number, hour: number) => Life,
): Life {
  let lived = life;
  for (let now = from, hour = 0; now <= to; now += HOUR, hour++)
    lived = look(happens(bothHeard(lived, now), now, hour), now, { ...NO_CONTEXT, blinds });
  return lived;
}

/** Each day every job reads and succeeds; what they carry arrives each hour, for there are windows of four. */
function goesWell(life: Life, now: number, hour: number): Life {
  return life.watches.reduce((lived, { spec }) => {
    if (spec.kind === "copy") return proved(lived, spec.dataset, spec.tier, now, "vm");
    const runs = spec.kind === "job" && hour % 24 === 0;
    return runs ? readIn(lived, spec.host, spec.job, now - MINUTE, "ok", "pool archive") : lived;
  }, life);
}

const ends = (check: (seen: Seen, now: number) => void) =>
  fc.assert(
    fc.property(site, steps, (first, happenings) => {
      const last = [...looks(first, happenings)].at(-1);
      if (last !== undefined) check(last.seen, last.now);
    }),
    { numRuns: 200 },
  );

test("when nothing succeeds any more, all of it is told in the end", () => {
  ends((seen, now) => {
    const { watches, open } = lives(seen, now + HOUR, now + TOLD_WITHIN, (life) => life);
    const known = new Set(open.map(({ id }) => id));
    const untold = watches.filter(({ spec, status, incidentId }) => {
      const isTold = (isBad(status) || status === "blocked") && incidentId !== null && known.has(incidentId);
      return spec.kind === "host" ? status !== "ok" : !isTold;
    });
    expect(untold).toEqual([]);
  });
});

test("when all goes well again, all of it is well in the end, and nothing stays open", () => {
  ends((seen, now) => {
    const { watches, open } = lives(seen, now + HOUR, now + WELL_WITHIN, goesWell);
    expect(watches.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(open).toEqual([]);
  });
});
