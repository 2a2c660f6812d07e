/** What the oracle makes of copies: how old they are, and what may be believed of them: for each rule a history that keeps it and one that breaks it. */
import { describe, expect, test } from "vitest";
import { HOUR } from "./oracle/tolerances.ts";
import { found, on, play, saying, type Twist, WINDOW_MS } from "./well.ts";

describe("a copy grows too old:", () => {
  /** `sync` runs and carries nothing on day 2; what staging holds is of 02:00 of day 1. */
  const stale: Twist = { carries: (run) => !(run.job === "sync" && run.day === 2) };
  const staleAt = on(1, 2) + WINDOW_MS;
  const told = { root: "job:nas/sync", subject: "copy:photos/staging", openedAt: staleAt, closedAt: on(3, 4, 10) };

  test("one incident of the hop covers it and everything behind it", () => {
    expect(found(saying(play(stale), told))).toEqual([]);
  });

  test("none at all is a miss of the copy and of the one behind it, each as told and in truth", () => {
    const copies = ["copy:photos/staging", "copy:photos/offsite"].flatMap((key) => [`missed ${key}`, `missed ${key}`]);
    expect(found(play(stale)).sort()).toEqual(copies.sort());
  });

  test("an incident of a copy inside its window is false", () => {
    expect(found(saying(play(stale), { ...told, openedAt: staleAt - HOUR }))).toEqual(["false_alarm job:nas/sync"]);
  });

  test("an incident that blames a hop the copy does not hang on is false", () => {
    const alone = { root: "job:nas/health", subject: "copy:photos/staging", openedAt: staleAt, closedAt: on(3, 4, 10) };
    expect(found(saying(play(stale), told, alone))).toEqual(["false_alarm job:nas/health"]);
  });

  test("an incident that blames a hop which went on carrying is false", () => {
    const nightly = { ...told, root: "job:nas/nightly" };
    expect(found(saying(play(stale), nightly))).toEqual(["false_alarm job:nas/nightly"]);
  });

  test("a sighting whose birth nobody told proves nothing", () => {
    const history = play();
    const birthless = history.happenings.map((one) => (one.kind === "heard" ? { ...one, born: [] } : one));
    const watches = history.watches.map((watch) => ({ ...watch, recoveryAt: null }));
    expect(found({ ...history, happenings: birthless, watches }).filter((one) => one.startsWith("diverged"))).toEqual([
      "diverged_state copy:photos/archive",
      "diverged_state copy:photos/staging",
      "diverged_state copy:photos/offsite",
    ]);
  });
});

describe("a copy is believed", () => {
  const sighted = (bornAt: number): Twist => {
    const seen = [{ dataset: "photos", tier: "staging", bornAt }];
    const heard = {
      kind: "heard",
      site: "home",
      host: "vm",
      at: on(2, 13),
      madeAt: on(2, 13),
      runs: [],
      seen,
    } as const;
    return { more: [heard] };
  };

  test("to be as old as what it holds", () => {
    expect(found(play(sighted(on(2, 2))))).toEqual([]);
  });

  test("and never newer, though a marker says so", () => {
    expect(found(play(sighted(on(2, 2, 1))))).toEqual(["diverged_state copy:photos/staging"]);
  });
});
