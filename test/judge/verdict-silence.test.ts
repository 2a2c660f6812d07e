/** Hosts and sites that fall silent: when that is the cause, and what it leaves of what was told before. */
import { describe, expect, test } from "vitest";
import {
  aliveUntil,
  beats,
  bothHeard,
  chainPlans,
  differs,
  HOUR,
  heard,
  lifeOf,
  look,
  lookOften,
  MINUTE,
  proved,
  ran,
  roots,
  START,
  statuses,
  WELL,
  watch,
  well,
  wellAt,
} from "./site.ts";

/** Hosts beat every 5 minutes with 5 of grace. */
const SILENT_AFTER = 10 * MINUTE;

describe("a host that is late", () => {
  const jobDeadline = WELL + 25 * HOUR;
  /** The vm is heard throughout; the nas last 6 minutes before its nightly job's deadline. */
  const lateNas = () => {
    const last = jobDeadline - 6 * MINUTE;
    const others = ran(ran(well(), "nas", "sync", WELL + 24 * HOUR), "vm", "cloud", WELL + 24 * HOUR);
    const lived = aliveUntil(others, WELL + MINUTE, last);
    return look(heard(bothHeard(lived, last), "vm", jobDeadline), jobDeadline);
  };

  test("lets its jobs wait for its own verdict", () => {
    const lived = lateNas();
    expect(watch(lived, "host:nas").status).toBe("late");
    expect(watch(lived, "job:nas/nightly")).toMatchObject({
      status: "late",
      reason: { code: "waiting", by: "host:nas", untilAt: jobDeadline + 4 * MINUTE },
      dueAt: jobDeadline + 4 * MINUTE,
    });
    expect(lived.opened).toEqual([]);
  });

  test("and then missed blocks them: one alert, of the host", () => {
    const missed = jobDeadline + 4 * MINUTE;
    const lived = look(heard(lateNas(), "vm", missed), missed);
    expect(roots(lived.opened)).toEqual(["host:nas"]);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({
      status: "blocked",
      reason: { code: "blocked", by: "host:nas", own: { code: "overdue" } },
    });
  });

  test("and then heard lets them stand alone", () => {
    const lived = look(bothHeard(lateNas(), jobDeadline + MINUTE), jobDeadline + MINUTE);
    expect(roots(lived.opened)).toEqual(["job:nas/nightly"]);
    expect(lived.opened[0]?.openedAt).toBe(jobDeadline);
  });

  test("does not keep a failed run or a differing file from being told", () => {
    const failed = { status: "failed" as const, reason: "no such pool" };
    const before = aliveUntil(well(), WELL, WELL + HOUR);
    const told = ran(before, "nas", "sync", WELL + HOUR - MINUTE, failed);
    const lived = look(told, WELL + HOUR + 7 * MINUTE);
    expect(statuses(lived)).toMatchObject({ "host:nas": "late", "job:nas/sync": "failed" });
    const torn = look(differs(before, "apps", "staging", WELL + HOUR, "vm"), WELL + HOUR + 7 * MINUTE);
    expect(watch(torn, "copy:apps/staging").status).toBe("failed");
  });
});

describe("a copy that differs, told by a host that is then silent", () => {
  test("is alerted beside the silence: nothing hides proven damage", () => {
    const torn = differs(well(), "apps", "staging", WELL + 1, "vm");
    const lived = look(heard(torn, "vm", WELL + HOUR), WELL + HOUR);
    expect(roots(lived.opened).toSorted()).toEqual(["host:nas", "job:nas/sync"]);
  });
});

describe("a site whose hosts fall silent together", () => {
  test.each([0, 1, 60, 150, 299].flatMap((a) => [0, 90, 299].map((b) => [a, b] as const)))(
    "is one incident from the first alert on, when they were last heard %i s and %i s after",
    (a, b) => {
      const lived = heard(heard(well(), "nas", WELL + a * 1000), "vm", WELL + b * 1000);
      const dead = lookOften(lived, WELL + 5 * MINUTE, WELL + 60 * HOUR);
      expect(roots(dead.opened)).toEqual(["site:home"]);
      expect(dead.opened[0]?.openedAt).toBe(WELL + Math.max(a, b) * 1000 + SILENT_AFTER);
      expect(dead.said).toHaveLength(1);
      expect(new Set(Object.values(statuses(dead)))).toEqual(new Set(["missed", "blocked"]));
    },
  );

  test("is the same incident, since the same time, when nobody looked for two days", () => {
    const lived = look(heard(well(), "vm", WELL + MINUTE), WELL + 48 * HOUR);
    expect(roots(lived.opened)).toEqual(["site:home"]);
    expect(lived.opened[0]).toMatchObject({ subject: "host:vm", openedAt: WELL + MINUTE + SILENT_AFTER });
  });

  test("of a single host is a silent site at once", () => {
    const life = lifeOf(chainPlans().slice(0, 1));
    const lived = lookOften(heard(life, "nas", WELL), WELL, WELL + SILENT_AFTER);
    expect(lived.opened).toMatchObject([{ root: "site:home", openedAt: WELL + SILENT_AFTER }]);
  });
});

describe("one host of two", () => {
  test("silent while the other is heard is an incident of that host, told as soon as it is certain", () => {
    let lived = well();
    for (let at = WELL; at <= WELL + HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    expect(lived.opened).toMatchObject([
      { root: "host:nas", openedAt: WELL + SILENT_AFTER, noticedAt: WELL + SILENT_AFTER },
    ]);
  });

  test("silent while the other was heard when it was due is told by itself; a moment before, they may have gone together", () => {
    const due = WELL + SILENT_AFTER / 2;
    const lived = (heardAt: number) => look(heard(well(), "vm", heardAt), WELL + SILENT_AFTER);
    expect(roots(lived(due).opened)).toEqual(["host:nas"]);
    expect(watch(lived(due - 1), "host:nas").reason).toMatchObject({ code: "waiting", by: "site:home" });
  });

  test("silent, and later the other too: the site's incident takes over, without a closing alert", () => {
    let lived = well();
    for (let at = WELL; at <= WELL + HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    lived = lookOften(lived, WELL + HOUR, WELL + 3 * HOUR);
    expect(roots(lived.opened)).toEqual(["host:nas", "site:home"]);
    expect(roots(lived.open)).toEqual(["site:home"]);
    expect(lived.opened[1]?.openedAt).toBe(WELL + HOUR + SILENT_AFTER);
    expect(lived.said.map(({ kind }) => kind)).toEqual(["opened", "opened"]);
  });

  test("back from a silent site closes it; the one still silent is told after its time to follow", () => {
    let lived = lookOften(well(), WELL, WELL + HOUR);
    const back = WELL + HOUR;
    for (let at = back; at <= back + HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    expect(lived.said.map(({ kind, root, at }) => [kind, root, (at - back) / MINUTE])).toEqual([
      ["opened", "site:home", -50],
      ["closed", "site:home", 0],
      ["opened", "host:nas", 10],
    ]);
  });
});

test("what was told of a hop is not taken back while its host is overdue, nor when it is silent", () => {
  let lived = well({ archive: 60 });
  // Jobs that succeed and copy nothing: staging is out of its window first, and the data stopped at the archive.
  for (const job of ["nightly", "sync"]) lived = ran(lived, "nas", job, WELL + 24 * HOUR);
  lived = aliveUntil(ran(lived, "vm", "cloud", WELL + 24 * HOUR), WELL, WELL + 29 * HOUR);
  expect(roots(lived.open)).toEqual(["job:nas/nightly"]);
  for (let at = WELL + 29 * HOUR; at < WELL + 29 * HOUR + 9 * MINUTE; at += MINUTE)
    lived = look(heard(lived, "vm", at), at);
  expect(roots(lived.open)).toEqual(["job:nas/nightly"]);
  lived = aliveUntil(lived, WELL + 29 * HOUR + 9 * MINUTE, WELL + 30 * HOUR);
  expect(lived.said.map(({ kind, root }) => [kind, root])).toEqual([["opened", "job:nas/nightly"]]);
  for (let at = WELL + 30 * HOUR; at < WELL + 31 * HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
  expect(roots(lived.open)).toEqual(["job:nas/nightly", "host:nas"]);
  lived = proved(bothHeard(lived, WELL + 31 * HOUR), "apps", "staging", WELL + 30 * HOUR, "vm");
  lived = look(proved(lived, "apps", "offsite", WELL + 30 * HOUR, "vm"), WELL + 31 * HOUR);
  expect(lived.said.slice(1).map(({ kind, root }) => [kind, root])).toEqual([
    ["opened", "host:nas"],
    ["closed", "job:nas/nightly"],
    ["closed", "host:nas"],
  ]);
});

test("what hung on a hop that moves on again waits for an overdue host, and then has its own chance", () => {
  let lived = well({ archive: 60 });
  for (const job of ["nightly", "sync"]) lived = ran(lived, "nas", job, WELL + 24 * HOUR);
  lived = aliveUntil(ran(lived, "vm", "cloud", WELL + 24 * HOUR), WELL, WELL + 29 * HOUR);
  // The archive is seen to hold newer data by another host, while the one of the next hop is overdue.
  const late = WELL + 29 * HOUR + 7 * MINUTE;
  lived = look(heard(proved(lived, "apps", "archive", WELL + 29 * HOUR, "vm"), "vm", late), late);
  expect(watch(lived, "copy:apps/staging")).toMatchObject({ status: "blocked", reason: { by: "job:nas/nightly" } });
  lived = look(bothHeard(lived, late + MINUTE), late + MINUTE);
  expect(watch(lived, "copy:apps/staging")).toMatchObject({ status: "late", reason: { code: "catching_up" } });
  expect(lived.said.map(({ kind, root }) => [kind, root])).toEqual([
    ["opened", "job:nas/nightly"],
    ["closed", "job:nas/nightly"],
  ]);
});

describe("hosts that were never heard of", () => {
  test("are pending until their first deadline, then one silent site", () => {
    const life = lifeOf(chainPlans());
    expect(new Set(Object.values(statuses(look(life, START + MINUTE))))).toEqual(new Set(["pending"]));
    const lived = lookOften(life, START, START + HOUR);
    expect(lived.opened).toMatchObject([
      {
        root: "site:home",
        openedAt: START + SILENT_AFTER,
        reason: { code: "never", deadlineAt: START + SILENT_AFTER },
      },
    ]);
  });

  test("beside one that is heard are an incident of their own", () => {
    let lived = lifeOf(chainPlans());
    for (let at = START; at <= START + HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    expect(lived.opened).toMatchObject([
      { root: "host:nas", openedAt: START + SILENT_AFTER, reason: { code: "never" } },
    ]);
  });
});

test("hosts with other beats do not hold each other up for longer than twice the silence of the first", () => {
  const [nas, vm] = chainPlans();
  if (nas === undefined || vm === undefined) throw new Error("two plans");
  const slow = { ...vm, plan: { ...vm.plan, beat: { everySeconds: 7200, graceSeconds: 7200 } } };
  const lived = lookOften(wellAt(lifeOf([nas, slow]), WELL), WELL, WELL + HOUR);
  expect(beats).toEqual({ everySeconds: 300, graceSeconds: 300 });
  expect(lived.opened).toMatchObject([{ root: "host:nas", noticedAt: WELL + 2 * SILENT_AFTER }]);
});

test("a host that may have gone with a slower one is told when that one beats, not when it would have been missed", () => {
  const [nas, vm] = chainPlans();
  if (nas === undefined || vm === undefined) throw new Error("two plans");
  const slow = { ...vm, plan: { ...vm.plan, beat: { everySeconds: 720, graceSeconds: 3600 } } };
  const lived = look(wellAt(lifeOf([nas, slow]), WELL), WELL + SILENT_AFTER);
  expect(watch(lived, "host:nas")).toMatchObject({
    reason: { code: "waiting", by: "site:home", untilAt: WELL + 2 * SILENT_AFTER },
    dueAt: WELL + 13 * MINUTE,
  });
  const told = look(heard(lived, "vm", WELL + 12 * MINUTE), WELL + 13 * MINUTE);
  expect(told.opened).toMatchObject([{ root: "host:nas", openedAt: WELL + SILENT_AFTER }]);
  expect(watch(look(lived, WELL + 13 * MINUTE), "host:nas").dueAt).toBe(WELL + 2 * SILENT_AFTER);
});
