/** A plan that is edited: it may make a watch late, and never turns a miss into nothing. */
import { describe, expect, test } from "vitest";
import type { Plan } from "../../protocol/plan.ts";
import type { HostPlan } from "../../worker/judge/chain.ts";
import { NO_CONTEXT } from "../../worker/judge/verdict.ts";
import { type CopySpec, copyKey } from "../../worker/judge/watch.ts";
import {
  aliveUntil,
  began,
  bothHeard,
  chainPlans,
  edited,
  HOUR,
  type Life,
  lifeOf,
  look,
  MINUTE,
  proved,
  ran,
  WELL,
  watch,
  well,
  wellAt,
} from "./site.ts";

/** The chain's plans with every job's grace, in seconds, as given. */
function graced(graceSeconds: number, windows = {}): HostPlan[] {
  return chainPlans(windows).map(({ host, plan, plannedAt }) => {
    const changed: Plan = { ...plan, jobs: plan.jobs.map((job) => ({ ...job, graceSeconds })) };
    return { host, plan: changed, plannedAt };
  });
}

describe("an edit of the plan", () => {
  test("that gives a missed job more grace leaves it missed and its incident open", () => {
    const missed = aliveUntil(well(), WELL, WELL + 25 * HOUR);
    expect(watch(missed, "job:nas/nightly").status).toBe("missed");
    const loosened = edited(missed, graced(48 * 3600), WELL + 25 * HOUR + MINUTE);
    expect(watch(loosened, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "overdue" } });
    expect(loosened.open.map(({ root }) => root)).toContain("job:nas/nightly");
    const mended = look(ran(loosened, "nas", "nightly", WELL + 26 * HOUR), WELL + 26 * HOUR + MINUTE);
    expect(watch(mended, "job:nas/nightly").status).toBe("ok");
  });

  test("that asks for no start leaves a job missed that did not begin, until it begins", () => {
    const at = WELL + 24 * HOUR + 11 * MINUTE;
    const prompt = chainPlans({}, { startWithinSeconds: 600, graceSeconds: 48 * 3600 });
    let lived = aliveUntil(wellAt(lifeOf(prompt), WELL), WELL, at);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "not_started" } });
    lived = edited(lived, chainPlans({}, { graceSeconds: 48 * 3600 }), at + MINUTE);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "not_started" } });
    // Nor does it matter that nobody looked when the success was due that the new plan asks for.
    const blind = { fromAt: WELL + 71 * HOUR, untilAt: WELL + 73 * HOUR };
    const later = look(bothHeard(lived, blind.untilAt), blind.untilAt, { ...NO_CONTEXT, blinds: [blind] });
    expect(watch(later, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "not_started" } });
    lived = look(began(bothHeard(lived, at + HOUR), "nas", "nightly", at + HOUR), at + HOUR);
    expect(watch(lived, "job:nas/nightly").status).toBe("late");
  });

  test("that widens the window of a copy blocked behind another leaves it to be missed when that one moves on", () => {
    // Everything stands still from the archive on; offsite is past its window and blocked.
    const jobsRan = (life: Life, at: number) =>
      ran(ran(ran(life, "nas", "nightly", at), "nas", "sync", at), "vm", "cloud", at);
    let lived = proved(jobsRan(well(), WELL + 24 * HOUR), "apps", "archive", WELL + 24 * HOUR, "nas");
    const editedAt = WELL + 31 * HOUR;
    lived = aliveUntil(lived, WELL + 24 * HOUR, editedAt);
    expect(watch(lived, "copy:apps/offsite").status).toBe("blocked");
    lived = edited(lived, chainPlans({ offsite: 200 }), editedAt + MINUTE);
    // Staging moves on, offsite does not, and its own next chance passes.
    lived = proved(lived, "apps", "staging", editedAt, "vm");
    lived = look(bothHeard(lived, editedAt + 2 * MINUTE), editedAt + 2 * MINUTE);
    expect(watch(lived, "copy:apps/offsite")).toMatchObject({ status: "late", reason: { code: "catching_up" } });
    lived = jobsRan(lived, WELL + 48 * HOUR);
    for (const tier of ["archive", "staging"]) lived = proved(lived, "apps", tier, WELL + 48 * HOUR, "vm");
    lived = aliveUntil(lived, editedAt + 3 * MINUTE, WELL + 58 * HOUR);
    expect(watch(lived, "copy:apps/offsite")).toMatchObject({ status: "missed", reason: { code: "overdue" } });
    const later = WELL + 58 * HOUR;
    lived = look(proved(bothHeard(lived, later), "apps", "offsite", WELL + 48 * HOUR, "vm"), later);
    expect(watch(lived, "copy:apps/offsite").status).toBe("ok");
  });

  test("that allows a run more time leaves it missed until its end is told", () => {
    const bounded = chainPlans({}, { maxRuntimeSeconds: 3600, graceSeconds: 48 * 3600 });
    const start = WELL + 24 * HOUR;
    let lived = began(wellAt(lifeOf(bounded), WELL), "nas", "nightly", start);
    lived = aliveUntil(lived, WELL, start + HOUR + 5 * MINUTE);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "overrun" } });
    lived = edited(
      lived,
      chainPlans({}, { maxRuntimeSeconds: 8 * 3600, graceSeconds: 48 * 3600 }),
      start + HOUR + 6 * MINUTE,
    );
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "overrun" } });
    const end = { id: `run-${start}`, finishedAt: start + 2 * HOUR };
    lived = look(ran(bothHeard(lived, start + 2 * HOUR), "nas", "nightly", start, end), start + 2 * HOUR);
    expect(watch(lived, "job:nas/nightly").status).toBe("ok");
  });

  test("that excuses one of two runs that go on too long lets the other speak, however often somebody looks", () => {
    const editedAt = WELL + 3 * HOUR;
    const [excused, other] = [editedAt - 36 * MINUTE, editedAt - 34 * MINUTE];
    const bounded = chainPlans({}, { maxRuntimeSeconds: 1800 });
    let lived = edited(aliveUntil(well(), WELL, editedAt - MINUTE), bounded, editedAt);
    for (const start of [excused, other]) lived = began(bothHeard(lived, editedAt), "nas", "nightly", start);
    for (const minutes of [2, 2, 3]) {
      lived = look(bothHeard(lived, editedAt + minutes * MINUTE), editedAt + minutes * MINUTE);
      expect(watch(lived, "job:nas/nightly").reason).toMatchObject({ code: "overrun", startedAt: other });
    }
  });

  test("that gives more grace leaves a job missed whose last run was a tolerated failure", () => {
    const patient = { alertAfter: { failures: 3 } };
    const failedAt = WELL + 24 * HOUR;
    let lived = ran(well({}, patient), "nas", "nightly", failedAt, { status: "failed" });
    const missedAt = failedAt + 25 * HOUR;
    lived = aliveUntil(lived, WELL, missedAt);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "overdue" } });
    lived = edited(lived, chainPlans({}, { ...patient, graceSeconds: 48 * 3600 }), missedAt + MINUTE);
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "overdue" } });
    lived = look(
      ran(bothHeard(lived, missedAt + HOUR), "nas", "nightly", missedAt, { status: "failed" }),
      missedAt + HOUR,
    );
    expect(watch(lived, "job:nas/nightly")).toMatchObject({ status: "late", reason: { code: "tolerated" } });
  });

  test("that puts a deadline into the past makes the watch late, not missed, for as long as the new plan allows", () => {
    const now = WELL + 24 * HOUR + 50 * MINUTE;
    const late = aliveUntil(well(), WELL, now);
    expect(watch(late, "job:nas/nightly").status).toBe("late");
    const tightened = edited(late, graced(600), now);
    expect(watch(tightened, "job:nas/nightly")).toMatchObject({
      status: "late",
      reason: { code: "unseen", deadlineAt: WELL + 24 * HOUR + 10 * MINUTE, untilAt: now + 10 * MINUTE },
    });
    const after = aliveUntil(tightened, now, now + 10 * MINUTE);
    expect(watch(after, "job:nas/nightly").status).toBe("missed");
  });

  test("that puts one deadline into the past hides no other, however often one looks", () => {
    const now = WELL + 24 * HOUR + 50 * MINUTE;
    const asked = chainPlans({}, { startWithinSeconds: 600 });
    const late = edited(aliveUntil(well(), WELL, now), asked, now);
    expect(watch(late, "job:nas/nightly").status).toBe("late");
    const missed = look(bothHeard(late, WELL + 25 * HOUR), WELL + 25 * HOUR);
    expect(watch(missed, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "overdue" } });
    expect(watch(look(missed, WELL + 25 * HOUR), "job:nas/nightly")).toEqual(watch(missed, "job:nas/nightly"));
  });

  test("that narrows a window gives the copy the whole new window", () => {
    const now = WELL + 10 * HOUR;
    const lived = aliveUntil(well(), WELL, now);
    const narrowed = edited(lived, chainPlans({ archive: 5 }), now);
    expect(watch(narrowed, copyKey("apps", "archive"))).toMatchObject({ status: "late", dueAt: now + 5 * HOUR });
  });

  test("that changes nothing postpones nothing", () => {
    const now = WELL + 10 * HOUR;
    const same = edited(aliveUntil(well(), WELL, now), chainPlans(), now);
    const { spec } = watch(same, copyKey("apps", "archive"));
    expect((spec as CopySpec).editedAt).toBeUndefined();
  });
});
