/** Hosts and sites that are heard again: what hung on them has time to follow, and is told after it. */
import { describe, expect, test } from "vitest";
import { NO_CONTEXT } from "../../worker/judge/verdict.ts";
import {
  aliveUntil,
  began,
  bothHeard,
  HOUR,
  heard,
  type Life,
  look,
  lookOften,
  MINUTE,
  proved,
  ran,
  roots,
  WELL,
  watch,
  well,
} from "./site.ts";

describe("a host that is heard again", () => {
  /** The nas is silent for 30 hours, while the vm is heard and does its job. */
  const gone = () => {
    let lived = ran(well(), "vm", "cloud", WELL + 24 * HOUR);
    for (let at = WELL; at <= WELL + 30 * HOUR; at += 5 * MINUTE) lived = look(heard(lived, "vm", at), at);
    return lived;
  };
  const back = WELL + 31 * HOUR;

  test("closes its incident, and what was blocked gets time to follow", () => {
    const lived = look(bothHeard(gone(), back), back);
    expect(lived.said.filter(({ root }) => root === "host:nas").map(({ kind }) => kind)).toEqual(["opened", "closed"]);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({
      status: "late",
      reason: { code: "catching_up", after: "host:nas", untilAt: back + 10 * MINUTE },
      heldUntil: back + 10 * MINUTE,
    });
    expect(watch(lived, "copy:apps/archive").reason).toMatchObject({
      code: "catching_up",
      untilAt: back + 25 * HOUR + 10 * MINUTE,
    });
  });

  test("with a spool that tells of runs in time says nothing more", () => {
    let lived = look(bothHeard(gone(), back), back);
    for (const job of ["nightly", "sync"]) lived = ran(lived, "nas", job, WELL + 24 * HOUR);
    for (const tier of ["archive", "staging", "offsite"]) lived = proved(lived, "apps", tier, WELL + 24 * HOUR, "vm");
    lived = aliveUntil(lived, back + MINUTE, back + 2 * HOUR);
    expect(lived.said.filter(({ at }) => at > back)).toEqual([]);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "ok", heldUntil: null });
  });

  test("without what was expected is alerted for what is still bad after that time, and only for that", () => {
    let lived = look(bothHeard(gone(), back), back);
    lived = ran(lived, "nas", "sync", WELL + 24 * HOUR);
    lived = aliveUntil(lived, back + MINUTE, back + 2 * HOUR);
    const after = lived.opened.filter(({ noticedAt }) => noticedAt >= back);
    expect(after).toMatchObject([{ root: "job:nas/nightly", openedAt: WELL + 25 * HOUR }]);
    expect(after[0]?.noticedAt).toBeGreaterThanOrEqual(back + 10 * MINUTE);
    expect(after[0]?.noticedAt).toBeLessThan(back + 15 * MINUTE);
  });
});

describe("a run that a silent host began", () => {
  const bounded = { graceSeconds: 4 * 3600, maxRuntimeSeconds: 1800 };
  const [startedAt, overdue, back] = [WELL + 24 * HOUR, WELL + 24 * HOUR + 35 * MINUTE, WELL + 25 * HOUR];
  /** Back with the start of a run, told by nobody before, that should have ended meanwhile. */
  const heardOf = (life: Life) => look(began(bothHeard(life, back), "nas", "nightly", startedAt), back);
  const alone = () => {
    let lived = aliveUntil(well({}, bounded), WELL, WELL + 23 * HOUR);
    for (let at = WELL + 23 * HOUR; at < back; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    return lived;
  };
  const dark = () => lookOften(aliveUntil(well({}, bounded), WELL, WELL + 23 * HOUR), WELL + 23 * HOUR, back - MINUTE);

  test.each([
    ["host:nas", alone],
    ["site:home", dark],
  ])("may still tell its end when %s is heard again", (root, silent) => {
    const lived = heardOf(silent());
    expect(roots(lived.opened)).toEqual([root]);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({
      status: "late",
      reason: { code: "catching_up", after: root, own: { code: "overrun" } },
      heldUntil: back + 10 * MINUTE,
    });
    const ended = aliveUntil(
      ran(lived, "nas", "nightly", startedAt, { id: `run-${startedAt}` }),
      back,
      back + HOUR / 2,
    );
    expect(roots(ended.opened)).toEqual([root]);
    expect(aliveUntil(lived, back + MINUTE, back + HOUR / 2, MINUTE).opened.slice(1)).toMatchObject([
      { root: "job:nas/nightly", openedAt: overdue, noticedAt: back + 10 * MINUTE },
    ]);
  });

  test("is told at once of a host that was heard all the time", () => {
    const lived = heardOf(aliveUntil(well({}, bounded), WELL, back - MINUTE));
    expect(lived.opened).toMatchObject([{ root: "job:nas/nightly", openedAt: overdue, noticedAt: back }]);
  });
});

describe("a job of a site that was dark", () => {
  const told = (life: Life) =>
    life.opened.filter(({ root }) => root === "job:nas/nightly").map(({ noticedAt }) => noticedAt);

  test("whose host is heard after another one has time to be delivered, counted from when the site was heard", () => {
    const back = WELL + 26 * HOUR;
    let lived = lookOften(well(), WELL, back - MINUTE);
    for (let at = back; at < back + 9 * MINUTE; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    for (let at = back + 9 * MINUTE; at <= back + HOUR; at += MINUTE) lived = look(bothHeard(lived, at), at);
    expect(roots(lived.opened)).toContain("site:home");
    expect(told(lived)).toEqual([back + 10 * MINUTE]);
  });

  test("whose deadline passed while nobody looked has that time too", () => {
    const blinds = [{ fromAt: WELL + 24.5 * HOUR, untilAt: WELL + 25.5 * HOUR }];
    const back = WELL + 25 * HOUR + 39 * MINUTE;
    let lived = lookOften(well(), WELL, WELL + 24 * HOUR);
    for (let at = WELL + 25.5 * HOUR; at < back; at += MINUTE) lived = look(lived, at, { ...NO_CONTEXT, blinds });
    for (let at = back; at <= back + HOUR; at += MINUTE)
      lived = look(bothHeard(lived, at), at, { ...NO_CONTEXT, blinds });
    expect(told(lived)).toEqual([back + 10 * MINUTE]);
  });
});

test("a copy behind a silent host that ran out of its window while nobody looked has its own chance when the host is back", () => {
  const blinds = [{ fromAt: WELL + 29 * HOUR, untilAt: WELL + 30.5 * HOUR }];
  const back = WELL + 30.5 * HOUR + 5 * MINUTE;
  let lived = ran(well(), "vm", "cloud", WELL + 24 * HOUR);
  for (let at = WELL; at <= WELL + 29 * HOUR; at += 5 * MINUTE) lived = look(heard(lived, "vm", at), at);
  lived = look(heard(lived, "vm", WELL + 30.5 * HOUR), WELL + 30.5 * HOUR, { ...NO_CONTEXT, blinds });
  expect(watch(lived, "copy:apps/offsite").reason).toMatchObject({ code: "unseen", deadlineAt: WELL + 30 * HOUR });
  for (const job of ["nightly", "sync"]) lived = ran(lived, "nas", job, WELL + 24 * HOUR);
  const backSince = (until: number) => {
    let after = lived;
    for (let at = back; at <= until; at += 5 * MINUTE)
      after = look(bothHeard(after, at), at, { ...NO_CONTEXT, blinds });
    return after.opened.filter(({ noticedAt }) => noticedAt >= back);
  };
  // The cloud's next run is due a day after the host is back, and has an hour, and two beats to be told.
  const chance = back + 25 * HOUR + 10 * MINUTE;
  expect(backSince(WELL + 47 * HOUR)).toEqual([]);
  expect(backSince(chance + HOUR).length).toBeGreaterThan(0);
});

test("a copy that misses at the look at which its host is heard joins what is open about its hop", () => {
  const failed = { status: "failed" as const, reason: "no such pool" };
  let lived = aliveUntil(ran(well(), "nas", "nightly", WELL + 24 * HOUR, failed), WELL, WELL + 25.5 * HOUR);
  const missed = WELL + 26 * HOUR;
  for (let at = WELL + 25.5 * HOUR; at < missed; at += MINUTE) lived = look(heard(lived, "vm", at), at);
  expect(roots(lived.open)).toEqual(expect.arrayContaining(["job:nas/nightly", "host:nas"]));
  lived = look(bothHeard(lived, missed), missed);
  const hop = lived.open.find(({ root }) => root === "job:nas/nightly")?.id;
  expect(watch(lived, "copy:apps/archive")).toMatchObject({ status: "missed", incidentId: hop });
});
