/** What the free plan pays for: rows and statements, whose counts are exact here and in production. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { heartbeatCost, pageCost, sweepCost } from "./measure.ts";

describe("a heartbeat", () => {
  test("writes at most 2 rows when alive, at most 6 with the result of a run", async () => {
    const { alive, withRun } = await heartbeatCost(env.DB);
    expect(alive.rowsWritten).toBeLessThanOrEqual(2);
    expect(withRun.rowsWritten).toBeLessThanOrEqual(6);
    // Three of them say whether a deadline has passed since the last sweep, which this heartbeat then starts.
    expect(alive.rowsRead).toBeLessThanOrEqual(13);
  });

  test("costs the same among 100 watches, runs, markers and incidents and among 100,000 of each", async () => {
    const [few, many] = [await heartbeatCost(env.DB, 100), await heartbeatCost(env.DB, 100_000)];
    expect(many).toEqual(few);
  });
});

describe("the page", () => {
  test.each([9, 99, 999])("of %i jobs reads at most two rows for each job, and a few", async (jobs) => {
    const { rowsRead, rowsWritten } = await pageCost(env.DB, jobs);
    expect(rowsRead).toBeLessThanOrEqual(2 * jobs + 10);
    expect(rowsWritten).toBe(0);
  });

  test("reads nothing of runs and markers, and no more of what is over, however much there is", async () => {
    expect(await pageCost(env.DB, 99, 10_000)).toEqual(await pageCost(env.DB, 99, 100));
  });

  test("of 30 sites makes as many statements as of one: the free plan has 50 for a request", async () => {
    const [one, thirty] = [await pageCost(env.DB, 9, 100), await pageCost(env.DB, 270, 100)];
    expect(thirty.statements).toBe(one.statements);
    expect(one.statements).toBeLessThanOrEqual(12);
  });
});

describe("a sweep", () => {
  test.each([10, 1_000, 100_000])(
    "with nothing due among %i watches reads at most 6 rows and writes 2",
    async (watches) => {
      const cost = await sweepCost(env.DB, watches, 0);
      expect(cost.rowsRead).toBeLessThanOrEqual(6);
      expect(cost.rowsWritten).toBeLessThanOrEqual(2);
      expect(cost.statements).toBeLessThanOrEqual(5);
    },
  );

  test("judges the one that is due among 100,000 by reading its site alone, at the cost of one among 100", async () => {
    const few = await sweepCost(env.DB, 100, 1);
    const cost = await sweepCost(env.DB, 100_000, 1);
    expect(cost).toEqual(few);
    expect(cost).toMatchObject({ watchesDue: 1, skipped: 0 });
    expect(cost.rowsRead).toBeLessThanOrEqual(100);
  });

  test("handles 1,500 due in one pass with at most 50 statements", async () => {
    const cost = await sweepCost(env.DB, 20_000, 1_500);
    expect(cost).toMatchObject({ watchesDue: 1_500, skipped: 0 });
    expect(cost.statements).toBeLessThanOrEqual(50);
    const open = await env.DB.prepare("SELECT count(*) AS open FROM incidents WHERE closed_at IS NULL").first("open");
    expect(open).toBe(1_500);
  });
});
