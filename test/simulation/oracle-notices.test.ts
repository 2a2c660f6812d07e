/** What the oracle makes of notices about the monitor itself: for each rule a history that keeps it and one that breaks it. */
import { describe, expect, test } from "vitest";
import type { Happening, History, Message } from "./history.ts";
import { MINUTE, SECOND } from "./oracle/tolerances.ts";
import { judgeHistory } from "./oracle.ts";
import { notice, on, play } from "./well.ts";

const found = (history: History) => judgeHistory(history).map(({ kind }) => kind);

/** A well site whose monitor looked away in these spells, and what was told of it. */
function away(spells: readonly (readonly [number, number])[], ...messages: Message[]): History {
  const more = spells.flatMap(([from, until]): Happening[] => [
    { kind: "clocks", at: from, alive: false },
    { kind: "clocks", at: until, alive: true },
  ]);
  return { ...play({ more }), messages };
}

/** A well site of which one clock stood. */
function stood(clock: "cron" | "object", from: number, until: number, ...messages: Message[]): History {
  const more: Happening[] = [
    { kind: "clock_ticks", at: from, clock, ticking: false },
    { kind: "clock_ticks", at: until, clock, ticking: true },
  ];
  return { ...play({ more }), messages };
}

describe("a time in which nobody looked", () => {
  const spell = [on(2, 13), on(2, 14)] as const;

  test("of more than five minutes has to be told within two minutes of its end", () => {
    const told = (at: number) => found(away([spell], notice("blind", spell[0] - MINUTE, at)));
    expect(found(away([spell]))).toEqual(["missed"]);
    expect(told(spell[1] + 120 * SECOND)).toEqual([]);
    expect(told(spell[1] + 121 * SECOND)).toEqual(["late"]);
  });

  test("of five minutes need not be told, and may", () => {
    const short = [on(2, 13), on(2, 13, 5)] as const;
    expect(found(away([short]))).toEqual([]);
    expect(found(away([short], notice("blind", short[0] - MINUTE, short[1])))).toEqual([]);
    // Sweeps are dated by what began them: ten seconds more may be none to them.
    expect(found(away([[short[0], short[1] + 10 * SECOND]]))).toEqual([]);
    expect(found(away([[short[0], short[1] + 11 * SECOND]]))).toEqual(["missed"]);
  });

  test("that never was is a false alarm", () => {
    expect(found(away([], notice("blind", ...spell)))).toEqual(["false_alarm"]);
  });

  test("is told once, but where the record of a yes was lost", () => {
    const once = (recordLost: boolean) => notice("blind", spell[0] - MINUTE, spell[1], { recordLost });
    const again = { ...once(false), at: spell[1] + MINUTE };
    expect(found(away([spell], once(false), again))).toEqual(["duplicate"]);
    expect(found(away([spell], once(true), again))).toEqual([]);
  });

  test("in which heartbeats looked now and then is one notice, and one of its end while nobody told of the clocks", () => {
    const spells = [
      [on(2, 13), on(2, 15)],
      [on(2, 15) + 1, on(2, 17)],
      [on(2, 17) + 1, on(2, 19)],
    ] as const;
    const first = notice("blind", on(2, 12, 59), on(2, 15));
    const last = notice("blind", on(2, 17), on(2, 19));
    const silence = notice("clock-cron-object-silent", on(2, 15), on(2, 17));
    const both: Happening[] = (["cron", "object"] as const).flatMap((clock) => [
      { kind: "clock_ticks", at: on(2, 13), clock, ticking: false },
      { kind: "clock_ticks", at: on(2, 19), clock, ticking: true },
    ]);
    const told = (...messages: Message[]) => {
      const { happenings, ...rest } = away(spells, ...messages);
      return found({ ...rest, happenings: [...happenings, ...both].sort((a, b) => a.at - b.at) });
    };
    expect(told(first)).toEqual([]);
    expect(told(first, last)).toEqual([]);
    expect(told(first, silence, last)).toEqual(["duplicate"]);
    expect(told(first, notice("blind", on(2, 15), on(2, 17)), last)).toEqual(["duplicate"]);
  });
});

describe("one clock that stands while the other goes on", () => {
  const [from, until] = [on(2, 13), on(2, 15)];
  const silent = (at: number) => notice("clock-cron-silent", from - MINUTE, at);
  const back = (at: number) => notice("clock-cron-back", from - MINUTE, at);

  test("is told within twenty minutes and two, and when it is back", () => {
    expect(found(stood("cron", from, until, silent(on(2, 13, 22)), back(until + MINUTE)))).toEqual([]);
    expect(found(stood("cron", from, until))).toEqual(["missed"]);
    expect(found(stood("cron", from, until, silent(on(2, 13, 22) + SECOND), back(until)))).toEqual(["late"]);
    expect(found(stood("cron", from, until, silent(on(2, 13, 20))))).toEqual(["missed"]);
    expect(found(stood("cron", from, until, silent(on(2, 13, 20)), back(until + 5 * MINUTE + SECOND)))).toEqual([
      "late",
    ]);
  });

  test("for a quarter of an hour need not be told", () => {
    expect(found(stood("cron", from, on(2, 13, 15)))).toEqual([]);
  });

  test("is a false alarm when it was the other one, or none", () => {
    expect(found(stood("object", from, on(2, 13, 15), silent(on(2, 13, 20))))).toEqual(["false_alarm"]);
  });
});
