/** What is not broken but not as it should be: readings past a level, sizes unlike the job's own, copies that lost depth. */
import { describe, expect, test } from "vitest";
import { mergeDepth } from "../../worker/judge/depth.ts";
import { mergeReadings, mergeRun } from "../../worker/judge/merge.ts";
import {
  bothHeard,
  chainPlans,
  HOUR,
  type Life,
  lifeOf,
  look,
  MINUTE,
  ran,
  roots,
  runFact,
  WELL,
  watch,
  well,
  wellAt,
} from "./site.ts";

const DAY = 24 * HOUR;

function changed(life: Life, key: string, change: (facts: Life["watches"][number]["facts"]) => object): Life {
  const watches = life.watches.map((one) =>
    one.key === key ? { ...one, facts: { ...one.facts, ...change(one.facts) } } : one,
  );
  return { ...life, watches };
}

/** A run of `sync` that found the pool so full. */
function full(life: Life, at: number, percent: number): Life {
  const run = runFact(at);
  const text = `pool archive is ${percent} % full`;
  const list = [{ name: "pool.archive.capacity", value: percent, unit: "%", verdict: "ok" as const, text }];
  return changed(life, "job:nas/sync", (facts) =>
    facts.kind === "job" ? mergeReadings(mergeRun(facts, run), { at: run.finishedAt, run: run.id, list }) : facts,
  );
}

describe("a reading around its level", () => {
  test("is one incident until it is well below", () => {
    let lived = well();
    const seen: string[] = [];
    for (const [i, percent] of [79, 80, 79, 81, 78, 77, 76].entries()) {
      const at = WELL + (i + 1) * 10 * MINUTE;
      lived = look(full(bothHeard(lived, at + MINUTE), at, percent), at + MINUTE);
      seen.push(watch(lived, "job:nas/sync").status);
    }
    expect(seen).toEqual(["ok", "failed", "failed", "failed", "failed", "failed", "ok"]);
    expect(lived.opened).toMatchObject([{ root: "job:nas/sync", severity: "warning" }]);
  });
});

describe("a run unlike the others of its job", () => {
  const usual = Array.from({ length: 20 }, (_, i) => 40e9 + (i % 5) * 1e9);

  function nights(sizes: readonly number[]): Life {
    let lived = lifeOf(chainPlans());
    for (const [i, bytes] of sizes.entries()) {
      const at = WELL + i * DAY;
      lived = ran(wellAt(lived, at), "nas", "nightly", at + MINUTE, { bytes });
    }
    const end = WELL + (sizes.length - 1) * DAY + 5 * MINUTE;
    return look(bothHeard(lived, end), end);
  }

  test("is told as a warning that names the value and what is usual", () => {
    const lived = nights([...usual, 12e6]);
    expect(lived.opened).toMatchObject([{ root: "job:nas/nightly", severity: "warning", reason: { code: "anomaly" } }]);
    expect(lived.said[0]?.title).toContain("nightly on nas");
    expect(lived.said[0]?.lines[0]).toMatch(/12 MB/);
  });

  test("closes with the next usual one", () => {
    expect(roots(nights([...usual, 12e6, 41e9]).open)).toEqual([]);
  });

  test("is none among too few runs to know what is usual", () => {
    expect(nights([40e9, 12e6]).opened).toEqual([]);
  });
});

describe("a copy that lost its older versions", () => {
  const deep = (life: Life, at: number, versions: number) =>
    changed(life, "copy:apps/archive", (facts) =>
      facts.kind === "copy"
        ? { depth: mergeDepth(facts.depth, { at, versions, oldestAt: at - versions * DAY, newestAt: at }) }
        : facts,
    );

  test("is told at its hop, as of the look that found it", () => {
    let lived = lifeOf(chainPlans());
    for (const [i, versions] of [30, 30, 30, 30, 2].entries()) {
      const at = WELL + i * DAY;
      lived = look(deep(wellAt(lived, at), at, versions), at + MINUTE);
    }
    expect(lived.opened).toMatchObject([
      { root: "job:nas/nightly", subject: "copy:apps/archive", reason: { code: "depth" } },
    ]);
  });
});
