/** What the oracle makes of hosts and sites that fall silent, of wrong clocks and of times in which nobody looked: for each rule a history that keeps it and one that breaks it. */
import { describe, expect, test } from "vitest";
import type { History } from "./history.ts";
import { HOUR, MINUTE, SECOND } from "./oracle/tolerances.ts";
import { END, found, notice, on, play, START, saying, type Twist } from "./well.ts";

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

function clocksDead(from: number, until: number): NonNullable<Twist["more"]> {
  return [
    { kind: "clocks", at: from, alive: false },
    { kind: "clocks", at: until, alive: true },
  ];
}
