/** What a plan may ask of a job beside its success in time: start, end, least time, and how many failures count. */
import { describe, expect, test } from "vitest";
import { addMark, mergeRun } from "../../worker/judge/merge.ts";
import { ownStatus } from "../../worker/judge/own.ts";
import type { JobFacts, JobSpec, RunFact } from "../../worker/judge/watch.ts";
import { runFact } from "./site.ts";

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);
const MINUTE = 60_000;
const DAY = 86_400_000;
const nightly: JobSpec = {
  kind: "job",
  host: "nas",
  job: "nightly",
  tool: "command",
  schedule: { cron: "0 3 * * *", zone: "UTC" },
  graceSeconds: 7200,
  plannedAt: at("02:00:00"),
  datasets: [],
};
const none: JobFacts = { kind: "job", good: null, bad: null, skipped: null, runs: [], readings: null, unusual: null };
const yesterday = runFact(at("03:00:00") - DAY);

interface Ended {
  readonly started: number;
  readonly minutes?: number;
  readonly status?: RunFact["status"];
}

function facts(...runs: readonly Ended[]): JobFacts {
  return runs.reduce((grown, { started, minutes = 30, status = "succeeded" }) => {
    return mergeRun(grown, runFact(started, { status, finishedAt: started + minutes * MINUTE }));
  }, none);
}

function began(known: JobFacts, startedAt: number, progressAt?: number): JobFacts {
  const moved = progressAt === undefined ? {} : { progressAt };
  const mark = { id: `run-${startedAt}`, status: "started" as const, startedAt, finishedAt: null, ...moved };
  return { ...known, runs: addMark(known.runs, mark) };
}

const wellYesterday = mergeRun(none, yesterday);
const look = (spec: JobSpec, of: JobFacts, time: string) => {
  const { status, reason, dueAt } = ownStatus({ spec, facts: of }, at(time));
  return { status, code: reason.code, reason, dueAt };
};

describe("a job that must begin within half an hour of its slot", () => {
  const prompt = { ...nightly, startWithinSeconds: 1800 };

  test.each([
    ["02:59:59.999", "ok", "fine"],
    ["03:00:00.000", "late", "overdue"],
    ["03:29:59.999", "late", "overdue"],
    ["03:30:00.000", "missed", "not_started"],
  ])("and did not is at %s %s (%s)", (time, status, code) => {
    expect(look(prompt, wellYesterday, time)).toMatchObject({ status, code });
  });

  test("tells its slot and the instant by which it had to begin", () => {
    expect(look(prompt, wellYesterday, "04:00:00").reason).toEqual({
      code: "not_started",
      dueAt: at("03:00:00"),
      deadlineAt: at("03:30:00"),
      lastAt: yesterday.startedAt,
    });
  });

  test("and began in time is only late until its grace is over, and missed then", () => {
    const running = began(wellYesterday, at("03:29:00"));
    expect(look(prompt, running, "04:59:59.999")).toMatchObject({ status: "late", code: "overdue" });
    expect(look(prompt, running, "05:00:00.000")).toMatchObject({ status: "missed", code: "overdue" });
  });

  test("and began a little early counts for the coming slot", () => {
    const early = facts({ started: at("02:56:00"), minutes: 10 });
    expect(look(prompt, early, "03:45:00")).toMatchObject({ status: "ok", dueAt: at("03:00:00") + DAY });
  });

  test("is well again with the success, though it began too late", () => {
    const late = facts({ started: at("04:10:00") });
    expect(look(prompt, late, "04:50:00").status).toBe("ok");
  });
});

describe("a job that must be over within an hour", () => {
  const bounded = { ...nightly, maxRuntimeSeconds: 3600, graceSeconds: 4 * 3600 };
  const running = began(wellYesterday, at("03:00:00"));

  test.each([
    ["03:59:59.999", "overdue", "late"],
    ["04:00:00.000", "overdue", "late"],
    ["04:04:59.999", "overdue", "late"],
    ["04:05:00.000", "overrun", "missed"],
  ])("and told no end is at %s %s: the report of a killed run may take five minutes", (time, code, status) => {
    expect(look(bounded, running, time)).toMatchObject({ status, code });
  });

  test("names the run that never ended", () => {
    expect(look(bounded, running, "05:00:00").reason).toEqual({
      code: "overrun",
      startedAt: at("03:00:00"),
      dueAt: at("04:00:00"),
      deadlineAt: at("04:05:00"),
    });
  });

  test("wakes the sweep at each instant that may change what it is", () => {
    const due = (time: string) => look(bounded, running, time).dueAt;
    expect(due("03:10:00")).toBe(at("04:00:00"));
    expect(due("04:01:00")).toBe(at("04:05:00"));
  });

  test("is not waited for once a later run has ended", () => {
    const followed = mergeRun(running, runFact(at("04:30:00"), { finishedAt: at("04:40:00") }));
    expect(look(bounded, followed, "06:00:00")).toMatchObject({ status: "ok", code: "fine" });
  });

  test("has each of two overlapping runs followed by its own id", () => {
    const both = began(running, at("03:50:00"));
    const firstEnded = mergeRun(
      both,
      runFact(at("03:00:00"), { id: `run-${at("03:00:00")}`, finishedAt: at("03:55:00") }),
    );
    expect(look(bounded, firstEnded, "04:30:00")).toMatchObject({ code: "fine", status: "ok" });
    expect(look(bounded, firstEnded, "04:55:00")).toMatchObject({ code: "overrun", status: "missed" });
  });
});

describe("progress of a long run, with a hard limit of three hours", () => {
  const long = { ...nightly, graceSeconds: 3600, maxRuntimeSeconds: 3600, hardLimitSeconds: 3 * 3600 };

  test.each([
    ["without progress it has its hour", undefined, "04:04:59.999", "late"],
    ["and is missed after it", undefined, "04:05:00.000", "missed"],
    ["progress gives it an hour more, beyond its grace", "03:50:00", "04:54:59.999", "late"],
    ["and no longer", "03:50:00", "04:55:00.000", "missed"],
    ["progress shortly before the limit", "05:55:00", "06:04:59.999", "late"],
    ["does not extend it beyond the hard limit", "05:55:00", "06:05:00.000", "missed"],
  ])("%s", (_what, progress, time, status) => {
    const moved = began(wellYesterday, at("03:00:00"), progress === undefined ? undefined : at(progress));
    expect(look(long, moved, time).status).toBe(status);
  });

  test.each([
    ["04:04:59.999", "late"],
    ["06:04:59.999", "late"],
    ["06:05:00.000", "missed"],
  ])("alone, without a longest time, is what ends a run: at %s it is %s", (time, status) => {
    const { maxRuntimeSeconds: _, ...alone } = long;
    expect(look(alone, began(wellYesterday, at("03:00:00")), time).status).toBe(status);
  });

  test("does not help a run that began when its slot was missed already", () => {
    const late = began(wellYesterday, at("04:10:00"), at("04:20:00"));
    expect(look(long, late, "04:30:00")).toMatchObject({ status: "missed", code: "overdue" });
  });

  test("does not help a slot in which nothing runs", () => {
    expect(look(long, wellYesterday, "04:00:00.000")).toMatchObject({ status: "missed", code: "overdue" });
  });
});

describe("a job that cannot be done in ten minutes", () => {
  const slow = { ...nightly, minRuntimeSeconds: 600 };

  test.each([
    ["failed after 9 min 59 s", 9 + 59 / 60, "failed", "too_fast"],
    ["well after 10 min", 10, "ok", "fine"],
  ])("is %s", (_what, minutes, status, code) => {
    expect(look(slow, facts({ started: at("03:00:00"), minutes }), "04:00:00")).toMatchObject({ status, code });
  });

  test("says what it took and what it has to", () => {
    expect(look(slow, facts({ started: at("03:00:00"), minutes: 0.05 }), "04:00:00").reason).toEqual({
      code: "too_fast",
      at: at("03:00:03"),
      tookSeconds: 3,
      leastSeconds: 600,
    });
  });

  test("still counts its deadline from the last success that was one", () => {
    const three = { ...slow, alertAfter: { failures: 3 } };
    const fast = [facts({ started: at("03:00:00") - DAY })].map((known) =>
      mergeRun(known, runFact(at("02:30:00"), { finishedAt: at("02:30:02") })),
    )[0];
    expect(look(three, fast ?? none, "03:30:00")).toMatchObject({ status: "late", code: "tolerated" });
  });
});

describe("failures before an alert", () => {
  const bad = (started: number): Ended => ({ started, status: "failed" });
  const good = (started: number): Ended => ({ started });
  const hour = (n: number) => at("00:00:00") + n * 60 * MINUTE;
  const hourly = { ...nightly, schedule: { cron: "0 * * * *", zone: "UTC" }, graceSeconds: 3000 };
  const inARow = { ...hourly, alertAfter: { failures: 3 } };
  const ofFive = { ...hourly, alertAfter: { failures: 3, of: 5 } };

  test("the first one, unless the plan says otherwise", () => {
    expect(look(hourly, facts(good(hour(1)), bad(hour(2))), "02:40:00")).toMatchObject({
      status: "failed",
      code: "run",
    });
  });

  test.each([
    ["two in a row are tolerated", [bad(hour(3)), bad(hour(4))], "late", "tolerated"],
    ["three are told", [bad(hour(1)), bad(hour(2)), bad(hour(3))], "failed", "run"],
    [
      "a success between begins the count anew",
      [bad(hour(1)), good(hour(2)), bad(hour(3)), bad(hour(4))],
      "late",
      "tolerated",
    ],
    [
      "a skipped run neither breaks nor lengthens the row",
      [bad(hour(3)), bad(hour(4)), { started: hour(4.5), status: "skipped" as const }],
      "late",
      "tolerated",
    ],
    ["a success ends it", [bad(hour(1)), bad(hour(2)), bad(hour(3)), good(hour(4))], "ok", "fine"],
  ])("three in a row: %s", (_what, runs, status, code) => {
    expect(look(inARow, facts(...runs), "04:40:00")).toMatchObject({ status, code });
  });

  test.each([
    ["two of five are tolerated", [bad(hour(1)), good(hour(2)), bad(hour(3))], "late", "tolerated"],
    [
      "three of five are told, though others succeeded between",
      [bad(hour(1)), good(hour(2)), bad(hour(3)), good(hour(3.5)), bad(hour(4))],
      "failed",
      "run",
    ],
    [
      "and stay told while they are so many",
      [bad(hour(0)), bad(hour(1)), good(hour(2)), bad(hour(3)), good(hour(4))],
      "failed",
      "run",
    ],
    [
      "until enough of the last five are good",
      [bad(hour(0)), bad(hour(1)), good(hour(2)), good(hour(2.5)), bad(hour(3)), good(hour(4))],
      "ok",
      "fine",
    ],
  ])("three of five: %s", (_what, runs, status, code) => {
    expect(look(ofFive, facts(...runs), "04:40:00")).toMatchObject({ status, code });
  });

  test("an incident of a row begins with the failure that made it one, however many follow", () => {
    const five = facts(...[1, 2, 3, 4].map((n) => bad(hour(n))));
    expect(look(inARow, five, "04:40:00").reason).toMatchObject({
      at: hour(3.5),
      failures: { count: 4, of: 4 },
    });
    expect(look(ofFive, five, "04:40:00").reason).toMatchObject({ at: hour(3.5), failures: { count: 4, of: 4 } });
  });

  test("a tolerated failure answers its slot; when nothing runs any more the next one is missed", () => {
    const tolerated = facts(good(hour(1)), bad(hour(2)));
    expect(look(inARow, tolerated, "03:49:59.999")).toMatchObject({ status: "late", code: "tolerated" });
    expect(look(inARow, tolerated, "03:50:00.000")).toMatchObject({ status: "missed", code: "overdue" });
  });
});

describe("a warned run", () => {
  test("is a success in time, told as a warning", () => {
    const warned = facts({ started: at("03:00:00"), status: "warned" });
    expect(look(nightly, warned, "04:00:00")).toMatchObject({
      status: "failed",
      reason: { code: "run", status: "warned" },
    });
    expect(look(nightly, warned, "04:00:00").dueAt).toBe(at("03:00:00") + DAY);
  });

  test("does not hide that the next one never came", () => {
    const warned = facts({ started: at("03:00:00") - DAY, status: "warned" });
    expect(look(nightly, warned, "05:00:00")).toMatchObject({ status: "missed", code: "overdue" });
  });

  test("is forgotten with the next good one", () => {
    const mended = facts({ started: at("03:00:00") - DAY, status: "warned" }, { started: at("03:00:00") });
    expect(look(nightly, mended, "04:00:00").status).toBe("ok");
  });
});
