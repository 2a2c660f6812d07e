/** What is held back for a while: silences, over the jumps of summer time too, and pauses. */
import { describe, expect, test } from "vitest";
import { alive, DAY, daily, failed, kinds, mended, silence, T, withActs } from "./attended.ts";
import {
  chainPlans,
  HOUR,
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
  WELL,
  watch,
  well,
  wellAt,
} from "./site.ts";

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
