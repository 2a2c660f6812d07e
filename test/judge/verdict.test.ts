/** Which incident there is, since when, and what is only blocked behind it: the judge over chains of copies. */
import { describe, expect, test } from "vitest";
import {
  aliveUntil,
  bothHeard,
  carrying,
  chainPlans,
  differs,
  HOUR,
  heard,
  type Life,
  lifeOf,
  look,
  MINUTE,
  proved,
  ran,
  readIn,
  roots,
  statuses,
  titles,
  WELL,
  watch,
  well,
  wellAt,
} from "./site.ts";

/** Hosts beat every 5 minutes with 5 of grace. */
const _SILENT_AFTER = 10 * MINUTE;

/** A whole day passes in which both hosts are heard and the named jobs run; copies get new data as `moved` says. */
function day(life: Life, at: number, jobs: readonly string[], moved: readonly string[]): Life {
  let lived = bothHeard(life, at);
  for (const job of jobs) lived = ran(lived, job === "cloud" ? "vm" : "nas", job, at);
  for (const tier of moved) lived = proved(lived, "apps", tier, at, tier === "archive" ? "nas" : "vm");
  return aliveUntil(lived, at, at + 24 * HOUR - 5 * MINUTE);
}

describe("the first broken hop of a chain", () => {
  test("is what an incident is about; copies behind it are blocked and not alerted", () => {
    const lived = day(well(), WELL + 24 * HOUR, ["nightly", "sync", "cloud"], ["archive"]);
    expect(roots(lived.opened)).toEqual(["job:nas/sync"]);
    expect(statuses(lived)).toMatchObject({
      "copy:apps/archive": "ok",
      "copy:apps/staging": "missed",
      "copy:apps/offsite": "blocked",
      "job:nas/sync": "ok",
      "job:vm/cloud": "ok",
    });
    expect(watch(lived, "copy:apps/offsite").reason).toMatchObject({ code: "blocked", by: "job:nas/sync" });
  });

  test("is found behind a longer window: staging misses first, but archive is where the data stopped", () => {
    const jobs = ["nightly", "sync", "cloud"];
    const lived = day(well({ archive: 40, staging: 28, offsite: 60 }), WELL + 24 * HOUR, jobs, []);
    expect(roots(lived.opened)).toEqual(["job:nas/nightly"]);
    expect(lived.opened[0]).toMatchObject({ subject: "copy:apps/staging", openedAt: WELL + 28 * HOUR });
    expect(statuses(lived)).toMatchObject({ "copy:apps/archive": "missed", "copy:apps/staging": "blocked" });
    expect(lived.said).toHaveLength(1);
  });

  test("is the last one when everything before it moves on", () => {
    const lived = day(well(), WELL + 24 * HOUR, ["nightly", "sync", "cloud"], ["archive", "staging"]);
    expect(roots(lived.opened)).toEqual(["job:vm/cloud"]);
    expect(statuses(lived)).toMatchObject({ "copy:apps/staging": "ok", "copy:apps/offsite": "missed" });
  });

  test("is not a tier that nobody looked into while its data was seen farther on", () => {
    const lived = day(well(), WELL + 24 * HOUR, ["nightly", "sync", "cloud"], ["staging"]);
    expect(watch(lived, "copy:apps/staging").status).toBe("ok");
    expect(watch(lived, "copy:apps/offsite")).toMatchObject({ status: "missed", reason: { code: "overdue" } });
    expect(roots(lived.opened)).toContain("job:vm/cloud");
  });

  test("is the copy itself where two jobs feed it", () => {
    const [nas, vm] = chainPlans();
    if (nas === undefined || vm === undefined) throw new Error("two plans");
    const twice = [...nas.plan.jobs, carrying("weekly", "fast", "archive", 26)];
    const life = lifeOf([{ ...nas, plan: { ...nas.plan, jobs: twice } }, vm]);
    let lived = ran(wellAt(life, WELL), "nas", "weekly", WELL);
    for (const job of ["nightly", "weekly"]) lived = ran(lived, "nas", job, WELL + 24 * HOUR);
    lived = day(lived, WELL + 24 * HOUR, ["sync", "cloud"], []);
    expect(roots(lived.opened)).toEqual(["copy:apps/archive"]);
  });
});

describe("a job and the copies it feeds", () => {
  test("are one incident when the job goes first", () => {
    const lived = aliveUntil(day(well(), WELL + 24 * HOUR, ["sync", "cloud"], []), WELL + 48 * HOUR, WELL + 50 * HOUR);
    expect(roots(lived.opened).filter((root) => root === "job:nas/nightly")).toHaveLength(1);
    expect(lived.opened[0]).toMatchObject({ subject: "job:nas/nightly", openedAt: WELL + 25 * HOUR });
    expect(watch(lived, "copy:apps/archive").incidentId).toBe(lived.opened[0]?.id);
  });

  test("are one incident when a copy goes first", () => {
    const lived = day(well({ archive: 24.5 }), WELL + 24 * HOUR, ["sync", "cloud"], []);
    expect(roots(lived.opened)).toEqual(["job:nas/nightly"]);
    expect(lived.opened[0]).toMatchObject({ subject: "copy:apps/archive", openedAt: WELL + 24.5 * HOUR });
    expect(watch(lived, "job:nas/nightly").incidentId).toBe(lived.opened[0]?.id);
    expect(titles(lived)).toHaveLength(1);
  });

  test("are one incident that closes when the last of them is well", () => {
    let lived = day(well(), WELL + 24 * HOUR, ["sync", "cloud"], []);
    const back = WELL + 48 * HOUR;
    lived = look(ran(bothHeard(lived, back), "nas", "nightly", back), back);
    expect(roots(lived.open)).toEqual(["job:nas/nightly"]);
    lived = look(proved(lived, "apps", "archive", back, "nas"), back + MINUTE);
    expect(roots(lived.open).filter((root) => root === "job:nas/nightly")).toEqual([]);
    expect(titles(lived).filter((title) => title.includes("well again"))).toHaveLength(1);
  });
});

describe("an incident", () => {
  test("began at the deadline that passed, not when somebody looked", () => {
    const late = WELL + 40 * HOUR;
    const [incident] = look(bothHeard(well(), late), late).opened;
    expect(incident).toMatchObject({ root: "job:nas/nightly", openedAt: WELL + 25 * HOUR, noticedAt: late });
  });

  test("of a failed run began when the run ended, with its end as the reason", () => {
    const lived = look(ran(well(), "nas", "sync", WELL + MINUTE, { status: "failed", exitCode: 2 }), WELL + 5 * MINUTE);
    expect(lived.opened).toMatchObject([
      {
        root: "job:nas/sync",
        severity: "critical",
        openedAt: WELL + 2 * MINUTE,
        reason: { code: "run", status: "failed", text: "it ended with exit code 2" },
      },
    ]);
  });

  test("of a job stays its own when its host falls silent later", () => {
    const others = ran(ran(well(), "nas", "sync", WELL + 24 * HOUR), "vm", "cloud", WELL + 24 * HOUR);
    let lived = aliveUntil(others, WELL + 24 * HOUR, WELL + 25 * HOUR);
    for (let at = WELL + 25 * HOUR; at <= WELL + 27 * HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    expect(lived.said.map(({ kind, root }) => [kind, root])).toEqual([
      ["opened", "job:nas/nightly"],
      ["opened", "host:nas"],
    ]);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "missed", incidentId: lived.opened[0]?.id });
  });

  test("of a warning reading is a warning", () => {
    const text = "pool archive is DEGRADED";
    const lived = look(readIn(well(), "nas", "sync", WELL + MINUTE, "warning", text), WELL + 5 * MINUTE);
    expect(lived.opened).toMatchObject([{ severity: "warning", reason: { code: "reading", text } }]);
  });

  test("of a copy that differs is rooted at its hop, though its window still runs", () => {
    const lived = look(differs(well(), "apps", "staging", WELL + MINUTE, "vm"), WELL + 2 * MINUTE);
    expect(lived.opened).toMatchObject([{ root: "job:nas/sync", subject: "copy:apps/staging" }]);
    expect(watch(lived, "copy:apps/staging")).toMatchObject({ status: "failed", reason: { code: "mismatch" } });
  });

  test("whose subject was taken out of the plan is closed as no longer watched", () => {
    let lived = look(ran(well(), "vm", "cloud", WELL + MINUTE, { status: "failed" }), WELL + 2 * MINUTE);
    const left = lived.watches.filter(({ key }) => key !== "job:vm/cloud" && key !== "copy:apps/offsite");
    lived = look({ ...lived, watches: left }, WELL + 3 * MINUTE);
    expect(lived.open).toEqual([]);
    expect(titles(lived).at(-1)).toBe("home: cloud on vm is no longer watched");
  });
});
