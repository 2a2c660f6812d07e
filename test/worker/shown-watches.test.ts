/** Watches as pages read them: less than the judge reads, and all that is shown. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { addMark } from "../../worker/judge/merge.ts";
import { shownWatch } from "../../worker/judge/recent.ts";
import { summarize } from "../../worker/judge/summary.ts";
import type { RunMark, Watch } from "../../worker/judge/watch.ts";
import { writeAll } from "../../worker/store/database.ts";
import { shownWatches } from "../../worker/store/shown-watches.ts";
import { putWatches } from "../../worker/store/watches.ts";
import { largeWatches } from "./sample-large.ts";
import { NOW } from "./sample-summary.ts";
import { db, emptyDatabase } from "./support.ts";

const none = { lastSweepAt: NOW, faults: [], blinds: [], deadLetters: [], confirmations: [], acts: [], incidents: [] };
const HOUR = 3_600_000;

/** With so many of its runs, and these marks beside them. */
function withRuns(watch: Watch, count: number, ...marks: RunMark[]): Watch {
  const { facts } = watch;
  if (facts.kind !== "job") return watch;
  return { ...watch, facts: { ...facts, runs: marks.reduce(addMark, facts.runs.slice(facts.runs.length - count)) } };
}

const begun = (startedAt: number): RunMark => ({ id: "begun", status: "started", startedAt, finishedAt: null });
const jobs = largeWatches(4);
const WATCHES: Readonly<Record<string, readonly Watch[]>> = {
  "rest, with sixty runs": jobs,
  "ran three times": jobs.map((watch) => withRuns(watch, 3)),
  "never ran": jobs.map((watch) => withRuns(watch, 0)),
  "are running": jobs.map((watch) => withRuns(watch, 60, begun(NOW - HOUR))),
  "lost a run long ago": jobs.map((watch) => withRuns(watch, 60, begun(NOW - 30 * 24 * HOUR))),
};

beforeEach(emptyDatabase);

describe("jobs that", () => {
  test.each(Object.entries(WATCHES))("%s are shown as their whole facts would show them", async (_, watches) => {
    await writeAll(db, putWatches(watches));
    const { watches: read, unreadable } = await shownWatches(db, ["home"]);
    const byKey = [...watches].sort((a, b) => (a.key < b.key ? -1 : 1)).map(shownWatch);
    expect(summarize({ ...none, now: NOW, watches: read })).toEqual(summarize({ ...none, now: NOW, watches: byKey }));
    expect(unreadable).toEqual([]);
  });

  test("rest come without their runs, which are most of what the database holds of them", async () => {
    await writeAll(db, putWatches(jobs));
    const { watches } = await shownWatches(db, "all");
    const runs = watches.flatMap(({ facts }) => (facts.kind === "job" ? facts.runs : []));
    expect(runs).toEqual([]);
    expect(JSON.stringify(watches.map(({ facts }) => facts)).length).toBeLessThan(
      JSON.stringify(jobs.map(({ facts }) => facts)).length / 5,
    );
  });
});

describe("a row", () => {
  test.each(["{}", "not json", '{"kind":"job","runs":7}'])(
    "whose facts are %s is told of, and spoils no other",
    async (text) => {
      await writeAll(db, putWatches(jobs));
      await env.DB.prepare("UPDATE watches SET facts = ? WHERE key = 'job:host0/save-1'").bind(text).run();
      const { watches, unreadable } = await shownWatches(db, "all");
      expect(unreadable).toEqual([{ site: "home", key: "job:host0/save-1" }]);
      expect(watches.length).toBe(jobs.length - 1);
    },
  );

  test("that changed is read anew", async () => {
    await writeAll(db, putWatches(jobs));
    const before = await shownWatches(db, "all");
    await env.DB.prepare("UPDATE watches SET facts = json_set(facts, '$.heardAt', 5) WHERE key = 'host:host0'").run();
    const heard = ({ watches }: typeof before) =>
      watches.flatMap(({ facts }) => (facts.kind === "host" ? [facts.heardAt] : []));
    expect([heard(before), heard(await shownWatches(db, "all"))]).toEqual([[NOW - 100_000], [5]]);
  });
});
