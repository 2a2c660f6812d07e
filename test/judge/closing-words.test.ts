/** What the closing alert says beside that it is over: what came late, what was missed, and what did not get well at all. */
import { describe, expect, test } from "vitest";
import { missedRuns } from "../../worker/judge/missed-runs.ts";
import type { JobFacts, JobSpec } from "../../worker/judge/watch.ts";
import {
  aliveUntil,
  began,
  bothHeard,
  carrying,
  chainPlans,
  edited,
  HOUR,
  type Life,
  lifeOf,
  look,
  MINUTE,
  proved,
  ran,
  runFact,
  START,
  WELL,
  watch,
  well,
  wellAt,
} from "./site.ts";

/** When the next run of each job is due: 2026-11-24 03:00 UTC. */
const DUE = WELL + 24 * HOUR;
const closings = (life: Life, root: string) => life.said.filter((one) => one.kind === "closed" && one.root === root);

/** The last closing alert about `nightly`, in one text. */
function closingOf(life: Life, root = "job:nas/nightly"): string {
  const closed = closings(life, root).at(-1);
  return [closed?.title, ...(closed?.lines ?? [])].join("\n");
}

describe("what was in time and told late is said to be that:", () => {
  /** Told of at `at`: a run of nightly that began at DUE + 5 min and took `minutes`. */
  const toldLate = (life: Life, at: number, minutes: number) => {
    const startedAt = DUE + 5 * MINUTE;
    const end = { id: `run-${startedAt}`, finishedAt: startedAt + minutes * MINUTE, receivedAt: at };
    return look(ran(bothHeard(life, at), "nas", "nightly", startedAt, end), at);
  };

  test("a run whose start was missed", () => {
    const missed = aliveUntil(well({}, { startWithinSeconds: 600 }), WELL, DUE + 10 * MINUTE);
    expect(watch(missed, "job:nas/nightly").reason.code).toBe("not_started");
    expect(closingOf(toldLate(missed, DUE + 50 * MINUTE, 20))).toContain(
      "The backup itself was in time: nightly on nas finished at 2026-11-24 03:25 UTC (25 min ago); " +
        "only its report came late, at 2026-11-24 03:50 UTC.",
    );
  });

  test("a run whose end was missed", () => {
    const running = began(well({}, { maxRuntimeSeconds: 1200 }), "nas", "nightly", DUE + 5 * MINUTE);
    const missed = aliveUntil(running, WELL, DUE + 30 * MINUTE);
    expect(watch(missed, "job:nas/nightly").reason.code).toBe("overrun");
    expect(closingOf(toldLate(missed, DUE + 50 * MINUTE, 19))).toContain("The backup itself was in time");
    expect(closingOf(toldLate(missed, DUE + 50 * MINUTE, 40))).not.toContain("in time");
  });

  /** Each job ran, and nothing was told of what they moved until the archive is out of its window. */
  const untold = () => {
    let lived = ran(ran(well(), "nas", "nightly", DUE), "nas", "sync", DUE);
    lived = aliveUntil(ran(lived, "vm", "cloud", DUE), WELL, WELL + 26 * HOUR);
    expect(lived.open).toMatchObject([{ root: "job:nas/nightly", subject: "copy:apps/archive" }]);
    return lived;
  };
  const seen = (life: Life, recoveryAt: number, at: number) =>
    closingOf(look(proved(bothHeard(life, at), "apps", "archive", recoveryAt, "nas"), at));

  test("a copy that was seen before its window was over", () => {
    const closed = seen(untold(), DUE, WELL + 27 * HOUR);
    expect(closed).toContain(
      "The copy itself was in time: apps in archive was seen at 2026-11-24 03:00 UTC (3 h ago) with data of " +
        "2026-11-24 03:00 UTC (3 h ago); only the report of it came late.",
    );
    // Its job was in time and told in time, and missed no run.
    expect(closed).not.toContain("The backup itself");
    expect(closed).not.toContain("missed");
  });

  test("but not one that was seen only after it", () => {
    expect(seen(untold(), WELL + 26.5 * HOUR, WELL + 27 * HOUR)).not.toContain("in time");
  });

  test("but not yesterday's run, when today's is found to be under way", () => {
    const missed = aliveUntil(well({}, { maxRuntimeSeconds: 3 * 3600, hardLimitSeconds: 6 * 3600 }), WELL, DUE + HOUR);
    expect(watch(missed, "job:nas/nightly").status).toBe("missed");
    const now = DUE + HOUR + MINUTE;
    const closed = closingOf(look(began(bothHeard(missed, now), "nas", "nightly", DUE + 50 * MINUTE), now));
    expect(closed).toContain("nightly on nas is under way");
    expect(closed).not.toContain("in time");
  });
});

describe("missed runs", () => {
  test("are counted from the first one of a job that never ran", () => {
    let lived = lifeOf(chainPlans());
    lived = aliveUntil(lived, START, START + 73 * HOUR, HOUR);
    const now = START + 74 * HOUR;
    lived = look(ran(bothHeard(lived, now), "nas", "nightly", now - MINUTE), now);
    lived = look(proved(bothHeard(lived, now), "apps", "archive", now, "nas"), now + MINUTE);
    // Due at 24, 48 and 72 hours; the run at 74 is the third one, late.
    expect(closingOf(lived)).toContain("2 runs were missed.");
  });

  const spec: JobSpec = {
    kind: "job",
    host: "nas",
    job: "often",
    tool: "command",
    schedule: { cron: "*/5 * * * *", zone: "UTC" },
    graceSeconds: 60,
    plannedAt: START,
    datasets: [],
  };
  const runsFrom = (fromAt: number, count: number): JobFacts["runs"] =>
    Array.from({ length: count }, (_, i) => runFact(fromAt + i * 5 * MINUTE));
  const facts = (runs: JobFacts["runs"]): JobFacts => ({
    kind: "job",
    good: null,
    bad: null,
    skipped: null,
    runs,
    readings: null,
    unusual: null,
  });

  test.each([
    ["a run in each slot", runsFrom(START, 12), 0],
    ["none in the first three", runsFrom(START + 15 * MINUTE, 9), 3],
    ["none at all", [], 12],
    ["runs a minute early", runsFrom(START - MINUTE, 12), 0],
    ["more runs since than are kept: nothing is known of the first hour", runsFrom(START + HOUR, 60), 0],
  ])("of an hour with %s", (_what, runs, count) => {
    expect(missedRuns(spec, facts(runs), START, START + HOUR)).toBe(count);
  });
});

describe("what an edit of the plan ends is not called well:", () => {
  /** The chain with its first job under another name. */
  const renamed = () =>
    chainPlans().map((of) => ({
      ...of,
      plan: { ...of.plan, jobs: of.plan.jobs.map((job) => (job.name === "nightly" ? { ...job, name: "zfs" } : job)) },
    }));

  test("a renamed job whose copy is as old as before is no longer watched, and its copy is told at its new hop", () => {
    let lived = ran(ran(well(), "nas", "nightly", DUE), "nas", "sync", DUE);
    lived = aliveUntil(ran(lived, "vm", "cloud", DUE), WELL, WELL + 26 * HOUR);
    expect(lived.open).toMatchObject([{ root: "job:nas/nightly", subject: "copy:apps/archive" }]);
    const now = WELL + 27 * HOUR;
    lived = edited(aliveUntil(lived, WELL + 26 * HOUR, now), renamed(), now);
    expect(closingOf(lived)).toMatch(
      /^home: nightly on nas is no longer watched\nIt was taken out of what is watched at /,
    );
    expect(closingOf(lived)).toContain("Still to follow: apps in archive");
    expect(watch(lived, "copy:apps/archive").status).toBe("late");
    // The new job has its first slot a day later, and its grace; the hosts two beats.
    const last = now + 25 * HOUR + 10 * MINUTE;
    lived = aliveUntil(lived, now, last);
    expect(lived.open.map(({ root }) => root)).toContain("job:nas/zfs");
  });

  test("a copy that loses one of its two feeds stays in its incident", () => {
    const twice = chainPlans().map((of) =>
      of.host === "nas"
        ? { ...of, plan: { ...of.plan, jobs: [...of.plan.jobs, carrying("weekly", "fast", "archive", 26)] } }
        : of,
    );
    let lived = ran(wellAt(lifeOf(twice), WELL), "nas", "weekly", WELL);
    for (const job of ["nightly", "weekly", "sync"]) lived = ran(lived, "nas", job, DUE);
    lived = aliveUntil(ran(lived, "vm", "cloud", DUE), WELL, WELL + 26 * HOUR);
    expect(lived.open).toMatchObject([{ root: "copy:apps/archive" }]);
    const now = WELL + 26 * HOUR + MINUTE;
    lived = edited(lived, chainPlans(), now);
    expect(lived.open).toMatchObject([{ root: "copy:apps/archive" }]);
    expect(closings(lived, "copy:apps/archive")).toEqual([]);
    lived = look(proved(bothHeard(lived, now), "apps", "archive", DUE, "nas"), now + MINUTE);
    expect(closings(lived, "copy:apps/archive")).toHaveLength(1);
  });

  test("failures that the plan now tolerates", () => {
    const lived = look(ran(well(), "nas", "sync", WELL + MINUTE, { status: "failed" }), WELL + 2 * MINUTE);
    const eased = edited(lived, chainPlans({}, { alertAfter: { failures: 3 } }), WELL + 3 * MINUTE);
    expect(closingOf(eased, "job:nas/sync")).toMatch(/^home: sync on nas failed, which its plan now tolerates\n/);
  });
});
