/** A plan that is edited: it may make a watch late, and never turns a miss into nothing. */
import { describe, expect, test } from "vitest";
import type { Plan } from "../../protocol/plan.ts";
import type { HostPlan } from "../../worker/judge/chain.ts";
import { replan } from "../../worker/judge/planned.ts";
import { type CopySpec, copyKey } from "../../worker/judge/watch.ts";
import {
  aliveUntil,
  chainPlans,
  HOUR,
  type Life,
  lifeOf,
  look,
  MINUTE,
  NAME,
  ran,
  START,
  watch,
  wellAt,
} from "./site.ts";

const WELL = START + HOUR;

function withPlans(life: Life, plans: readonly HostPlan[], now: number): Life {
  const change = replan(NAME, plans, life.watches, now);
  if (!("put" in change)) throw new Error(change.join("; "));
  return look({ ...life, watches: change.put }, now);
}

/** The chain's plans with every job's grace, in seconds, as given. */
function graced(graceSeconds: number, windows = {}): HostPlan[] {
  return chainPlans(windows).map(({ host, plan, plannedAt }) => {
    const edited: Plan = { ...plan, jobs: plan.jobs.map((job) => ({ ...job, graceSeconds })) };
    return { host, plan: edited, plannedAt };
  });
}

describe("an edit of the plan", () => {
  const well = () => wellAt(lifeOf(chainPlans()), WELL);

  test("that gives a missed job more grace leaves it missed and its incident open", () => {
    const missed = aliveUntil(well(), WELL, WELL + 25 * HOUR);
    expect(watch(missed, "job:nas/nightly").status).toBe("missed");
    const loosened = withPlans(missed, graced(48 * 3600), WELL + 25 * HOUR + MINUTE);
    expect(watch(loosened, "job:nas/nightly")).toMatchObject({ status: "missed", reason: { code: "overdue" } });
    expect(loosened.open.map(({ root }) => root)).toContain("job:nas/nightly");
    const mended = look(ran(loosened, "nas", "nightly", WELL + 26 * HOUR), WELL + 26 * HOUR + MINUTE);
    expect(watch(mended, "job:nas/nightly").status).toBe("ok");
  });

  test("that puts a deadline into the past makes the watch late, not missed, for as long as the new plan allows", () => {
    const now = WELL + 24 * HOUR + 50 * MINUTE;
    const late = aliveUntil(well(), WELL, now);
    expect(watch(late, "job:nas/nightly").status).toBe("late");
    const tightened = withPlans(late, graced(600), now);
    expect(watch(tightened, "job:nas/nightly")).toMatchObject({
      status: "late",
      reason: { code: "unseen", deadlineAt: WELL + 24 * HOUR + 10 * MINUTE, untilAt: now + 10 * MINUTE },
    });
    const after = aliveUntil(tightened, now, now + 10 * MINUTE);
    expect(watch(after, "job:nas/nightly").status).toBe("missed");
  });

  test("that narrows a window gives the copy the whole new window", () => {
    const now = WELL + 10 * HOUR;
    const lived = aliveUntil(well(), WELL, now);
    const narrowed = withPlans(lived, chainPlans({ archive: 5 }), now);
    expect(watch(narrowed, copyKey("apps", "archive"))).toMatchObject({ status: "late", dueAt: now + 5 * HOUR });
  });

  test("that changes nothing postpones nothing", () => {
    const now = WELL + 10 * HOUR;
    const same = withPlans(aliveUntil(well(), WELL, now), chainPlans(), now);
    const { spec } = watch(same, copyKey("apps", "archive"));
    expect((spec as CopySpec).editedAt).toBeUndefined();
  });
});
