/** For each rule of the oracle a history that keeps it and one that breaks it, at the boundary where there is one. */
import { describe, expect, test } from "vitest";
import type { History } from "./history.ts";
import { DAY, HOUR, MINUTE, SECOND } from "./oracle/tolerances.ts";
import { judgeHistory } from "./oracle.ts";
import { END, message, notice, on, play, START, saying, type Twist, WINDOW_MS } from "./well.ts";

/** The kinds and subjects of what the oracle finds. */
const found = (history: History) => judgeHistory(history).map(({ kind, subject }) => `${kind} ${subject}`);

test("a site in which all goes well has no problem", () => {
  expect(found(play())).toEqual([]);
});

describe("a host falls silent:", () => {
  const dead: Twist = { dead: (host, at) => host === "nas" && at > on(2, 13) && at < on(2, 20) };
  const silentAt = on(2, 13, 10);
  const told = { root: "host:nas", openedAt: silentAt, closedAt: on(2, 20) };

  test("an incident within two minutes of beat and grace is in time", () => {
    expect(found(saying(play(dead), { ...told, noticedAt: silentAt + 120 * SECOND }))).toEqual([]);
  });

  test("one that comes a second later is late", () => {
    expect(found(saying(play(dead), { ...told, noticedAt: silentAt + 121 * SECOND }))).toEqual(["late host:nas"]);
  });

  test("none at all is a miss", () => {
    expect(found(play(dead))).toEqual(["missed host:nas"]);
  });

  test("an incident that closes while the silence lasts leaves it uncovered", () => {
    expect(found(saying(play(dead), { ...told, closedAt: on(2, 15) }))).toEqual(["missed host:nas"]);
  });

  test("the clocks' own stops do not count against the notice", () => {
    const stop = { from: silentAt + MINUTE, until: silentAt + 4 * MINUTE };
    const history = play({ ...dead, more: clocksDead(stop.from, stop.until) });
    expect(found(saying(history, { ...told, noticedAt: stop.until + MINUTE }))).toEqual([]);
    expect(found(saying(history, { ...told, noticedAt: stop.until + 61 * SECOND }))).toEqual(["late host:nas"]);
  });

  test("a silence that ends before the notice was due needs no incident", () => {
    const short: Twist = { dead: (host, at) => host === "nas" && at > on(2, 13) && at < on(2, 13, 10) };
    expect(found(play(short))).toEqual([]);
  });

  test("an alert about a host that was heard is false", () => {
    const incident = { root: "host:nas", openedAt: on(2, 13), closedAt: on(2, 13, 9) };
    expect(found(saying(play(), incident))).toEqual(["false_alarm host:nas"]);
  });

  test("an incident that says the silence began too early is false", () => {
    expect(found(saying(play(dead), { ...told, openedAt: on(2, 13, 5) }))).toEqual(["false_alarm host:nas"]);
  });
});

describe("a whole site falls silent:", () => {
  const dead: Twist = { dead: (_, at) => at > on(2, 13) && at < on(2, 20) };
  const silentAt = on(2, 13, 10);
  const told = { root: "site:home", subject: "host:nas", openedAt: silentAt, closedAt: on(2, 20) };

  test("one alert for the site is right", () => {
    expect(found(saying(play(dead), told))).toEqual([]);
  });

  test("one for each host is one too many", () => {
    const host = { root: "host:nas", openedAt: silentAt, closedAt: silentAt + 2 * MINUTE };
    expect(found(saying(play(dead), host, { ...told, noticedAt: silentAt + 2 * MINUTE }))).toEqual([
      "duplicate host:nas",
    ]);
  });

  test("a host told alone while the whole site is silent is one too many", () => {
    const hosts = ["nas", "vm"].map((host) => ({ root: `host:${host}`, openedAt: silentAt, closedAt: on(2, 20) }));
    expect(found(saying(play(dead), ...hosts))).toEqual(["duplicate host:nas", "duplicate host:vm"]);
  });

  test("an alert for the site while one of its hosts is heard is false", () => {
    const one: Twist = { dead: (host, at) => host === "nas" && at > on(2, 13) && at < on(2, 20) };
    expect(found(saying(play(one), told))).toEqual(["false_alarm site:home"]);
  });

  test("the verdict on the host that is overdue first may wait for the other", () => {
    const apart: Twist = {
      dead: (host, at) => at > on(2, 13, host === "vm" ? 4 : 0) && at < on(2, 20),
      beatMinutes: 1,
    };
    const noticedAt = on(2, 13, 16);
    expect(found(saying(play(apart), { ...told, openedAt: on(2, 13, 10), noticedAt }))).toEqual([]);
    const late = { ...told, openedAt: on(2, 13, 10), noticedAt: noticedAt + SECOND };
    expect(found(saying(play(apart), late))).toEqual(["late host:nas", "late host:vm"]);
  });
});

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

describe("a host's clock is wrong:", () => {
  const clock = (at: number, offsetMs: number) => ({ kind: "clock" as const, at, site: "home", host: "nas", offsetMs });
  const unrun = (run: { job: string; day: number }) =>
    run.job === "health" && run.day === 2 ? undefined : "succeeded";
  const told = { root: "job:nas/health", openedAt: on(2, 13), noticedAt: on(2, 13, 5), closedAt: on(3, 12, 10) };

  test("what it told of its times may be off by as much, and no more", () => {
    const jumped = play({ status: unrun, more: [clock(on(2, 9), 4 * MINUTE), clock(on(2, 10), 0)] });
    expect(found(saying(jumped, told))).toEqual([]);
    expect(found(saying(jumped, { ...told, noticedAt: on(2, 13, 7) }))).toEqual(["late job:nas/health"]);
  });

  test("a clock that went right again long ago excuses nothing", () => {
    const late = { ...told, openedAt: on(5, 13), noticedAt: on(5, 13, 5), closedAt: END - MINUTE };
    const status: Twist["status"] = (run) => (run.job === "health" && run.day === 5 ? undefined : "succeeded");
    const jumped = play({ status, more: [clock(START, 4 * MINUTE), clock(START + HOUR, 0)] });
    expect(found(saying(jumped, late))).toContain("late job:nas/health");
  });
});

describe("the clocks were blind:", () => {
  const from = on(2, 13);
  const until = on(2, 16);
  const deaf: Twist = { more: clocksDead(from, until), arrives: (_, at) => (at >= from && at < until ? null : at) };
  const toldSo = (history: History): History => ({
    ...history,
    messages: [notice("blind", from - MINUTE, until), ...history.messages],
  });

  test("silence is not told before the host had its window once more", () => {
    const told = {
      root: "site:home",
      subject: "host:nas",
      openedAt: on(2, 13, 5),
      noticedAt: until,
      closedAt: on(2, 16, 5),
    };
    expect(found(toldSo(saying(play(deaf), told)))).toEqual(["false_alarm site:home"]);
  });

  test("nothing has to be told of what was well", () => {
    expect(found(toldSo(play(deaf)))).toEqual([]);
  });

  test("a host that died meanwhile is told once it had time to deliver, and no later", () => {
    const dead: Twist = { ...deaf, dead: (host, at) => host === "nas" && at > on(2, 14) && at < on(2, 20) };
    const told = { root: "host:nas", openedAt: on(2, 13, 5), closedAt: on(2, 20) };
    const limit = until + 15 * MINUTE + 120 * SECOND;
    expect(found(toldSo(saying(play(dead), { ...told, noticedAt: limit })))).toEqual([]);
    expect(found(toldSo(saying(play(dead), { ...told, noticedAt: limit + SECOND })))).toEqual(["late host:nas"]);
  });
});

test("a host that fell silent before the clocks were blind is told by the sweep that ends it, though no other could be heard", () => {
  const [from, until, back] = [on(2, 12, 56), on(2, 16), on(2, 16, 5)];
  const deaf: Twist = {
    more: clocksDead(from, until),
    arrives: (_, at) => (at >= from && at < until ? null : at),
    dead: (host, at) => host === "nas" && at > on(2, 12, 45) && at < back,
  };
  // A sweep is dated by its beginning, and the clocks are back when it ended.
  const told = { root: "host:nas", openedAt: on(2, 12, 55), noticedAt: until - SECOND, closedAt: back };
  const history = saying(play(deaf), told);
  const blind = notice("blind", from - MINUTE, until);
  expect(found({ ...history, messages: [blind, ...history.messages] })).toEqual([]);
});

describe("an alert has to reach every channel:", () => {
  const dead: Twist = { dead: (host, at) => host === "nas" && at > on(2, 13) && at < on(2, 20) };
  const silent = (twist: Twist = {}, closedAt = on(2, 20)) =>
    saying(play({ ...dead, ...twist }), {
      root: "host:nas",
      openedAt: on(2, 13, 10),
      noticedAt: on(2, 13, 11),
      closedAt,
    });
  const reachedAt = (history: History, at: number | null) => ({
    ...history,
    messages: history.messages.flatMap((one) => (one.kind !== "opened" ? [one] : at === null ? [] : [{ ...one, at }])),
  });
  const ill = (from: number, until: number): Twist => ({
    more: [
      { kind: "channel", at: from, channel: "mail", healthy: false },
      { kind: "channel", at: until, channel: "mail", healthy: true },
    ],
  });

  test("within two minutes when it was healthy", () => {
    expect(found(reachedAt(silent(), on(2, 13, 13)))).toEqual([]);
    expect(found(reachedAt(silent(), on(2, 13, 13) + SECOND))).toEqual(["late host:nas"]);
  });

  test("within an hour and two minutes after it healed", () => {
    const history = silent(ill(on(2, 13), on(2, 15)));
    expect(found(reachedAt(history, on(2, 16, 2)))).toEqual([]);
    expect(found(reachedAt(history, on(2, 16, 2) + SECOND))).toEqual(["late host:nas"]);
  });

  test("but not when all was over by then", () => {
    const history = silent(ill(on(2, 13), on(2, 19, 30)));
    const unsaid = { ...history, messages: [] };
    expect(found(unsaid)).toEqual([]);
  });

  test("never is a miss", () => {
    expect(found({ ...silent(), messages: [] })).toEqual(["missed host:nas"]);
  });
});

describe("nothing is said twice:", () => {
  const dead: Twist = { dead: (host, at) => host === "nas" && at > on(2, 13) && at < on(2, 20) };
  const history = saying(play(dead), { root: "host:nas", openedAt: on(2, 13, 10), closedAt: on(2, 20) });
  const incident = only(history.incidents);
  const messages = (lost: boolean, againKey = `${incident.id}/opened/mail`) => [
    { ...message(incident, "opened", on(2, 13, 11)), recordLost: lost },
    { ...message(incident, "opened", on(2, 13, 12)), key: againKey },
    message(incident, "closed", on(2, 20)),
  ];

  test("a second opened alert is a duplicate", () => {
    expect(found({ ...history, messages: messages(false) })).toEqual(["duplicate host:nas"]);
  });

  test("but not after a yes whose record was lost", () => {
    expect(found({ ...history, messages: messages(true) })).toEqual([]);
  });

  test("unless it comes under another key, or once more than was lost", () => {
    expect(found({ ...history, messages: messages(true, "other") })).toEqual(["duplicate host:nas"]);
    const third = [...messages(true), message(incident, "opened", on(2, 13, 13))];
    expect(found({ ...history, messages: third })).toEqual(["duplicate host:nas"]);
  });

  test("closed is not said before opened", () => {
    const [opened, closed] = history.messages;
    if (opened === undefined || closed === undefined) throw new Error("two messages were made");
    const swapped = [
      { ...closed, at: on(2, 13, 11) },
      { ...opened, at: on(2, 13, 12) },
    ];
    expect(found({ ...history, messages: swapped })).toEqual(["duplicate host:nas"]);
  });
});

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

function clocksDead(from: number, until: number): NonNullable<Twist["more"]> {
  return [
    { kind: "clocks", at: from, alive: false },
    { kind: "clocks", at: until, alive: true },
  ];
}

function only<Item>(items: readonly Item[]): Item {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) throw new Error(`there are ${items.length} of what is one`);
  return item;
}
