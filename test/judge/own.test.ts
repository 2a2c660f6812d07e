/** What a watch says alone, at instants written out: edges of deadlines, and which of two facts counts. */
import { describe, expect, test } from "vitest";
import { mergeRun } from "../../worker/judge/merge.ts";
import { ownStatus } from "../../worker/judge/own.ts";
import {
  type CopyFacts,
  type JobFacts,
  type JobSpec,
  noFacts,
  type RunFact,
  type Spec,
} from "../../worker/judge/watch.ts";
import { runFact } from "./site.ts";

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);
const plannedAt = at("02:00:00");
const host: Spec = { kind: "host", host: "nas", everySeconds: 300, graceSeconds: 120, plannedAt };
const job: JobSpec = {
  kind: "job",
  host: "nas",
  job: "nightly",
  tool: "command",
  schedule: { cron: "0 3 * * *", zone: "UTC" },
  graceSeconds: 3600,
  plannedAt,
  datasets: [],
};
const copy: Spec = {
  kind: "copy",
  dataset: "apps",
  tier: "archive",
  born: "fast",
  windowSeconds: 26 * 3600,
  proof: "marker",
  feeds: [{ key: "job:nas/nightly", host: "nas", from: "fast" }],
  plannedAt,
};
const heardAt = (time: string) => ({ kind: "host" as const, heardAt: at(time), seqs: [], clockOffset: null });
const none: JobFacts = { kind: "job", good: null, bad: null, skipped: null, runs: [], readings: null, unusual: null };
const jobFacts = (good: number | null, bad: RunFact | null = null) =>
  [...(good === null ? [] : [runFact(good)]), ...(bad === null ? [] : [bad])].reduce(
    (facts, run) => mergeRun(facts, run),
    none,
  );

describe("a deadline is reached at its instant and not a millisecond before", () => {
  test.each([
    ["03:04:59.999", "ok", "03:05:00.000"],
    ["03:05:00.000", "late", "03:07:00.000"],
    ["03:06:59.999", "late", "03:07:00.000"],
    ["03:07:00.000", "missed", null],
  ])("a host heard at 03:00 is at %s %s", (time, status, due) => {
    const own = ownStatus({ spec: host, facts: heardAt("03:00:00") }, at(time));
    expect([own.status, own.dueAt]).toEqual([status, due === null ? null : at(due)]);
  });

  test.each([
    ["03:59:59.999", "pending"],
    ["04:00:00.000", "missed"],
  ])("a job that never ran, with its slot at 03:00 and an hour of grace, is at %s %s", (time, status) => {
    expect(ownStatus({ spec: job, facts: noFacts("job") }, at(time)).status).toBe(status);
  });

  test.each([
    [-1, "ok"],
    [0, "missed"],
  ])("a copy is missed when its window is over, without grace (%i ms after: %s)", (after, status) => {
    const good = { recoveryAt: plannedAt, seenAt: plannedAt, host: "nas", marker: "m", sampled: 1, matched: 1 };
    const now = plannedAt + 26 * 3_600_000 + after;
    expect(ownStatus({ spec: copy, facts: { kind: "copy", good, bad: null, depth: [] } }, now).status).toBe(status);
  });
});

describe("a watch never heard of", () => {
  test("is pending, and its deadline runs from the plan", () => {
    const deadlineAt = at("02:07:00");
    expect(ownStatus({ spec: host, facts: noFacts("host") }, plannedAt)).toEqual({
      status: "pending",
      reason: { code: "never", deadlineAt },
      dueAt: deadlineAt,
      missedAt: deadlineAt,
    });
    const own = ownStatus({ spec: host, facts: noFacts("host") }, deadlineAt);
    expect([own.status, own.reason]).toEqual(["missed", { code: "never", deadlineAt }]);
  });
});

describe("a job", () => {
  test("that ran a little early is next due tomorrow", () => {
    const own = ownStatus({ spec: job, facts: jobFacts(at("02:56:00")) }, at("03:30:00"));
    expect([own.status, own.dueAt]).toEqual(["ok", at("03:00:00") + 86_400_000]);
  });

  test("says of a miss since when, until when and what came last", () => {
    const last = at("03:00:00") - 86_400_000;
    const own = ownStatus({ spec: job, facts: jobFacts(last) }, at("05:00:00"));
    expect(own.reason).toEqual({ code: "overdue", dueAt: at("03:00:00"), deadlineAt: at("04:00:00"), lastAt: last });
  });

  test("that failed is failed, even when it is overdue too", () => {
    const failed = runFact(at("03:00:00"), { status: "failed", exitCode: 1 });
    const own = ownStatus({ spec: job, facts: jobFacts(null, failed) }, at("23:00:00"));
    expect([own.status, own.reason]).toEqual([
      "failed",
      { code: "run", at: failed.finishedAt, status: "failed", text: "it ended with exit code 1" },
    ]);
  });

  test("that succeeded after it failed is ok", () => {
    const failed = runFact(at("02:30:00"), { status: "failed" });
    expect(ownStatus({ spec: job, facts: jobFacts(at("03:00:00"), failed) }, at("03:30:00")).status).toBe("ok");
    expect(ownStatus({ spec: job, facts: jobFacts(at("02:00:00"), failed) }, at("03:30:00")).status).toBe("failed");
  });

  test.each([
    [{ status: "timed_out" as const }, "it ran out of time and was ended"],
    [{ status: "failed" as const, signal: "SIGKILL" }, "it was ended by SIGKILL"],
    [{ status: "failed" as const }, "it failed"],
    [{ status: "failed" as const, exitCode: 3, reason: "no such pool" }, "no such pool"],
  ])("tells how it ended: %o", (more, text) => {
    const own = ownStatus({ spec: job, facts: jobFacts(null, runFact(at("03:00:00"), more)) }, at("03:30:00"));
    expect(own.reason).toMatchObject({ code: "run", text });
  });

  test("whose schedule never comes round is not ok before a run, and never missed after one", () => {
    const never = { ...job, schedule: { cron: "0 0 30 2 *", zone: "UTC" } };
    expect(ownStatus({ spec: never, facts: noFacts("job") }, at("23:00:00")).status).toBe("pending");
    const year = at("03:00:00") + 366 * 86_400_000;
    expect(ownStatus({ spec: never, facts: jobFacts(at("03:00:00")) }, year).status).toBe("ok");
  });
});

describe("a copy whose sampled files differ", () => {
  const good = { recoveryAt: at("02:00:00"), seenAt: at("03:00:00"), host: "vm", marker: "m", sampled: 1, matched: 1 };
  const bad = (time: string) => ({ at: at(time), host: "vm", marker: "m", bornAt: 0, text: "1 of 20 differ" });
  const own = (facts: CopyFacts) => ownStatus({ spec: copy, facts }, at("04:00:00"));

  test.each([
    ["after a good look is failed", "03:00:00.001", "failed"],
    ["before a good look is ok again", "02:59:59.999", "ok"],
    ["at the very time of a good look is ok", "03:00:00.000", "ok"],
  ])("%s", (_what, time, status) => {
    expect(own({ kind: "copy", good, bad: bad(time), depth: [] }).status).toBe(status);
  });

  test("is failed without any good look, and no time makes it another", () => {
    const { status, dueAt, missedAt } = own({ kind: "copy", good: null, bad: bad("03:00:00"), depth: [] });
    expect([status, dueAt, missedAt]).toEqual(["failed", null, null]);
  });
});

test("facts of another kind than the watch's are a bug, and thrown", () => {
  expect(() => ownStatus({ spec: host, facts: noFacts("job") }, plannedAt)).toThrow("a host watch holds job facts");
});
