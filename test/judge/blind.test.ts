/** Deadlines that pass while nobody looks, at instants written out. */
import { describe, expect, test } from "vitest";
import { blindInterval, blindUntil, patienceOf } from "../../worker/judge/blind.ts";
import { sayBlind } from "../../worker/judge/say-blind.ts";
import { judgeSite, NO_CONTEXT } from "../../worker/judge/verdict.ts";
import {
  bothHeard,
  chainPlans,
  edited,
  HOUR,
  heard,
  type Life,
  lifeOf,
  look,
  MINUTE,
  NAME,
  ran,
  readIn,
  roots,
  START,
  verdictOf,
  watch,
  wellAt,
} from "./site.ts";

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);

describe("a blind interval", () => {
  test.each([
    ["five minutes after the last sweep there is none", at("02:05:00"), null],
    ["a moment later it lasts since then", at("02:05:00") + 1, { fromAt: at("02:00:00"), untilAt: at("02:05:00") + 1 }],
  ])("%s", (_what, now, expected) => {
    expect(blindInterval(at("02:00:00"), now)).toEqual(expected);
  });

  test("there is none before the first sweep ever", () => {
    expect(blindInterval(null, START)).toBeNull();
  });

  const blinds = [{ fromAt: at("02:00:00"), untilAt: at("05:00:00") }];
  const patience = 10 * MINUTE;

  test.each([
    ["passed before it", "01:59:59.999", null],
    ["passed at its beginning", "02:00:00.000", "05:10:00"],
    ["passed in it", "03:30:00.000", "05:10:00"],
    ["passed before hosts can be back", "05:09:59.999", "05:10:00"],
    ["passed when they had their time", "05:10:00.000", null],
  ])("a deadline that %s", (_what, missedAt, until) => {
    expect(blindUntil(blinds, patience, at(missedAt))).toBe(until === null ? null : at(until));
  });

  test("hosts are back when the slowest of them had its beat", () => {
    expect(patienceOf(lifeOf(chainPlans()).watches)).toBe(10 * MINUTE);
  });

  test("is told once, with both its ends and what happens next", () => {
    const { title, lines, kind } = sayBlind({ fromAt: at("02:00:00"), untilAt: at("05:13:00") });
    expect([kind, title]).toEqual(["notice", "Tierwatch itself was blind for 3 h 13 min; it looks again"]);
    expect(lines[0]).toContain("From 2026-11-23 02:00 UTC to 2026-11-23 05:13 UTC");
  });
});

describe("what was wrong before a time in which nobody looked, and in which the next run was due", () => {
  // Runs are due a day after START and have an hour; windows are longer than that, but for the copy's.
  const before = wellAt(lifeOf(chainPlans({ archive: 25 })), START);
  const blind = { fromAt: START + 24 * HOUR, untilAt: START + 27 * HOUR };
  const shallow = (life: Life): Life => {
    const full = { at: START, versions: 9, oldestAt: START - 90 * 24 * HOUR, newestAt: START };
    const empty = { at: START + 5 * MINUTE, versions: 0, oldestAt: null, newestAt: null };
    const watches = life.watches.map((one) =>
      one.key === "copy:apps/archive" && one.facts.kind === "copy"
        ? { ...one, facts: { ...one.facts, depth: [empty, full] } }
        : one,
    );
    return { ...life, watches };
  };

  test.each([
    ["a run that warned", ran(before, "nas", "nightly", START + 5 * MINUTE, { status: "warned" }), "job:nas/nightly"],
    ["a reading", readIn(before, "nas", "nightly", START + 5 * MINUTE, "warning", "1 error"), "job:nas/nightly"],
    ["a copy that lost its versions", shallow(before), "copy:apps/archive"],
  ])("goes on: %s", (_what, bad, key) => {
    const told = look(bothHeard(bad, START + 10 * MINUTE), START + 10 * MINUTE);
    expect(told.open).toHaveLength(1);
    const now = blind.untilAt + MINUTE;
    const verdict = judgeSite(NAME, bothHeard(told, now).watches, told.open, now, { ...NO_CONTEXT, blinds: [blind] });
    expect(roots(verdict.closed.map(({ incident }) => incident))).toEqual([]);
    const after = { ...told, watches: verdict.after };
    expect(watch(after, key)).toMatchObject({ status: "failed", reason: watch(told, key).reason });
  });
});

describe("a site after three hours in which nobody looked", () => {
  const well = wellAt(lifeOf(chainPlans()), START);
  const blind = { fromAt: START + MINUTE, untilAt: START + 3 * HOUR };
  const look = (life: Life, now: number) =>
    judgeSite(NAME, life.watches, life.open, now, { ...NO_CONTEXT, blinds: [blind] });
  const until = blind.untilAt + 10 * MINUTE;

  test("is not called silent before its hosts had time to be heard", () => {
    const first = look(well, blind.untilAt);
    expect(first.opened).toEqual([]);
    const nas = first.after.find(({ key }) => key === "host:nas");
    expect(nas).toMatchObject({
      status: "late",
      reason: { code: "unseen", deadlineAt: START + 10 * MINUTE, untilAt: until },
      dueAt: until,
    });
    expect(look(well, until - 1).opened).toEqual([]);
  });

  test("whose outage began in it is one incident, since its deadline", () => {
    const { opened } = look(well, until);
    expect(opened).toMatchObject([{ root: "site:home", openedAt: START + 10 * MINUTE, noticedAt: until }]);
  });

  test("of which one host stayed away is one incident of that host", () => {
    const { opened } = look(heard(well, "vm", blind.untilAt + MINUTE), until);
    expect(opened.map(({ root }) => root)).toEqual(["host:nas"]);
  });

  test("whose hosts come back in time is well, and nothing was opened", () => {
    const back = bothHeard(well, blind.untilAt + 5 * MINUTE);
    const { opened, after } = look(back, until - 1);
    expect(opened).toEqual([]);
    expect(after.filter(({ status }) => status !== "ok")).toEqual([]);
  });

  test("does not forget what was missed before it", () => {
    const before = judgeSite(NAME, well.watches, [], START + 10 * MINUTE);
    const later = { fromAt: START + 11 * MINUTE, untilAt: START + 3 * HOUR };
    const verdict = judgeSite(NAME, before.after, before.opened, START + 3 * HOUR, {
      ...NO_CONTEXT,
      blinds: [later],
    });
    expect(before.opened.map(({ root }) => root)).toEqual(["site:home"]);
    expect(verdict.opened.concat(verdict.closed.map(({ incident }) => incident))).toEqual([]);
  });

  test("does not take back what a sweep told in it that died before it wrote down that it looked", () => {
    const told = judgeSite(NAME, well.watches, [], START + 10 * MINUTE);
    const around = { fromAt: START + 9 * MINUTE, untilAt: START + 15 * MINUTE };
    const verdict = judgeSite(NAME, told.after, told.opened, START + 15 * MINUTE, { ...NO_CONTEXT, blinds: [around] });
    expect(roots(told.opened)).toEqual(["site:home"]);
    expect(verdict.opened.concat(verdict.closed.map(({ incident }) => incident))).toEqual([]);
    expect(verdict.after.filter(({ status }) => status === "missed")).toHaveLength(2);
  });

  test("in which a silent host waited for its peer waits until that one had its time", () => {
    // nas is overdue at minute 10 and waits for vm, which is only at minute 13: while nobody looks.
    const waiting = heard(well, "vm", START + 3 * MINUTE);
    const later = { fromAt: START + 12 * MINUTE, untilAt: START + 3 * HOUR };
    const lookLater = (life: Life, now: number) =>
      judgeSite(NAME, life.watches, life.open, now, { ...NO_CONTEXT, blinds: [later] });
    expect(lookLater(waiting, later.untilAt).opened).toEqual([]);
    expect(lookLater(waiting, until - 1).opened).toEqual([]);
    expect(lookLater(waiting, until).opened).toMatchObject([{ root: "site:home", openedAt: START + 13 * MINUTE }]);
    const vmIsBack = heard(waiting, "vm", later.untilAt + MINUTE);
    expect(lookLater(vmIsBack, later.untilAt + MINUTE).opened.map(({ root }) => root)).toEqual(["host:nas"]);
  });
});

test("a deadline that is excused asks for no look beside a miss, however often somebody looks until then", () => {
  const prompt = wellAt(lifeOf(chainPlans({}, { startWithinSeconds: 600 })), START);
  const found = look(bothHeard(prompt, START + 24.2 * HOUR), START + 24.2 * HOUR);
  expect(watch(found, "job:nas/nightly").reason).toMatchObject({ code: "not_started" });
  const patient = chainPlans({}, { startWithinSeconds: 7200, graceSeconds: 1800 });
  const lived = edited(bothHeard(found, START + 24.3 * HOUR), patient, START + 24.3 * HOUR);
  // Success was due at 24:30, somebody looked then; a start at 26:00, and nobody did.
  const now = START + 26.1 * HOUR;
  const context = { ...NO_CONTEXT, blinds: [{ fromAt: START + 25.9 * HOUR, untilAt: now }] };
  const first = look(bothHeard(lived, now), now, context);
  expect(watch(first, "job:nas/nightly").reason).toMatchObject({ code: "overdue", deadlineAt: START + 24.5 * HOUR });
  expect(verdictOf(first, now, context).changed).toEqual([]);
});
