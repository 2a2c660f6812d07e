/** The calendar of expected runs, opened by a calendar's own library, and by the rules of RFC 5545 that it forgives. */
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import type { Schedule } from "../../protocol/schedule.ts";
import { expectedIcal } from "../../worker/feeds/ical.ts";
import { expectedRuns } from "../../worker/judge/expected-runs.ts";
import { type JobFacts, noFacts, type Watch } from "../../worker/judge/watch.ts";

const NOW = Date.parse("2026-10-20T12:00:00Z");
const [HOUR, DAY] = [3_600_000, 86_400_000];

function job(name: string, schedule: Schedule, facts: Partial<JobFacts> = {}, more: object = {}): Watch {
  const carried = { from: "fast", to: "archive", datasets: ["apps", "photos"], proof: "marker" as const };
  const spec = {
    kind: "job" as const,
    host: "corenas",
    job: name,
    tool: "zfs-send",
    schedule,
    graceSeconds: 60,
    ...carried,
  };
  const none = noFacts("job");
  if (none.kind !== "job") throw new Error("facts of a job");
  const judged = { status: "ok" as const, reason: { code: "fine" as const }, sinceAt: 0, dueAt: null, heldUntil: null };
  return {
    ...{ site: "home", key: `job:corenas/${name}`, version: 1, incidentId: null, ...judged },
    spec: { ...spec, plannedAt: NOW - 90 * DAY },
    facts: { ...none, ...facts },
    ...more,
  };
}

const good = (startedAt: number, minutes: number) => {
  const finishedAt = startedAt + minutes * 60_000;
  return { id: "x", seq: 1, status: "succeeded" as const, startedAt, finishedAt, receivedAt: finishedAt };
};

const calendar = (watches: readonly Watch[], now = NOW) => expectedIcal(expectedRuns(watches, now));
const events = (text: string) =>
  new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));

const nightly = job("nightly", { cron: "30 2 * * *", zone: "Europe/Berlin" });

describe("the calendar", () => {
  test("opens, with one event a run over three weeks, at the schedule's own hour across a clock change", () => {
    const all = events(calendar([nightly]));
    expect(all.length).toBe(22);
    const starts = all.map((event) => event.startDate.toJSDate().toISOString());
    expect(starts).toContain("2026-10-24T00:30:00.000Z");
    expect(starts).toContain("2026-10-26T01:30:00.000Z");
    const [first] = all;
    expect([first?.summary, first?.description]).toEqual([
      "nightly on corenas (home)",
      "fast → archive: apps and photos",
    ]);
  });

  test("comes in the order of time, whichever job a run is of", () => {
    const morning = job("sync", { cron: "0 8 * * *", zone: "Europe/Berlin" });
    const starts = events(calendar([nightly, morning])).map((event) => event.startDate.toUnixTime());
    expect(starts).toHaveLength(44);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  test("lasts as long as the last good run took", () => {
    const [event] = events(
      calendar([job("nightly", { cron: "0 2 * * *", zone: "UTC" }, { good: good(NOW - 10 * HOUR, 42) })]),
    );
    expect(event?.duration.toSeconds()).toBe(42 * 60);
  });

  test("keeps the UID of a run from one reading to the next, and no two runs share one", () => {
    const weekly = job("weekly", { everySeconds: 7 * 86_400 }, { good: good(NOW - DAY, 5) });
    const later = job("weekly", { everySeconds: 7 * 86_400 }, { good: good(NOW - DAY + 90_000, 5) });
    const uids = (watch: Watch, now: number) => events(calendar([nightly, watch], now)).map(({ uid }) => uid);
    const [first, second] = [uids(weekly, NOW), uids(later, NOW + HOUR)];
    expect(new Set(first).size).toBe(first.length);
    expect(second.filter((uid) => !first.includes(uid))).toEqual([]);
  });

  test("is the same text at each reading while nothing changed", () => {
    expect(calendar([nightly], NOW + 60_000)).toBe(calendar([nightly], NOW));
  });

  test("leaves out what runs so often that nothing else would be seen, and names it", () => {
    const hourly = job("health", { everySeconds: 3600 });
    const cron = job("look", { cron: "*/5 * * * *", zone: "UTC" });
    const text = calendar([nightly, hourly, cron]);
    expect(events(text).every(({ summary }) => summary.startsWith("nightly"))).toBe(true);
    const [, told] = /DESCRIPTION:((?:.|\r\n )*?)\r\n[A-Z]/.exec(text) ?? [];
    expect(told?.replaceAll("\r\n ", "")).toContain("health on corenas and look on corenas");
  });

  test("leaves out what is paused", () => {
    expect(events(calendar([{ ...nightly, status: "paused" }]))).toEqual([]);
  });

  test("of a thousand jobs has a bounded number of runs, the next ones of each first, and says how many jobs are not in it", () => {
    const many = Array.from({ length: 1000 }, (_, i) => job(`job-${i}`, { cron: `${i % 60} 2 * * *`, zone: "UTC" }));
    const text = calendar(many);
    expect(events(text).length).toBeLessThanOrEqual(150);
    expect(text.replaceAll("\r\n ", "")).toContain("Not shown\\, as there are so many: 950 more jobs.");
  });
});

describe("RFC 5545", () => {
  const long = job("x".repeat(60), { cron: "0 2 * * *", zone: "UTC" }, {}, {});
  const named = (text: string) =>
    ({ ...long, spec: { ...long.spec, datasets: [text, "ü".repeat(80), "😀".repeat(30)] } }) as Watch;

  test("lines end with CRLF, have at most 75 octets, and are folded between characters", () => {
    const text = calendar([named("apps")]);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    for (const line of text.split("\r\n")) {
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
      expect(line.isWellFormed()).toBe(true);
    }
    expect(events(text)[0]?.description).toContain("😀".repeat(30));
  });

  test("text is escaped and comes back as it was", () => {
    const text = "a;b,c\\d\ne";
    expect(events(calendar([named(text)]))[0]?.description).toContain(text);
  });

  test("every event has what one must have, in UTC", () => {
    const root = new ICAL.Component(ICAL.parse(calendar([nightly])));
    expect([root.getFirstPropertyValue("version"), root.getFirstPropertyValue("prodid")]).toEqual([
      "2.0",
      "-//Tierwatch//expected runs//EN",
    ]);
    for (const event of root.getAllSubcomponents("vevent")) {
      for (const name of ["uid", "dtstamp", "dtstart", "dtend"]) expect(event.getAllProperties(name)).toHaveLength(1);
      expect(String(event.getFirstPropertyValue("dtstart"))).toMatch(/Z$/);
    }
  });
});
