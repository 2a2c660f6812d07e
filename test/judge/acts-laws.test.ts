/**
 * What holds of what is said, whatever happens to a site and whatever its owner asks for: silences, pauses, acknowledgements and
 * snoozes, while looks are frequent or rare.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Act } from "../../worker/judge/acts.ts";
import { type Blind, blindInterval } from "../../worker/judge/blind.ts";
import type { Alert } from "../../worker/judge/say.ts";
import type { Context } from "../../worker/judge/verdict.ts";
import { attended } from "./attended.ts";
import { arriving, gap, type Happening, site, told } from "./happenings.ts";
import { HOUR, type Life, look, MINUTE, NAME, START, verdictOf } from "./site.ts";

const EVERY = { critical: 8 * HOUR, warning: 24 * HOUR };
const SITE = `site:${NAME}`;

type Ask =
  | { readonly ask: "silence" | "pause" | "snooze"; readonly minutes: number }
  | { readonly ask: "acknowledge" | "end" | "nothing" };
type Step = { readonly happen: Happening } | Ask;

const minutes = fc.integer({ min: 1, max: 48 * 60 });
const lasting = (...asks: ("silence" | "pause" | "snooze")[]) => fc.record({ ask: fc.constantFrom(...asks), minutes });
const asks = (happening: fc.Arbitrary<Happening>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 5, arbitrary: happening.map((happen) => ({ happen })) },
    { weight: 3, arbitrary: fc.constant({ ask: "nothing" as const }) },
    { weight: 1, arbitrary: lasting("silence", "pause", "snooze") },
    { weight: 1, arbitrary: fc.constantFrom({ ask: "acknowledge" as const }, { ask: "end" as const }) },
  );
const steps = (step: fc.Arbitrary<Step>) => fc.array(fc.tuple(gap, step), { minLength: 1, maxLength: 50 });

interface Seen {
  readonly life: Life;
  readonly acts: readonly Act[];
  readonly blinds: readonly Blind[];
  readonly lastLookAt: number;
}

/** One look of a story, with what was said at it. */
interface Looked {
  readonly now: number;
  readonly before: Life;
  readonly after: Life;
  readonly said: readonly Alert[];
  readonly context: Context;
  /** Whether the whole site is silenced, or paused. */
  readonly isSilent: boolean;
  readonly isPaused: boolean;
}

function asked({ life, acts, ...rest }: Seen, ask: Ask, now: number): Seen {
  switch (ask.ask) {
    case "silence":
    case "pause": {
      const untilAt = now + ask.minutes * MINUTE;
      const act: Act = { id: `${now}`, site: NAME, kind: ask.ask, scope: SITE, fromAt: now, untilAt, recurs: null };
      return { life, acts: [...acts, act], ...rest };
    }
    case "snooze": {
      const untilAt = now + ask.minutes * MINUTE;
      return { life: attended(life, { snoozedUntil: untilAt, dueAt: untilAt }), acts, ...rest };
    }
    case "acknowledge":
      return { life: attended(life, { ackedAt: now, ackedBy: "anna", snoozedUntil: null }), acts, ...rest };
    case "end":
      return { life, acts: acts.map((act) => ({ ...act, untilAt: Math.min(act.untilAt ?? now, now) })), ...rest };
    case "nothing":
      return { life, acts, ...rest };
  }
}

/** A site lives through a story; somebody looks after each step. */
function looks(first: Life, story: readonly (readonly [number, Step])[]): Looked[] {
  let seen: Seen = { life: first, acts: [], blinds: [], lastLookAt: START };
  let now = START;
  return story.map(([after, step]) => {
    now += after;
    seen = "happen" in step ? { ...seen, life: step.happen(seen.life, now) } : asked(seen, step, now);
    const ended = blindInterval(seen.lastLookAt, now);
    const blinds = ended === null ? seen.blinds : [...seen.blinds, ended];
    const context: Context = { blinds, acts: seen.acts, closedLately: [], remind: EVERY };
    const before = seen.life;
    const life = look(before, now, context);
    seen = { ...seen, life, blinds, lastLookAt: now };
    const holds = (kind: Act["kind"]) =>
      seen.acts.some((act) => act.kind === kind && act.fromAt <= now && now < (act.untilAt ?? now + 1));
    const said = life.said.slice(before.said.length);
    return { now, before, after: life, said, context, isSilent: holds("silence"), isPaused: holds("pause") };
  });
}

const lives = (step: fc.Arbitrary<Step>, check: (looks: readonly Looked[]) => void) =>
  fc.assert(
    fc.property(site, steps(step), (first, story) => check(looks(first, story))),
    { numRuns: 500 },
  );

describe("whatever happens and is asked for,", () => {
  const everything = asks(arriving);

  test("looking again at the same time changes nothing and says nothing", () => {
    lives(everything, (seen) => {
      for (const { after, now, context } of seen) {
        const { changed, opened, closed, updated, said } = verdictOf(after, now, context);
        expect({ changed, opened, closed, updated, said }).toEqual({
          ...{ changed: [], opened: [], closed: [] },
          ...{ updated: [], said: [] },
        });
      }
    });
  });

  test("of an incident it is said once that it opened, then once that it closed, and nothing after that", () => {
    lives(everything, (seen) => {
      const said = Map.groupBy(
        seen.flatMap((one) => one.said),
        ({ incidentId }) => incidentId,
      );
      for (const alerts of said.values()) {
        const kinds = alerts.map(({ kind }) => kind);
        const end = kinds.includes("closed") ? kinds.length - 1 : kinds.length;
        const between = kinds.slice(1, end).map(() => "reminder");
        expect(kinds).toEqual(["opened", ...between, ...kinds.slice(end).map(() => "closed")]);
      }
    });
  });

  test("in a silence nothing opens and nothing is reminded of, and outside of one all that is open was told", () => {
    lives(everything, (seen) => {
      const known = new Set<string>();
      for (const { said, after, isSilent } of seen) {
        if (isSilent) expect(said.filter(({ kind }) => kind !== "closed")).toEqual([]);
        for (const { incidentId } of said) known.add(incidentId);
        if (!isSilent) expect(after.open.filter(({ id }) => !known.has(id))).toEqual([]);
      }
    });
  });

  test("what somebody acknowledged is reminded of when it grew, or when a snooze after that is over", () => {
    lives(everything, (seen) => {
      for (const { before, after, said } of seen) {
        const known = new Map(before.open.map((incident) => [incident.id, incident]));
        const open = new Map(after.open.map((incident) => [incident.id, incident]));
        for (const { kind, incidentId } of said) {
          const [was, is] = [known.get(incidentId), open.get(incidentId)];
          if (kind !== "reminder" || was?.attention.ackedAt == null || was.attention.snoozedUntil !== null) continue;
          const grew = (is?.attention.members.length ?? 0) > was.attention.members.length;
          expect(grew || is?.severity !== was.severity).toBe(true);
        }
      }
    });
  });

  test("in a pause nothing is bad, and at its end nothing is told at once that was not before", () => {
    lives(asks(told), (seen) => {
      let wasPaused = false;
      for (const { after, before, isPaused } of seen) {
        if (isPaused) expect(after.open).toEqual([]);
        if (wasPaused && !isPaused) {
          const known = new Set(before.opened.map(({ id }) => id));
          expect(after.opened.filter(({ id }) => !known.has(id))).toEqual([]);
        }
        wasPaused = isPaused;
      }
    });
  });
});

test("reminders are as far apart as their severity asks, but for what grew worse", () => {
  const quiet = fc.oneof(
    { weight: 3, arbitrary: arriving.map((happen): Step => ({ happen })) },
    { weight: 3, arbitrary: fc.constant<Step>({ ask: "nothing" }) },
    { weight: 1, arbitrary: lasting("silence").map((ask): Step => ask) },
  );
  lives(quiet, (seen) => {
    const last = new Map<string, Alert>();
    for (const alert of seen.flatMap(({ said }) => said)) {
      const before = last.get(alert.incidentId);
      last.set(alert.incidentId, alert);
      if (alert.kind !== "reminder" || before === undefined) continue;
      const worse = alert.severity === "critical" && before.severity === "warning";
      if (!worse) expect(alert.at - before.at).toBeGreaterThanOrEqual(EVERY[alert.severity]);
    }
  });
});

test("what stays open is reminded of at the first look after its time, unless somebody acknowledged it", () => {
  const untold = fc.oneof(
    { weight: 3, arbitrary: arriving.map((happen): Step => ({ happen })) },
    { weight: 3, arbitrary: fc.constant<Step>({ ask: "nothing" }) },
    { weight: 1, arbitrary: fc.constant<Step>({ ask: "acknowledge" }) },
  );
  lives(untold, (seen) => {
    const lastAt = new Map<string, number>();
    for (const { now, said, before, after } of seen) {
      for (const { incidentId, at } of said) lastAt.set(incidentId, at);
      const known = new Map(before.open.map(({ id, attention }) => [id, attention.ackedAt !== null]));
      for (const { id, severity } of after.open) {
        if (known.get(id) === true) continue;
        expect(now - (lastAt.get(id) ?? 0)).toBeLessThan(EVERY[severity]);
      }
    }
  });
});
