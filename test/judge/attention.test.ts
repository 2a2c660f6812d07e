/** What is said of incidents, and when: acknowledgements, snoozes, reminders, flapping. */
import { describe, expect, test } from "vitest";
import { NO_CONTEXT } from "../../worker/judge/verdict.ts";
import { alive, attended, DAY, daily, failed, kinds, mended, silence, T } from "./attended.ts";
import { bothHeard, HOUR, type Life, look, MINUTE, proved, ran, readIn, verdictOf, WELL, watch, well } from "./site.ts";

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

describe("a snoozed incident", () => {
  test("whose snooze was over in the silence that held it back is told once, and not reminded of beside that", () => {
    const quiet = { ...daily, acts: [silence(T - MINUTE, T + 3 * HOUR, "job:nas/sync")] };
    const held = attended(alive(failed(well(), T), T, quiet), { snoozedUntil: T + HOUR });
    const after = look(look(held, T + 3 * HOUR, quiet), T + 3 * HOUR + MINUTE, quiet);
    expect(after.said.filter(({ root }) => root === "job:nas/sync").map(({ kind }) => kind)).toEqual(["opened"]);
  });

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
