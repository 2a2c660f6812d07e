/** What the oracle makes of the end: the run log and the state of every watch; and how long it takes: for each rule a history that keeps it and one that breaks it. */
import { describe, expect, test } from "vitest";
import type { History } from "./history.ts";
import { DAY, HOUR, MINUTE, SECOND } from "./oracle/tolerances.ts";
import { judgeHistory } from "./oracle.ts";
import { END, found, on, play, START, saying, type Twist } from "./well.ts";

describe("the run log holds", () => {
  const without = (history: History, run: string) => ({
    ...history,
    runs: history.runs.filter((row) => row.run !== run),
  });

  test("every finished run", () => {
    expect(found(without(play(), "cloud-2"))).toEqual(["lost_run job:vm/cloud"]);
  });

  test("with its final status", () => {
    const history = play();
    const runs = history.runs.map((row) => (row.run === "cloud-2" ? { ...row, status: "started" } : row));
    expect(found({ ...history, runs })).toEqual(["lost_run job:vm/cloud"]);
  });

  test("none twice and none that never was", () => {
    const history = play();
    const row = { site: "home", run: "cloud-2", status: "succeeded" };
    expect(found({ ...history, runs: [...history.runs, row] })).toEqual(["duplicate job:vm/cloud"]);
    expect(found({ ...history, runs: [...history.runs, { ...row, run: "dream" }] })).toEqual(["diverged_state dream"]);
  });

  test("but not one that went with its disk before the worker was told", () => {
    const held: Twist = {
      arrives: (host, at) => (host === "vm" && at >= on(5, 6, 10) && at < on(5, 6, 15) ? null : at),
    };
    const lost = (since: number): Twist => ({
      ...held,
      more: [{ kind: "disk", at: on(5, 6, 12), site: "home", host: "vm", since }],
    });
    const forget = (twist: Twist) => {
      const history = without(play(twist), "cloud-5");
      const happenings = history.happenings.map((one) =>
        one.kind === "heard" ? { ...one, runs: one.runs.filter((run) => run !== "cloud-5") } : one,
      );
      return found({ ...history, happenings }).filter((one) => one.startsWith("lost_run"));
    };
    expect(forget(lost(on(5, 6)))).toEqual([]);
    expect(forget(lost(on(5, 6, 11)))).toEqual(["lost_run job:vm/cloud"]);
  });
});

describe("at the end", () => {
  const withWatch = (key: string, change: object) => {
    const history = play();
    return {
      ...history,
      watches: history.watches.map((watch) => (watch.key === key ? { ...watch, ...change } : watch)),
    };
  };

  test("no incident is open", () => {
    const open = saying(play(), { root: "job:nas/health", openedAt: on(2, 13) });
    expect(found(open)).toEqual(["false_alarm job:nas/health", "diverged_state job:nas/health"]);
  });

  test("every watch is ok", () => {
    expect(found(withWatch("host:vm", { status: "missed" }))).toEqual(["diverged_state host:vm"]);
    expect(found(withWatch("job:vm/cloud", { status: "pending" }))).toEqual(["diverged_state job:vm/cloud"]);
    expect(found({ ...play(), watches: [] })).toHaveLength(9);
  });

  test("but one whose beat is due within the second may be late", () => {
    const late = withWatch("host:vm", { status: "late" });
    expect(found({ ...late, endAt: END - SECOND })).toEqual([]);
    expect(found({ ...late, endAt: END - 3 * SECOND })).toEqual(["diverged_state host:vm"]);
  });

  test("each copy has the recovery point that was told", () => {
    const off = { recoveryAt: on(5, 2) - HOUR };
    expect(found(withWatch("copy:photos/offsite", off))).toEqual(["diverged_state copy:photos/offsite"]);
  });

  test("a watch of something that is wrong is not ok", () => {
    const dead: Twist = { dead: (host, at) => host === "vm" && at > END - HOUR };
    const told = { root: "host:vm", openedAt: END - HOUR + 10 * MINUTE };
    expect(found(saying(play(dead), told))).toEqual(["diverged_state host:vm"]);
  });
});

test("a quarter of a site, problems and all, is judged in a moment", () => {
  const history = play();
  const week = 6 * DAY;
  const happenings = Array.from({ length: 15 }, (_, index) =>
    history.happenings.map((one) => shifted(one, index * week, `${index}/`)),
  ).flat();
  const longer = { ...history, endAt: START + 15 * week, happenings, runs: [] };
  const began = performance.now();
  expect(judgeHistory(longer).some(({ kind }) => kind === "lost_run")).toBe(true);
  expect(performance.now() - began).toBeLessThan(2_000);
});

function shifted(one: History["happenings"][number], by: number, prefix: string): History["happenings"][number] {
  const at = one.at + by;
  if (one.kind === "started") return { ...one, at, run: prefix + one.run };
  if (one.kind === "finished") return { ...one, at, run: prefix + one.run, startedAt: one.startedAt + by };
  if (one.kind === "heard") return { ...one, at, madeAt: one.madeAt + by, runs: one.runs.map((run) => prefix + run) };
  return { ...one, at };
}
