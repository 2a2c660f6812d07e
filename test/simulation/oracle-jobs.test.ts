/** What the oracle makes of jobs: late, failed, held back, or finding something: for each rule a history that keeps it and one that breaks it. */
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "./oracle/tolerances.ts";
import { found, on, play, saying, type Twist } from "./well.ts";

describe("a job misses its time:", () => {
  const unrun: Twist = { status: (run) => (run.job === "health" && run.day === 2 ? undefined : "succeeded") };
  const missedAt = on(2, 13);
  const told = { root: "job:nas/health", openedAt: missedAt, closedAt: on(3, 12, 10) };

  test("an incident within two minutes of slot and grace is in time, a second later late", () => {
    expect(found(saying(play(unrun), { ...told, noticedAt: missedAt + 120 * SECOND }))).toEqual([]);
    expect(found(saying(play(unrun), { ...told, noticedAt: missedAt + 121 * SECOND }))).toEqual([
      "late job:nas/health",
    ]);
  });

  test("none at all is a miss", () => {
    expect(found(play(unrun))).toEqual(["missed job:nas/health"]);
  });

  test("an incident before the grace is over is false", () => {
    const early = { ...told, openedAt: missedAt - MINUTE, noticedAt: missedAt - MINUTE };
    expect(found(saying(play(unrun), early))).toEqual(["false_alarm job:nas/health"]);
  });

  test("an incident of a job that ran in time is false", () => {
    expect(found(saying(play(), told))).toEqual(["false_alarm job:nas/health"]);
  });

  test("a skipped run is no success", () => {
    const skipped: Twist = { status: (run) => (run.job === "health" && run.day === 2 ? "skipped" : "succeeded") };
    expect(found(play(skipped))).toEqual(["missed job:nas/health"]);
  });

  test("an incident that closes and comes again while nothing changed is one alert too many", () => {
    const first = { ...told, closedAt: missedAt + HOUR };
    const again = { ...told, noticedAt: missedAt + HOUR + MINUTE };
    expect(found(saying(play(unrun), first, again))).toEqual(["duplicate job:nas/health"]);
  });

  test("a miss that the silence of its host explains is told by the host alone", () => {
    const dead: Twist = { dead: (host, at) => host === "nas" && at > on(2, 11) && at < on(2, 20) };
    const host = { root: "host:nas", openedAt: on(2, 11, 10), closedAt: on(2, 20) };
    expect(found(saying(play(dead), host))).toEqual([]);
    expect(found(saying(play(dead), host, { ...told, closedAt: on(2, 20) }))).toEqual(["duplicate job:nas/health"]);
  });

  test("nor may it be told the moment its host is back, before anything could be delivered", () => {
    const dead: Twist = { dead: (host, at) => host === "nas" && at > on(2, 11) && at < on(2, 20) };
    const host = { root: "host:nas", openedAt: on(2, 11, 10), closedAt: on(2, 20) };
    const job = { ...told, noticedAt: on(2, 20, 4) };
    expect(found(saying(play(dead), host, job))).toEqual(["duplicate job:nas/health"]);
    expect(found(saying(play(dead), host, { ...job, noticedAt: on(2, 20, 5) }))).toEqual([]);
  });

  test("what is still missing when its host is back gets one more chance, and no second", () => {
    const twist: Twist = {
      dead: (host, at) => host === "nas" && at > on(2, 11) && at < on(2, 20),
      status: (run) => (run.job === "health" && run.day === 3 ? undefined : "succeeded"),
    };
    const host = { root: "host:nas", openedAt: on(2, 11, 10), closedAt: on(2, 20) };
    expect(found(saying(play(twist), host))).toEqual(["missed job:nas/health"]);
    const job = { root: "job:nas/health", openedAt: on(2, 13), noticedAt: on(3, 13, 1), closedAt: on(4, 12, 10) };
    expect(found(saying(play(twist), host, job))).toEqual([]);
  });
});

describe("a report is held back:", () => {
  /** The run of day 2 ends at 12:10; nothing of the host arrives from then to `until`. */
  const cut = (until: number): Twist => ({
    arrives: (host, at) => (host === "nas" && at >= on(2, 12, 10) && at < until ? null : at),
  });
  const job = { root: "job:nas/health", openedAt: on(2, 13), closedAt: on(2, 20) };
  const host = { root: "host:nas", openedAt: on(2, 12, 15), closedAt: on(2, 20) };

  test("the silence of its host may be told", () => {
    expect(found(saying(play(cut(on(2, 20))), host))).toEqual([]);
  });

  test("a miss of the job may not, for it was in time and nobody could have said so", () => {
    expect(found(saying(play(cut(on(2, 20))), host, job))).toContain("false_alarm job:nas/health");
  });

  test("a host that spoke without it leaves nobody to know better", () => {
    const spoken = play(cut(on(2, 20)));
    const life = { kind: "heard" as const, site: "home", host: "nas", runs: [], seen: [] };
    const beats = Array.from({ length: 94 }, (_, index) => on(2, 12, 10) + index * 5 * MINUTE);
    const happenings = [...spoken.happenings, ...beats.map((at) => ({ ...life, at, madeAt: at }))].sort(
      (a, b) => a.at - b.at,
    );
    expect(found(saying({ ...spoken, happenings }, job))).toEqual([]);
  });
});

describe("a run fails:", () => {
  const failing: Twist = { status: (run) => (run.job === "health" && run.day === 2 ? "failed" : "succeeded") };
  const told = { root: "job:nas/health", openedAt: on(2, 12, 10), closedAt: on(3, 12, 10) };

  test("an incident within two minutes of its report is in time, a second later late", () => {
    expect(found(saying(play(failing), { ...told, noticedAt: on(2, 12, 12) }))).toEqual([]);
    expect(found(saying(play(failing), { ...told, noticedAt: on(2, 12, 12) + SECOND }))).toEqual([
      "late job:nas/health",
    ]);
  });

  test("an incident that closes before a good run is a miss", () => {
    expect(found(saying(play(failing), { ...told, closedAt: on(2, 18) }))).toContain("missed job:nas/health");
  });

  test("a warning has to be told too", () => {
    const warned: Twist = { status: (run) => (run.job === "health" && run.day === 2 ? "warned" : "succeeded") };
    expect(found(play(warned))).toEqual(["missed job:nas/health"]);
    expect(found(saying(play(warned), told))).toEqual([]);
  });
});

describe("a looking job finds something:", () => {
  const state = (at: number, verdict: "ok" | "critical") => ({
    kind: "state" as const,
    at,
    site: "home",
    host: "nas",
    job: "health",
    verdict,
  });
  const ill: Twist = { more: [state(on(2, 9), "critical"), state(on(3, 9), "ok")] };
  const told = { root: "job:nas/health", openedAt: on(2, 12, 10), closedAt: on(3, 12, 10) };

  test("the state is told from the run that found it to the run that found it gone", () => {
    expect(found(saying(play(ill), told))).toEqual([]);
    expect(found(play(ill))).toEqual(["missed job:nas/health"]);
  });

  test("it may not be told before a run found it", () => {
    expect(found(saying(play(ill), { ...told, openedAt: on(2, 9) }))).toContain("false_alarm job:nas/health");
  });

  test("a state that changed while the run looked may be told or not", () => {
    const changing: Twist = { more: [state(on(2, 12, 5), "critical"), state(on(2, 20), "ok")] };
    expect(found(play(changing))).toEqual([]);
    expect(found(saying(play(changing), told))).toEqual([]);
  });
});
