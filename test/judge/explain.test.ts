/** What the page says in words: why a status, how a site is, where to look first. */
import { describe, expect, test } from "vitest";
import { explain } from "../../worker/judge/explain.ts";
import { incidentTitle, openIncidents, pageHeadline, pageLoss } from "../../worker/judge/headline.ts";
import { nextStep } from "../../worker/judge/next-step.ts";
import type { Summary } from "../../worker/judge/summary.ts";
import type { Reason } from "../../worker/judge/watch.ts";
import {
  degradedPool,
  empty,
  healthy,
  NOW,
  past,
  pending,
  silentSite,
  stuckSync,
  twoSites,
  unlooked,
  unproven,
} from "../worker/sample-summary.ts";

const at = Date.parse("2026-11-23T02:14:00Z");
const later = at + 3_600_000;
const now = later + 60_000;

describe("a reason in words", () => {
  const overdue: Reason = { code: "overdue", dueAt: at, deadlineAt: later, lastAt: at - 86_400_000 };
  const cases: readonly [string, Reason, number, string][] = [
    ["copy:photos/staging", { code: "fine" }, now, "Inside its window."],
    ["host:nas", { code: "never", deadlineAt: later }, at, "Nothing came yet; it has until 2026-11-23 03:14 UTC."],
    ["host:nas", { code: "never", deadlineAt: later }, now, "Nothing ever came; it had to by 2026-11-23 03:14 UTC."],
    ["job:nas/sync", overdue, at, "Due since 2026-11-23 02:14 UTC; missed if it has not come by 2026-11-23 03:14 UTC."],
    ["host:nas", overdue, now, "Last heard of at 2026-11-22 02:14 UTC; it had to beat by 2026-11-23 03:14 UTC."],
    [
      "job:nas/sync",
      overdue,
      now,
      "Its last good run began at 2026-11-22 02:14 UTC; the next had to succeed by 2026-11-23 03:14 UTC.",
    ],
    [
      "copy:photos/staging",
      overdue,
      now,
      "Holds nothing newer than 2026-11-22 02:14 UTC; newer data had to be there by 2026-11-23 03:14 UTC.",
    ],
    [
      "job:nas/sync",
      { code: "run", at, status: "failed", text: "no such pool" },
      now,
      "Its run of 2026-11-23 02:14 UTC failed: no such pool.",
    ],
    [
      "job:nas/sync",
      { code: "run", at, status: "timed_out", text: "ended after 2 h" },
      now,
      "Its run of 2026-11-23 02:14 UTC took too long: ended after 2 h.",
    ],
    [
      "job:nas/sync",
      { code: "run", at, status: "failed", text: "no such pool", failures: { count: 3, of: 3 } },
      now,
      "3 runs in a row failed, since 2026-11-23 02:14 UTC: no such pool.",
    ],
    [
      "job:nas/sync",
      { code: "run", at, status: "failed", text: "no such pool", failures: { count: 3, of: 5 } },
      now,
      "3 of its last 5 runs failed, since 2026-11-23 02:14 UTC: no such pool.",
    ],
    [
      "job:nas/health",
      { code: "reading", at, verdict: "warning", text: "disk3\nis OFFLINE.", names: [] },
      now,
      "disk3 is OFFLINE.",
    ],
    ["copy:photos/staging", { code: "mismatch", at, text: "1 of 20 differ: a.jpg" }, now, "1 of 20 differ: a.jpg."],
    ["copy:photos/offsite", { code: "blocked", by: "job:nas/sync", own: overdue }, now, "Blocked behind sync on nas."],
    [
      "job:nas/sync",
      { code: "waiting", by: "host:nas", untilAt: later, own: overdue },
      at,
      "Past due. Whether nas is the cause is known by 2026-11-23 03:14 UTC.",
    ],
    [
      "copy:photos/offsite",
      { code: "catching_up", after: "job:nas/sync", untilAt: later, own: overdue },
      at,
      "sync on nas is well again; this has until 2026-11-23 03:14 UTC to follow.",
    ],
  ];
  test.each(cases)("%s %o", (key, reason, when, words) => expect(explain(key, reason, when)).toBe(words));
});

describe("the sentence at the top", () => {
  const headline = (summary: Summary) => pageHeadline(summary);

  test("says that all is fresh only when all of it is proven and was looked at lately", () => {
    expect(headline(healthy())).toEqual({ status: "ok", text: "All 4 tiers are fresh." });
    expect(headline(unproven()).status).toBe("unproven");
    expect(headline(unproven()).text).toContain("5 copies unproven");
    for (const lastSweepAt of [null, NOW - 300_001]) expect(headline(healthy({ lastSweepAt })).status).toBe("late");
    expect(headline(empty()).status).toBe("pending");
  });

  test("names what has still to show itself, and does not call its tier fresh", () => {
    expect(headline(unlooked())).toEqual({
      status: "pending",
      text: "Waiting for the first word of health on corenas.",
    });
    const archive = unlooked().sites[0]?.tiers.find(({ name }) => name === "archive");
    expect(archive?.status).toBe("pending");
  });

  test("counts what was not yet heard of", () =>
    expect(headline(pending()).text).toBe("Waiting for the first word of 2 hosts, 4 jobs and 5 copies."));

  test("names the hop that is stuck, the oldest copy behind it and its job", () =>
    expect(headline(stuckSync()).text).toBe(
      "Staging has not moved for 2 d 6 h (apps): sync on corenas has not run well since 2026-11-21 03:00 UTC.",
    ));

  test("says that the whole site is silent, and not what follows from it", () =>
    expect(headline(silentSite()).text).toBe("home is silent: no host was heard of for 9 h."));

  test("names the disk", () =>
    expect(headline(degradedPool())).toEqual({
      status: "degraded",
      text: "pool archive is DEGRADED: disk3 is OFFLINE.",
    }));

  test("of several sites tells the worst by name", () =>
    expect(headline(twoSites()).text).toMatch(/^home: Staging has not moved for/));
});

describe("the sentence about what would be lost", () => {
  test("names the oldest data, and does not hide what only jobs vouch for", () => {
    expect(pageLoss(healthy())).toBe("If the site were lost now you would lose at most 6 h 30 min.");
    expect(pageLoss(unproven())).toBe(
      "If the site were lost now you would lose at most 6 h 30 min, as far as jobs say.",
    );
    expect(pageLoss(twoSites())).toBe("If one of them were lost now you would lose at most 2 d 6 h.");
  });

  test("names what is lost wholly, and makes no promise about it", () => {
    expect(pageLoss(pending())).toBe(
      "If the site were lost now you would lose everything: no farthest copy is proven.",
    );
    const [site] = healthy().sites;
    const losses = site?.losses.map((lost) => (lost.dataset === "apps" ? { ...lost, ageMs: null } : lost)) ?? [];
    const sites = site === undefined ? [] : [{ ...site, losses }];
    expect(pageLoss({ ...healthy(), sites })).toBe(
      "If the site were lost now you would lose all of apps, and at most 5 h 30 min of the rest.",
    );
    expect(pageLoss(empty())).toBeNull();
  });
});

describe("an incident", () => {
  test("that is closed is told as past, without ages that go on growing", () => {
    const [site] = healthy({ incidents: [past] }).sites;
    const [incident] = site?.incidents ?? [];
    if (site === undefined || incident === undefined) throw new Error("the sample has a closed incident");
    const title = "nightly on corenas failed: cannot receive: destination is busy";
    expect(incidentTitle(incident, site, NOW)).toBe(title);
    expect(openIncidents(site)).toEqual([]);
  });

  test("says where to look first: the site, the scheduler of the job, the reading", () => {
    const steps = [silentSite(), stuckSync(), degradedPool()].flatMap(({ sites }) =>
      sites.flatMap((site) => openIncidents(site).map((incident) => nextStep(incident, site.name))),
    );
    expect(steps).toEqual([
      expect.stringContaining("power and network are up at home"),
      expect.stringContaining("On corenas: see whether its scheduler starts sync"),
      expect.stringContaining("On corenas: look at what the reading names"),
    ]);
  });

  test("about a differing copy warns not to overwrite the good side", () => {
    const [site] = healthy({ incidents: [{ ...past, reason: { code: "mismatch", at, text: "a.jpg" } }] }).sites;
    const [incident] = site?.incidents ?? [];
    expect(incident === undefined ? "" : nextStep(incident, "home")).toContain("before the next run overwrites");
  });
});
