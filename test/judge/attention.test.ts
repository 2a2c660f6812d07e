/** What is said of incidents, and when: silences, pauses, acknowledgements, snoozes, reminders, flapping. */
import { describe, expect, test } from "vitest";
import type { Act } from "../../worker/judge/acts.ts";
import type { Attention } from "../../worker/judge/incident.ts";
import { type Context, NO_CONTEXT } from "../../worker/judge/verdict.ts";
import {
  bothHeard,
  chainPlans,
  HOUR,
  type Life,
  lifeOf,
  look,
  MINUTE,
  NAME,
  proved,
  ran,
  readIn,
  START,
  statuses,
  titles,
  verdictOf,
  watch,
  wellAt,
} from "./site.ts";

const WELL = START + HOUR;
const DAY = 24 * HOUR;
/** When `sync` ended badly: it began after its good run. */
const T = WELL + 5 * MINUTE;
const well = () => wellAt(lifeOf(chainPlans()), WELL);
const kinds = (life: Life) => life.said.map(({ kind }) => kind);
const failed = (life: Life, at: number) => ran(life, "nas", "sync", at - MINUTE, { status: "failed", exitCode: 2 });
const mended = (life: Life, at: number) => ran(life, "nas", "sync", at - MINUTE);

function silence(fromAt: number, untilAt: number | null, scope = `site:${NAME}`, more: Partial<Act> = {}): Act {
  return { id: "a", site: NAME, kind: "silence", scope, fromAt, untilAt, recurs: null, ...more };
}

const withActs = (...acts: Act[]): Context => ({ ...NO_CONTEXT, acts });
const daily: Context = { ...NO_CONTEXT, remind: { critical: DAY, warning: 7 * DAY } };

/** A look at `at` with both hosts heard then. */
const alive = (life: Life, at: number, context = NO_CONTEXT) => look(bothHeard(life, at), at, context);

function attended(life: Life, change: Partial<Attention>): Life {
  return { ...life, open: life.open.map((one) => ({ ...one, attention: { ...one.attention, ...change } })) };
}

describe("a silence", () => {
  const from = WELL + 10 * MINUTE;
  const until = WELL + 2 * HOUR;
  const night = withActs(silence(from, until));

  test("holds back the alert of what goes bad in it, records it, and tells it at its end", () => {
    const bad = alive(failed(well(), from + MINUTE), from + MINUTE, night);
    expect([bad.said, bad.open.length, watch(bad, "job:nas/sync").status]).toEqual([[], 1, "failed"]);
    expect(bad.open[0]?.attention.dueAt).toBe(until);
    expect(alive(bad, until - 1, night).said).toEqual([]);
    const told = alive(bad, until, night);
    expect(kinds(told)).toEqual(["opened"]);
    expect(told.said[0]?.lines.join(" ")).toContain("during a silence that is over now");
  });

  test("says nothing of what came and went in it", () => {
    let lived = alive(failed(well(), from + MINUTE), from + MINUTE, night);
    lived = alive(mended(lived, from + 20 * MINUTE), from + 20 * MINUTE, night);
    lived = alive(lived, until, night);
    expect([lived.said, lived.open]).toEqual([[], []]);
  });

  test("does not make anew what was told before it, and lets it be closed", () => {
    const before = alive(failed(well(), from - MINUTE), from - MINUTE, night);
    expect(kinds(before)).toEqual(["opened"]);
    const during = alive(before, from + MINUTE, night);
    expect(kinds(alive(during, until, night))).toEqual(["opened"]);
    expect(kinds(alive(mended(during, from + 20 * MINUTE), from + 20 * MINUTE, night))).toEqual(["opened", "closed"]);
  });

  test.each([
    ["its job", "job:nas/sync", []],
    ["its host", "host:nas", []],
    ["its site", `site:${NAME}`, []],
    ["another job", "job:nas/nightly", ["opened"]],
    ["another host", "host:vm", ["opened"]],
    ["a tier", "tier:staging", ["opened"]],
  ])("of %s covers what lies in it alone", (_what, scope, said) => {
    const acts = withActs(silence(from, until, scope));
    expect(kinds(alive(failed(well(), from + MINUTE), from + MINUTE, acts))).toEqual(said);
  });

  test("of a tier covers its copies", () => {
    const acts = withActs(silence(WELL, WELL + 3 * DAY, "tier:staging"));
    let lived = well();
    for (let at = WELL; at <= WELL + 30 * HOUR; at += 5 * MINUTE) {
      if (at === WELL + 24 * HOUR) {
        for (const [host, job] of [
          ["nas", "nightly"],
          ["nas", "sync"],
          ["vm", "cloud"],
        ] as const)
          lived = ran(lived, host, job, at);
        lived = proved(lived, "apps", "archive", at, "nas");
      }
      lived = alive(lived, at, acts);
    }
    expect([lived.said, lived.open.map(({ subject }) => subject)]).toEqual([[], ["copy:apps/staging"]]);
  });

  test.each([
    ["2026-11-23T05:59:59Z", ["opened"]],
    ["2026-11-23T06:00:00Z", []],
    ["2026-11-23T06:59:59Z", []],
    ["2026-11-23T07:00:00Z", ["opened"]],
    ["2026-11-24T06:30:00Z", []],
  ])("that comes each day at 07:00 in Berlin for an hour holds at %s: %o", (time, said) => {
    const recurs = { schedule: { cron: "0 7 * * *", zone: "Europe/Berlin" }, seconds: 3600 };
    const acts = withActs(silence(START, null, `site:${NAME}`, { recurs }));
    const at = Date.parse(time);
    expect(kinds(alive(failed(wellAt(lifeOf(chainPlans()), at - HOUR), at), at, acts))).toEqual(said);
  });
});

describe("a silence at 02:30 each night in Berlin for an hour, over the jumps of summer time,", () => {
  const recurs = { schedule: { cron: "30 2 * * *", zone: "Europe/Berlin" }, seconds: 3600 };
  const acts = withActs(silence(START, null, `site:${NAME}`, { recurs }));

  test.each([
    ["in spring begins at the jump that skips it, 03:00", "2027-03-28T00:59:59Z", ["opened"]],
    ["in spring begins at the jump that skips it, 03:00", "2027-03-28T01:00:00Z", []],
    ["and lasts its hour", "2027-03-28T01:59:59Z", []],
    ["and lasts its hour", "2027-03-28T02:00:00Z", ["opened"]],
    ["in autumn begins at the first of two 02:30", "2027-10-31T00:30:00Z", []],
    ["and lasts its hour", "2027-10-31T01:29:59Z", []],
    ["and does not come again at the second", "2027-10-31T01:30:00Z", ["opened"]],
    ["the night after it is at 02:30 again", "2027-11-01T01:30:00Z", []],
  ])("%s: at %s", (_what, time, said) => {
    const at = Date.parse(time);
    expect(kinds(alive(failed(wellAt(lifeOf(chainPlans()), at - HOUR), at), at, acts))).toEqual(said);
  });
});

describe("a reminder", () => {
  const opened = () => alive(failed(well(), T), T, daily);

  test.each([
    ["a moment before its day is over", DAY - 1, ["opened"]],
    ["when its day is over", DAY, ["opened", "reminder"]],
  ])("comes not before its time: %s", (_what, after, said) => {
    const lived = alive(ran(opened(), "nas", "nightly", WELL + DAY - HOUR), T + after, daily);
    expect(kinds(lived).slice(0, 2)).toEqual(said);
  });

  test("comes again after as long, numbered", () => {
    let lived = opened();
    for (const day of [1, 2, 3]) lived = look(lived, T + day * DAY, daily);
    const mine = lived.said.filter(({ root, kind }) => root === "job:nas/sync" && kind === "reminder");
    expect(mine.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(mine[0]?.title).toMatch(/^Still: home: sync on nas failed/);
    expect(mine[0]?.lines.join(" ")).toMatch(/It began at \S+ \S+ UTC \(24 h ago\)\./);
  });

  test("wakes the sweep when it is due", () => {
    expect(opened().open[0]?.attention.dueAt).toBe(T + DAY);
  });

  test("of a warning has an interval of its own", () => {
    const warned = look(
      bothHeard(readIn(well(), "nas", "sync", T, "warning", "pool"), WELL + MINUTE),
      WELL + MINUTE,
      daily,
    );
    expect(warned.open[0]?.attention.dueAt).toBe(WELL + MINUTE + 7 * DAY);
  });

  test("is held back by a silence until its end", () => {
    const due = T + DAY;
    const acts = { ...daily, acts: [silence(due - MINUTE, due + HOUR, "job:nas/sync")] };
    const during = alive(opened(), due, acts);
    const mine = (life: Life) => life.said.filter(({ root, kind }) => root === "job:nas/sync" && kind === "reminder");
    expect(mine(during)).toEqual([]);
    expect(mine(alive(during, due + HOUR, acts))).toHaveLength(1);
  });
});

describe("an acknowledged incident", () => {
  const acked = () => attended(alive(failed(well(), T), T, daily), { ackedAt: T + MINUTE, ackedBy: "me" });
  const ofSync = (life: Life) => life.said.filter(({ root }) => root === "job:nas/sync").map(({ kind }) => kind);

  test("sends no reminders", () => {
    const lived = look(acked(), WELL + 3 * DAY, daily);
    expect(ofSync(lived)).toEqual(["opened"]);
  });

  test("does when something else goes bad in it, and is not acknowledged any more", () => {
    let lived = acked();
    for (let at = WELL + HOUR; at <= WELL + 29 * HOUR; at += 5 * MINUTE) {
      if (at === WELL + 24 * HOUR) {
        lived = proved(ran(ran(lived, "nas", "nightly", at), "vm", "cloud", at), "apps", "archive", at, "nas");
      }
      lived = alive(lived, at, daily);
    }
    expect(watch(lived, "copy:apps/staging").status).toBe("missed");
    expect(ofSync(lived)).toEqual(["opened", "reminder"]);
    expect(lived.open.find(({ root }) => root === "job:nas/sync")?.attention.ackedAt).toBeNull();
  });

  test("is told as closed all the same", () => {
    expect(ofSync(alive(mended(acked(), WELL + HOUR), WELL + HOUR, daily))).toEqual(["opened", "closed"]);
  });
});

describe("an incident that grows worse", () => {
  test("from a warning to critical is told at once, and says so", () => {
    const warned = alive(readIn(well(), "nas", "sync", T, "warning", "pool archive is DEGRADED"), WELL + MINUTE, daily);
    expect(warned.open).toMatchObject([{ severity: "warning" }]);
    const worse = alive(
      readIn(warned, "nas", "sync", WELL + HOUR, "critical", "pool archive is FAULTED"),
      WELL + HOUR + MINUTE,
      daily,
    );
    expect(kinds(worse)).toEqual(["opened", "reminder"]);
    expect(worse.said[1]).toMatchObject({ severity: "critical", title: expect.stringMatching(/^Now critical: /) });
    expect(kinds(alive(worse, WELL + 2 * HOUR, daily))).toEqual(["opened", "reminder"]);
  });
});

describe("an incident that grows worse in a silence", () => {
  const from = WELL + 30 * MINUTE;

  test.each([
    ["an hour", from + HOUR, from + HOUR],
    ["a day, ended after an hour", from + 24 * HOUR, from + HOUR],
    ["no end, ended after an hour", null, from + HOUR],
  ])("of %s is told when the silence is over, and not before", (_what, until, endedAt) => {
    const warned = alive(readIn(well(), "nas", "sync", T, "warning", "pool archive is DEGRADED"), WELL + MINUTE, daily);
    const acts = { ...daily, acts: [silence(from, until)] };
    const text = "pool archive is FAULTED";
    const worse = readIn(warned, "nas", "sync", from + 10 * MINUTE, "critical", text);
    let lived = alive(worse, from + 11 * MINUTE, acts);
    lived = alive(lived, endedAt - 1, acts);
    expect(kinds(lived)).toEqual(["opened"]);
    lived = alive(lived, endedAt, daily);
    expect(kinds(lived)).toEqual(["opened", "reminder"]);
    expect(lived.said[1]).toMatchObject({ severity: "critical" });
  });
});

describe("a snoozed incident", () => {
  test("is reminded of at the end of its snooze, and then as usual", () => {
    const until = WELL + 3 * DAY;
    let lived = attended(alive(failed(well(), T), T, daily), { snoozedUntil: until });
    const mine = () => lived.said.filter(({ root, kind }) => root === "job:nas/sync" && kind === "reminder").length;
    lived = look(lived, until - 1, daily);
    expect(mine()).toBe(0);
    lived = look(lived, until, daily);
    expect(mine()).toBe(1);
    lived = look(lived, until + DAY, daily);
    expect(mine()).toBe(2);
  });
});

describe("a pause", () => {
  const pause = (scope: string, fromAt: number, untilAt: number | null) =>
    withActs(silence(fromAt, untilAt, scope, { kind: "pause" }));

  test("closes what is open with that reason, and the watch is neither judged nor shown as ok", () => {
    const bad = alive(failed(well(), T), T);
    const paused = alive(bad, WELL + HOUR, pause("job:nas/sync", WELL + HOUR, null));
    expect(titles(paused).at(-1)).toBe("home: sync on nas is paused");
    expect(watch(paused, "job:nas/sync")).toMatchObject({
      status: "paused",
      reason: { code: "paused", untilAt: null },
      dueAt: null,
    });
  });

  test("that is over gives the watch until its next own chance", () => {
    const acts = pause("job:nas/sync", WELL, WELL + 40 * HOUR);
    let lived = alive(well(), WELL + 30 * HOUR, acts);
    lived = alive(lived, WELL + 40 * HOUR, acts);
    expect(watch(lived, "job:nas/sync")).toMatchObject({
      status: "late",
      reason: { code: "catching_up", after: "pause" },
    });
    expect(lived.said.filter(({ root }) => root === "job:nas/sync")).toEqual([]);
  });

  test("of a host is no cause for others, and the rest of the site can still be silent", () => {
    const acts = pause("host:vm", WELL, null);
    const lived = look(well(), WELL + 2 * HOUR, acts);
    expect(lived.open.map(({ root }) => root)).toEqual([`site:${NAME}`]);
    expect(statuses(lived)).toMatchObject({ "host:vm": "paused", "job:vm/cloud": "paused" });
  });
});

describe("a root that goes to and fro", () => {
  /** `changes` runs, five minutes apart, each unlike the one before. */
  function storm(changes: number): { life: Life; at: number } {
    let [life, at] = [well(), WELL];
    const closed: { root: string; openedAt: number; noticedAt: number; closedAt: number }[] = [];
    for (let i = 0; i < changes; i++) {
      at += 5 * MINUTE;
      life = bothHeard(i % 2 === 0 ? failed(life, at) : mended(life, at), at);
      const verdict = verdictOf(life, at, { ...NO_CONTEXT, closedLately: closed });
      closed.push(...verdict.closed.map(({ incident, closedAt }) => ({ ...incident, closedAt })));
      life = look(life, at, { ...NO_CONTEXT, closedLately: closed.filter(({ closedAt }) => closedAt < at) });
    }
    return { life, at };
  }

  test("seven times within an hour is damped: one alert says so, and no more until it is calm", () => {
    const { life } = storm(12);
    expect(kinds(life)).toEqual(["opened", "closed", "opened", "closed", "opened", "closed", "opened"]);
    expect(life.said.at(-1)?.lines.join(" ")).toContain("went to and fro more than 6 times within an hour");
    expect(life.open).toHaveLength(1);
  });

  test("closes once it was well for an hour, and not a moment before", () => {
    const { life, at } = storm(12);
    const [incident] = life.open;
    expect(incident?.attention).toMatchObject({ flapping: true, wellAt: at, dueAt: at + HOUR });
    expect(kinds(alive(life, at + HOUR - 1)).at(-1)).toBe("opened");
    expect(kinds(alive(life, at + HOUR)).at(-1)).toBe("closed");
  });

  test("six changes are told one by one", () => {
    expect(kinds(storm(6).life)).toEqual(["opened", "closed", "opened", "closed", "opened", "closed"]);
  });
});

describe("the closing alert", () => {
  test("tells how long it lasted and how many runs were missed", () => {
    let lived = well();
    for (let at = WELL; at <= WELL + 73 * HOUR; at += 5 * MINUTE) {
      if (at % DAY === WELL % DAY && at > WELL) {
        for (const [host, job] of [
          ["nas", "nightly"],
          ["vm", "cloud"],
        ] as const)
          lived = ran(lived, host, job, at);
        for (const tier of ["archive", "staging", "offsite"])
          lived = proved(lived, "apps", tier, at, tier === "archive" ? "nas" : "vm");
      }
      lived = alive(lived, at);
    }
    lived = alive(mended(lived, WELL + 73 * HOUR + 5 * MINUTE), WELL + 73 * HOUR + 5 * MINUTE);
    const [closed] = lived.said.filter(({ root, kind }) => root === "job:nas/sync" && kind === "closed");
    expect(closed?.lines.slice(0, 2)).toEqual([
      "It began at 2026-11-24 04:00 UTC (2 d ago) and lasted 2 d.",
      "2 runs were missed.",
    ]);
  });
});
