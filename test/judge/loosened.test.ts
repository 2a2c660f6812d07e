/** Which edits of a plan the owner is told of: those that watch less, and no others. */
import { describe, expect, test } from "vitest";
import type { CarryingJob, Job, Plan } from "../../protocol/plan.ts";
import { specsOf } from "../../worker/judge/chain.ts";
import { loosened } from "../../worker/judge/loosened.ts";
import { plannedWatch, replan } from "../../worker/judge/planned.ts";
import { sayLoosened } from "../../worker/judge/say-plan.ts";

type LookingJob = Exclude<Job, CarryingJob>;

const NOW = Date.parse("2026-11-23T12:00:00Z");
const NIGHTLY: CarryingJob = {
  name: "nightly",
  kind: "zfs-send",
  schedule: { cron: "0 2 * * *", zone: "Europe/Berlin" },
  graceSeconds: 3600,
  from: "fast",
  to: "archive",
  datasets: ["apps"],
  windowSeconds: 26 * 3600,
  proof: "marker",
};
const HEALTH: LookingJob = { name: "health", kind: "zfs-health", schedule: { everySeconds: 3600 }, graceSeconds: 600 };

const planOf = (...jobs: Job[]): Plan => ({
  beat: { everySeconds: 300, graceSeconds: 600 },
  datasets: [{ name: "apps", born: "fast" }],
  jobs,
});

function told(old: Plan, asked: Plan): string[] {
  const before = [...specsOf([{ host: "nas", plan: old, plannedAt: NOW }])].map(([key, spec]) =>
    plannedWatch("home", key, spec, NOW),
  );
  const change = replan("home", [{ host: "nas", plan: asked, plannedAt: NOW }], before, NOW);
  if (Array.isArray(change)) throw new Error(change.join("; "));
  return loosened(before, change, NOW);
}

const carrying = (old: Partial<CarryingJob>, asked: Partial<CarryingJob>) =>
  told(planOf({ ...NIGHTLY, ...old }), planOf({ ...NIGHTLY, ...asked }));
const looking = (old: Partial<LookingJob>, asked: Partial<LookingJob>) =>
  told(planOf({ ...HEALTH, ...old }), planOf({ ...HEALTH, ...asked }));

const cron = (text: string) => ({ schedule: { cron: text, zone: "Europe/Berlin" } });

/** What is changed, from, to, and the one line that tells of it; none when the edit watches as much as before, or more. */
const OF_A_CARRYING_JOB: [string, Partial<CarryingJob>, Partial<CarryingJob>, string[]][] = [
  ["nothing", {}, {}, []],
  ["a longer grace", {}, { graceSeconds: 8 * 3600 }, ["nightly on nas: grace 1 h → 8 h"]],
  ["a shorter grace", {}, { graceSeconds: 1800 }, []],
  ["a rarer schedule", {}, cron("0 2 * * 1-5"), ['nightly on nas: schedule "0 2 * * *" → "0 2 * * 1-5"']],
  ["another hour of the day", {}, cron("0 14 * * *"), []],
  ["a schedule that comes more often", {}, cron("0 */6 * * *"), []],
  ["a window that grew", {}, { windowSeconds: 72 * 3600 }, ["apps in archive: window 26 h → 3 d"]],
  ["a window that shrank", {}, { windowSeconds: 3600 }, []],
  ["proof given up", {}, { proof: "run" }, ["apps in archive: is no longer proven by a marker"]],
  ["proof won", { proof: "run" }, {}, []],
  [
    "a start that is no longer awaited",
    { startWithinSeconds: 600 },
    {},
    ["nightly on nas: starts within 10 min → no limit"],
  ],
  ["a start that is awaited from now on", {}, { startWithinSeconds: 600 }, []],
  [
    "a longer run",
    { maxRuntimeSeconds: 60 },
    { maxRuntimeSeconds: 120 },
    ["nightly on nas: takes at most 1 min → 2 min"],
  ],
  ["a quicker run", { minRuntimeSeconds: 60 }, {}, ["nightly on nas: takes at least 1 min → no demand"]],
  [
    "a later hard limit",
    { maxRuntimeSeconds: 60, hardLimitSeconds: 120 },
    { maxRuntimeSeconds: 60, hardLimitSeconds: 180 },
    ["nightly on nas: hard limit 2 min → 3 min"],
  ],
  [
    "more failures in a row",
    {},
    { alertAfter: { failures: 3 } },
    ["nightly on nas: alerts after the first failure → 3 failures in a row"],
  ],
  [
    "as many failures among fewer runs",
    { alertAfter: { failures: 3, of: 10 } },
    { alertAfter: { failures: 3 } },
    ["nightly on nas: alerts after 3 failures of 10 runs → 3 failures in a row"],
  ],
  ["as many failures among more runs", { alertAfter: { failures: 3 } }, { alertAfter: { failures: 3, of: 10 } }, []],
  [
    "sizes muted",
    { anomalies: { files: "off" } },
    { anomalies: { bytes: "off", files: "off" } },
    ["nightly on nas: unusual bytes are no longer told"],
  ],
  [
    "fewer versions",
    { depth: { versions: 30, reachSeconds: 86_400 } },
    { depth: { versions: 3 } },
    ["apps in archive: versions 30 → 3, reaches back 24 h → no demand"],
  ],
];

describe("an edit of a plan", () => {
  test.each(OF_A_CARRYING_JOB)(
    "of a job that carries, with %s, is told as far as it loosens",
    (_, old, asked, lines) => {
      expect(carrying(old, asked)).toEqual(lines);
    },
  );

  test("that changes the levels of a reading is told, and so is one that takes them away", () => {
    const levels = (warning: number) => ({ thresholds: { "pool.tank.capacity": { warning, critical: 99 } } });
    const [from, to] = ["levels of pool.tank.capacity: ", "critical 99 warning 95"];
    expect(looking(levels(80), levels(95))).toEqual([`health on nas: ${from}critical 99 warning 80 → ${to}`]);
    expect(looking({}, levels(95))).toEqual([`health on nas: ${from}built in → ${to}`]);
    expect(looking(levels(95), {})).toEqual([`health on nas: ${from}${to} → built in`]);
    expect(looking(levels(95), levels(95))).toEqual([]);
  });

  test("that makes an interval longer is told, a shorter one is not", () => {
    expect(looking({}, { schedule: { everySeconds: 86_400 } })).toEqual([
      "health on nas: schedule every 1 h → every 24 h",
    ]);
    expect(looking({}, { schedule: { everySeconds: 60 } })).toEqual([]);
  });

  test("that lets a host beat less often is told", () => {
    const seldom = { ...planOf(HEALTH), beat: { everySeconds: 3600, graceSeconds: 7200 } };
    expect(told(planOf(HEALTH), seldom)).toEqual(["nas: beats every 5 min → 1 h, grace of a beat 10 min → 2 h"]);
    expect(told(seldom, planOf(HEALTH))).toEqual([]);
  });

  test("that drops a job is told with the copies that go with it; a new job is not", () => {
    expect(told(planOf(NIGHTLY, HEALTH), planOf(HEALTH))).toEqual([
      "nightly on nas is no longer watched",
      "apps in archive is no longer watched",
    ]);
    expect(told(planOf(HEALTH), planOf(HEALTH, NIGHTLY))).toEqual([]);
  });
});

describe("the notice about it", () => {
  test("is none when nothing is watched less", () => {
    expect(sayLoosened("home", "nas", [], NOW)).toBeNull();
  });

  test("names the host, lists the changes, counts what is too many, and says what to do", () => {
    const changes = Array.from({ length: 14 }, (_, index) => `job-${index} on nas is no longer watched`);
    const notice = sayLoosened("home", "nas", changes, NOW);
    expect(notice).toMatchObject({
      kind: "notice",
      site: "home",
      root: "host:nas",
      title: "home: nas asks to be watched less",
    });
    expect(notice?.lines.slice(-3)).toEqual([
      "- job-11 on nas is no longer watched",
      "- and 2 more",
      "If pusher.toml on nas was edited by you, nothing is wrong. If not, somebody else may hold that host's key: look at the host now.",
    ]);
  });
});
