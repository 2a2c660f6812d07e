/** Who hears what, and when: every rule with its boundary in literal times. What the store adds: test/worker/routing.test.ts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Job } from "../../protocol/plan.ts";
import { type Quiet, quietEnd } from "../../worker/judge/quiet.ts";
import { tiersReached } from "../../worker/judge/reach.ts";
import { everything, levelOf, noticeRoutes, type Routing, routesOf } from "../../worker/judge/route.ts";
import type { Alert } from "../../worker/judge/say.ts";
import { unheardFaults, unwatchedFaults } from "../../worker/judge/unheard.ts";
import { chainPlans, lifeOf, NAME, START } from "./site.ts";

const MINUTE = 60_000;
const at = (text: string) => Date.parse(text);
const NOON = at("2026-11-23T12:00:00Z");
const NIGHT: Quiet = { from: 22 * 60, until: 7 * 60, zone: "Europe/Berlin" };

function alertOf(kind: Alert["kind"], more: Partial<Alert> = {}): Alert {
  const words = { title: "t", lines: [], root: "job:nas/sync", incidentId: "i", site: "home" };
  return { kind, severity: "critical", openedAt: NOON, at: NOON, ...words, ...more };
}

const phone = (more: Partial<Routing> = {}): Routing => ({ ...everything("phone"), ...more });
const route = (alert: Alert, routing: Routing, tiers: string[] = [], now = NOON) =>
  routesOf(alert, new Set(tiers), [routing], now).map(({ alert: { kind }, dueAt }) => [kind, dueAt - now]);

describe("quiet hours", () => {
  test.each<[string, Quiet, string, string | null]>([
    ["not a minute before they begin", NIGHT, "2026-11-23T20:59:59.999Z", null],
    ["from their first instant", NIGHT, "2026-11-23T21:00:00Z", "2026-11-24T06:00:00Z"],
    ["across midnight", NIGHT, "2026-11-24T00:30:00Z", "2026-11-24T06:00:00Z"],
    ["until their last millisecond", NIGHT, "2026-11-24T05:59:59.999Z", "2026-11-24T06:00:00Z"],
    ["not at their end", NIGHT, "2026-11-24T06:00:00Z", null],
    ["within a day: before", { from: 780, until: 840, zone: "UTC" }, "2026-11-23T12:59:00Z", null],
    ["within a day: in", { from: 780, until: 840, zone: "UTC" }, "2026-11-23T13:00:00Z", "2026-11-23T14:00:00Z"],
    ["within a day: after", { from: 780, until: 840, zone: "UTC" }, "2026-11-23T14:00:00Z", null],
    ["until midnight", { from: 1320, until: 0, zone: "UTC" }, "2026-11-23T22:00:00Z", "2026-11-24T00:00:00Z"],
    ["from midnight", { from: 0, until: 60, zone: "UTC" }, "2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z"],
    // Spring: 02:00 is followed by 03:00. Autumn: 02:00 to 03:00 comes twice.
    ["an hour shorter in spring", NIGHT, "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"],
    ["an hour longer in autumn", NIGHT, "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z"],
    [
      "that end in the hour left out, when that is left out",
      { from: 1320, until: 150, zone: "Europe/Berlin" },
      "2026-03-28T22:00:00Z",
      "2026-03-29T01:00:00Z",
    ],
    [
      "that lie in the hour left out, never",
      { from: 130, until: 150, zone: "Europe/Berlin" },
      "2026-03-29T01:00:00Z",
      null,
    ],
    [
      "that end in the hour that comes twice, at its first",
      { from: 1320, until: 150, zone: "Europe/Berlin" },
      "2026-10-25T00:29:59Z",
      "2026-10-25T00:30:00Z",
    ],
    [
      "again while the clock shows them again",
      { from: 1320, until: 150, zone: "Europe/Berlin" },
      "2026-10-25T01:10:00Z",
      "2026-10-25T01:30:00Z",
    ],
  ])("hold %s", (_what, quiet, now, end) => {
    expect(quietEnd(quiet, at(now))).toBe(end === null ? null : at(end));
  });

  const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC");
  const minute = fc.integer({ min: 0, max: 1439 });

  test("end at an instant that is not quiet, and the minutes before it are", () => {
    const instant = fc.integer({ min: at("2025-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") });
    fc.assert(
      fc.property(zone, minute, minute, instant, (name, from, until, now) => {
        fc.pre(from !== until);
        const quiet = { from, until, zone: name };
        const end = quietEnd(quiet, now);
        if (end === null) return;
        expect(end).toBeGreaterThan(now);
        expect(end - now).toBeLessThanOrEqual(25 * 60 * MINUTE);
        expect(quietEnd(quiet, end)).toBeNull();
        for (let step = 1; step <= 4; step++) {
          expect(quietEnd(quiet, now + Math.floor(((end - 1 - now) * step) / 4))).toBe(end);
        }
      }),
    );
  });
});

describe("a channel hears", () => {
  test.each<[string, Alert, Partial<Routing>, string[], boolean]>([
    ["everything by default", alertOf("opened", { severity: "warning" }), {}, [], true],
    ["a warning from least = warning on", alertOf("opened", { severity: "warning" }), { least: "warning" }, [], true],
    ["no warning with least = critical", alertOf("opened", { severity: "warning" }), { least: "critical" }, [], false],
    ["what is critical with least = critical", alertOf("opened"), { least: "critical" }, [], true],
    ["its sites", alertOf("opened"), { sites: ["cabin", "home"] }, [], true],
    ["no other site", alertOf("opened"), { sites: ["cabin"] }, [], false],
    ["its tiers", alertOf("opened"), { tiers: ["offsite"] }, ["staging", "offsite"], true],
    ["no other tier", alertOf("opened"), { tiers: ["offsite"] }, ["fast", "archive"], false],
    ["nothing of a tier's site alone", alertOf("opened"), { tiers: ["offsite"] }, [], false],
    ["only what both its sites and tiers take", alertOf("opened"), { sites: ["cabin"], tiers: ["x"] }, ["x"], false],
  ])("%s", (_what, alert, routing, tiers, expected) => {
    expect(route(alert, phone(routing), tiers)).toEqual(expected ? [["opened", 0]] : []);
  });

  test("the end of what it was told of, whatever its settings are by then", () => {
    const routing = phone({ least: "critical", sites: ["cabin"], tiers: ["x"] });
    expect(route(alertOf("closed", { severity: "warning" }), routing)).toEqual([["closed", 0]]);
  });

  test("a reminder in two forms, of which the store keeps one: as itself, or as what opens", () => {
    const reminder = alertOf("reminder", { number: 3 });
    const [first, second] = routesOf(reminder, new Set(), [phone({ afterMs: 30 * MINUTE })], NOON);
    expect(first).toEqual({ channel: "phone", dueAt: NOON, alert: reminder });
    expect(second).toEqual({ channel: "phone", dueAt: NOON + 30 * MINUTE, alert: alertOf("opened") });
  });
});

describe("a notice", () => {
  const notice = alertOf("notice", { severity: "warning", site: "", root: "monitor" });

  test("is below every warning", () => {
    expect([levelOf(notice), levelOf({ kind: "notice", severity: "critical" })]).toEqual(["notice", "warning"]);
    const routings = [phone(), phone({ least: "warning" }), phone({ least: "critical" })];
    expect(noticeRoutes(notice, routings)).toHaveLength(1);
  });

  test("is about Tierwatch itself, and so of every site and tier, at once, whoever acknowledges what", () => {
    const routing = phone({ sites: ["cabin"], tiers: ["x"], afterMs: MINUTE });
    expect(noticeRoutes(notice, [routing]).map(({ dueAt }) => dueAt)).toEqual([NOON]);
  });

  test("about one site goes to those who hear of it, whatever their tiers", () => {
    const loosened = { ...notice, site: "home" };
    const routings = [phone({ sites: ["cabin"] }), phone({ sites: ["home"], tiers: ["x"] })];
    expect(noticeRoutes(loosened, routings)).toHaveLength(1);
  });

  test("waits for the end of quiet hours", () => {
    const night = { ...notice, at: at("2026-11-24T02:00:00Z") };
    expect(noticeRoutes(night, [phone({ quiet: NIGHT })]).map(({ dueAt }) => dueAt)).toEqual([
      at("2026-11-24T06:00:00Z"),
    ]);
  });
});

describe("what is said in quiet hours", () => {
  const night = at("2026-11-24T02:00:00Z");
  const morning = at("2026-11-24T06:00:00Z") - night;
  const warning = { severity: "warning" } as const;

  test.each<[string, Alert, number[]]>([
    ["a warning waits", alertOf("opened", warning), [morning]],
    ["its reminder waits", alertOf("reminder", warning), [morning, morning]],
    ["its end waits", alertOf("closed", warning), [morning]],
    ["what is critical does not", alertOf("opened"), [0]],
    ["its end does not", alertOf("closed"), [0]],
  ])("%s", (_what, alert, due) => {
    expect(route(alert, phone({ quiet: NIGHT }), [], night).map(([, dueAt]) => dueAt)).toEqual(due);
  });

  test("counts from when an escalation is due", () => {
    const evening = at("2026-11-23T20:45:00Z");
    const routing = phone({ quiet: NIGHT, afterMs: 30 * MINUTE });
    const due = (now: number) => routesOf(alertOf("opened", warning), new Set(), [routing], now)[0]?.dueAt;
    expect(due(evening)).toBe(at("2026-11-24T06:00:00Z"));
    expect(due(evening - 15 * MINUTE - 1)).toBe(at("2026-11-23T20:59:59.999Z"));
  });
});

describe("an incident reaches", () => {
  const looking: Job = {
    name: "health",
    kind: "command",
    schedule: { everySeconds: 3600 },
    graceSeconds: 600,
    tier: "archive",
  };
  const beat = { everySeconds: 300, graceSeconds: 300 };
  const cold: Job = {
    ...{ name: "cold", kind: "command", schedule: { everySeconds: 3600 }, graceSeconds: 600 },
    ...{ from: "archive", to: "cold", datasets: ["docs"], windowSeconds: 7200, proof: "marker" },
  };
  const datasets = [{ name: "docs", born: "archive" }];
  const looker = { host: "eye", plan: { beat, datasets, jobs: [looking, cold] }, plannedAt: START };
  const { watches } = lifeOf([...chainPlans(), looker]);
  const reached = (root: string) => [...tiersReached(NAME, root, watches)].sort();

  test.each([
    ["of a hop, what it takes from and all tiers behind it", "job:nas/sync", ["archive", "offsite", "staging"]],
    ["of a copy, its tier and those behind it", "copy:apps/staging", ["offsite", "staging"]],
    ["of a copy, nothing of another dataset's chain", "copy:apps/archive", ["archive", "offsite", "staging"]],
    ["of the last copy, its tier", "copy:apps/offsite", ["offsite"]],
    ["of a looking job, the tier it looks at", "job:eye/health", ["archive"]],
    ["of a host, what its jobs reach", "host:vm", ["offsite", "staging"]],
    ["of the site, every tier", `site:${NAME}`, ["archive", "cold", "fast", "offsite", "staging"]],
    ["of what is watched no more, none", "job:nas/gone", []],
  ])("%s", (_what, root, tiers) => {
    expect(reached(root)).toEqual(tiers);
  });
});

describe("a site that is public by a name that nobody watches", () => {
  test("is told with the one that was meant, which is private", () => {
    expect(unwatchedFaults(["hoem", "cabin"], ["cabin", "home"])).toEqual([
      'PUBLIC_SITES names "hoem", and no site of that name is watched; did you mean "home"?',
    ]);
  });

  test("is no fault before anything is watched, nor where all are public", () => {
    expect(unwatchedFaults(["home"], [])).toEqual([]);
    expect(unwatchedFaults("all", ["home"])).toEqual([]);
  });
});

describe("a name that nobody watches", () => {
  const { watches } = lifeOf(chainPlans());
  const faults = (more: Partial<Routing>, of = watches) => unheardFaults([phone(more)], of);

  test("is told with the one that was meant", () => {
    expect(faults({ sites: ["home", "hoem"], tiers: ["ofsite", "offsite"] })).toEqual([
      'CHANNELS.phone hears of the site "hoem", and no site of that name is watched; did you mean "home"?',
      'CHANNELS.phone hears of the tier "ofsite", and no tier of that name is watched; did you mean "offsite"?',
    ]);
  });

  test("may be one that nothing is like", () => {
    expect(faults({ sites: ["elsewhere"] })).toEqual([
      'CHANNELS.phone hears of the site "elsewhere", and no site of that name is watched',
    ]);
  });

  test("is no fault before anything is watched", () => {
    expect(faults({ sites: ["hoem"] }, [])).toEqual([]);
  });
});

describe("whatever the settings are", () => {
  const names = fc.uniqueArray(fc.constantFrom<string[]>("a", "b", "c"), { minLength: 1 });
  const routing = fc.record({
    least: fc.constantFrom("notice" as const, "warning" as const, "critical" as const),
    sites: fc.option(names),
    tiers: fc.option(names),
    quiet: fc.option(fc.constant(NIGHT)),
    afterMs: fc.constantFrom(0, MINUTE, 1_440 * MINUTE),
    batches: fc.boolean(),
  });
  const channels = fc
    .array(routing, { maxLength: 5 })
    .map((all) => all.map((one, index): Routing => ({ ...one, digest: null, channel: `channel-${index}` })));
  const alert = fc
    .record({
      severity: fc.constantFrom("warning" as const, "critical" as const),
      site: fc.constantFrom("a", "b", "z"),
    })
    .map((more) => alertOf("opened", more));
  const hour = fc.integer({ min: 0, max: 8_760 }).map((hours) => NOON + hours * 60 * MINUTE);

  test("an opening alert goes once to each channel that takes it, never early, and to no other", () => {
    fc.assert(
      fc.property(channels, alert, names, hour, (routings, opened, tiers, now) => {
        const routed = routesOf(opened, new Set(tiers), routings, now);
        const takes = ({ least, sites, tiers: of }: Routing) =>
          (opened.severity === "critical" || least !== "critical") &&
          (sites?.includes(opened.site) ?? true) &&
          (of?.some((tier) => tiers.includes(tier)) ?? true);
        const wanted = routings.filter(takes);
        expect(routed.map(({ channel }) => channel)).toEqual(wanted.map(({ channel }) => channel));
        for (const [index, { dueAt }] of routed.entries()) {
          const earliest = now + (wanted[index]?.afterMs ?? 0);
          expect(dueAt).toBeGreaterThanOrEqual(earliest);
          if (opened.severity === "critical") expect(dueAt).toBe(earliest);
        }
      }),
    );
  });

  test("what a channel hears does not depend on the other channels, nor on their order", () => {
    fc.assert(
      fc.property(channels, alert, names, hour, (routings, opened, tiers, now) => {
        const reached = new Set(tiers);
        const alone = routings.flatMap((one) => routesOf(opened, reached, [one], now));
        expect(routesOf(opened, reached, routings, now)).toEqual(alone);
        expect(routesOf(opened, reached, routings.toReversed(), now)).toEqual(alone.toReversed());
      }),
    );
  });
});
