import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlarmState, judge, type Observation, QUIET, type Say, said } from "../../pusher/alarm/judge.ts";
import { messageOf } from "../../pusher/alarm/words.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-11-23T02:00:00Z");
const WELL: Observation = { kind: "well" };
const UNREACHED: Observation = { kind: "unreached", why: "nothing listens at that address" };
const REFUSED: Observation = { kind: "refused", why: "this host's key was revoked" };
const NULL_SWEEP: Observation = { kind: "unswept", why: "it has never looked" };
const unswept = (minutes: number): Observation => ({
  kind: "unswept",
  why: "it last looked long ago",
  provenMs: minutes * MINUTE,
});
const RULES = { ways: ["mail"], afterMs: 30 * MINUTE, remindMs: 24 * 60 * MINUTE, gapMs: 15 * MINUTE };

/** What is said at each look; `fails` are the looks (by number) at which nothing can be sent. */
function play(looks: readonly (readonly [string, Observation])[], fails: readonly number[] = [], rules = RULES) {
  let state: AlarmState = QUIET;
  return looks.map(([at, seen], index) => {
    const now = Date.parse(`2026-11-${at}:00Z`);
    const judged = judge(state, seen, now, rules);
    state = judged.state;
    if (!fails.includes(index)) for (const say of judged.says) state = said(state, say, now);
    return judged.says.map((say) => say.kind).join();
  });
}

describe("an alarm", () => {
  it.each<[string, (readonly [string, Observation])[], string[]]>([
    [
      "comes when the worker was not reached for half an hour, and an all-clear when it is back",
      [
        ["23T02:00", UNREACHED],
        ["23T02:10", UNREACHED],
        ["23T02:20", UNREACHED],
        ["23T02:30", UNREACHED],
        ["23T02:40", UNREACHED],
        ["23T02:50", WELL],
        ["23T03:00", WELL],
      ],
      ["", "", "", "alarm", "", "clear", ""],
    ],
    [
      "does not come for trouble that ends before",
      [
        ["23T02:00", UNREACHED],
        ["23T02:15", UNREACHED],
        ["23T02:29", UNREACHED],
        ["23T02:30", WELL],
        ["23T02:35", UNREACHED],
        ["23T02:45", UNREACHED],
      ],
      ["", "", "", "", "", ""],
    ],
    [
      "is one, though the kind of the trouble changes",
      [
        ["23T02:00", UNREACHED],
        ["23T02:15", REFUSED],
        ["23T02:30", unswept(5)],
        ["23T02:40", REFUSED],
      ],
      ["", "", "alarm", ""],
    ],
    [
      "comes at once when the worker itself proves how long it has not swept",
      [
        ["23T02:00", unswept(30)],
        ["23T02:05", unswept(35)],
        ["23T02:10", WELL],
      ],
      ["alarm", "", "clear"],
    ],
    [
      "comes after half an hour when the worker has never swept",
      [
        ["23T02:00", NULL_SWEEP],
        ["23T02:15", NULL_SWEEP],
        ["23T02:30", NULL_SWEEP],
      ],
      ["", "", "alarm"],
    ],
    [
      "is said again each day",
      [
        ["23T02:00", unswept(60)],
        ["24T01:59", unswept(61)],
        ["24T02:00", unswept(61)],
        ["24T02:05", unswept(61)],
        ["25T02:00", unswept(61)],
      ],
      ["alarm", "", "reminder", "", "reminder"],
    ],
    [
      "does not count the night in which the host was off",
      [
        ["23T22:00", UNREACHED],
        ["24T08:00", UNREACHED],
        ["24T08:05", WELL],
      ],
      ["", "", ""],
    ],
    [
      "does not count a clock set forward by years, nor one set back",
      [
        ["01T02:00", UNREACHED],
        ["23T02:00", UNREACHED],
        ["22T02:00", UNREACHED],
        ["22T02:10", UNREACHED],
        ["22T02:15", UNREACHED],
      ],
      ["", "", "", "", "alarm"],
    ],
    [
      "is not said again because the clock was set back, and is reminded of a day after",
      [
        ["23T02:00", unswept(60)],
        ["22T02:00", unswept(60)],
        ["22T02:05", unswept(60)],
        ["23T02:04", unswept(60)],
      ],
      ["alarm", "", "", "reminder"],
    ],
  ])("%s", (_what, looks, says) => {
    expect(play(looks)).toEqual(says);
  });

  it("that could not be sent is due at the next look, and so is an all-clear", () => {
    const looks = ["02:00", "02:05", "02:10", "02:15", "02:20"].map(
      (at, index) => [`23T${at}`, index < 3 ? unswept(60) : WELL] as const,
    );
    expect(play(looks, [0, 1, 3])).toEqual(["alarm", "alarm", "alarm", "clear", "clear"]);
  });

  it("that no way could send gets no all-clear", () => {
    expect(
      play(
        [
          ["23T02:00", unswept(60)],
          ["23T02:05", WELL],
        ],
        [0],
      ),
    ).toEqual(["alarm", ""]);
  });

  it("goes by each way apart: one added later tells it too, one taken away owes nothing", () => {
    const first = judge(QUIET, unswept(60), START, RULES);
    const [alarm] = first.says;
    if (alarm === undefined) throw new Error("nothing is said");
    const after = said(first.state, alarm, START);
    const more = judge(after, unswept(60), START + MINUTE, { ...RULES, ways: ["mail", "log"] });
    expect(more.says).toMatchObject([{ kind: "alarm", way: "log" }]);
    expect(judge(after, WELL, START + MINUTE, { ...RULES, ways: ["log"] })).toEqual({ state: QUIET, says: [] });
  });
});

const WAYS = ["mail", "push"];
const look = fc.record({
  seen: fc.oneof(
    fc.constant(WELL),
    fc.constant(UNREACHED),
    fc.constant(REFUSED),
    fc.integer({ min: 30, max: 300 }).map(unswept),
  ),
  /** Minutes since the look before; now and then the clock jumps. */
  later: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 20 }) },
    { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
  ),
  fails: fc.subarray(WAYS),
});
const looks = fc.array(look, { maxLength: 60 });

interface Played {
  readonly state: AlarmState;
  /** Of each way, what was really sent, in order. */
  readonly sent: Readonly<Record<string, readonly Say["kind"][]>>;
}

function playLooks(played: readonly { seen: Observation; later: number; fails: readonly string[] }[]): Played {
  let state: AlarmState = QUIET;
  let now = START;
  const sent: Record<string, Say["kind"][]> = { mail: [], push: [] };
  for (const { seen, later, fails } of played) {
    now += later * MINUTE;
    const judged = judge(state, seen, now, { ...RULES, ways: WAYS });
    state = judged.state;
    for (const say of judged.says.filter(({ way }) => !fails.includes(way))) {
      sent[say.way]?.push(say.kind);
      state = said(state, say, now);
    }
  }
  return { state, sent };
}

describe("whatever happens, by each way", () => {
  it("one alarm, then only reminders, then one all-clear", () => {
    fc.assert(
      fc.property(looks, (played) => {
        for (const kinds of Object.values(playLooks(played).sent)) {
          expect(kinds.join(" ")).toMatch(/^(?:alarm(?: reminder)* clear ?)*(?:alarm(?: reminder)*)?$/);
        }
      }),
    );
  });

  it("a well look at which all can be sent leaves nothing owed", () => {
    fc.assert(
      fc.property(looks, (played) => {
        const { state, sent } = playLooks([...played, { seen: WELL, later: 1, fails: [] }]);
        expect(state).toEqual(QUIET);
        for (const kinds of Object.values(sent)) expect(kinds.at(-1) ?? "clear").toBe("clear");
      }),
    );
  });

  it("no alarm without half an hour of trouble that was looked at, however the clock jumps", () => {
    const unproven = looks.map((played) => played.filter(({ seen }) => seen.kind !== "unswept"));
    fc.assert(
      fc.property(unproven, (played) => {
        let troubledMinutes = 0;
        let most = 0;
        let last: Observation = WELL;
        for (const { seen, later } of played) {
          if (seen.kind === "well") troubledMinutes = 0;
          else if (last.kind !== "well") troubledMinutes += Math.min(15, Math.max(0, later));
          last = seen;
          most = Math.max(most, troubledMinutes);
        }
        if (most < 30) expect(playLooks(played).sent).toEqual({ mail: [], push: [] });
      }),
    );
  });
});

describe("its words", () => {
  const place = { host: "corenas", worker: "https://tierwatch.example", waiting: 3 };
  const trouble = { ...UNREACHED, kind: "unreached" as const, sinceAt: START, seenAt: START, lastedMs: 95 * MINUTE };

  it("say which host, what, since when, what it means, what to do, and what waits", () => {
    const message = messageOf(
      { kind: "alarm", way: "mail", trouble: { ...trouble, why: "DNS does not answer" } },
      place,
      START,
    );
    expect(message).toMatchObject({
      title: "corenas cannot reach the Tierwatch worker",
      lines: [
        "corenas cannot reach the Tierwatch worker since 2026-11-23 02:00 UTC, seen for 1 h 35 min: DNS does not answer.",
        "If the worker itself is down, it tells nobody of anything. Until this is mended, do not count on Tierwatch to tell you of a missed backup.",
        "See whether this host has a network, and whether https://tierwatch.example opens from elsewhere.",
        "3 results wait on its disk, unlost.",
      ],
    });
  });

  it("have a title under 80 characters, however long the host's name", () => {
    for (const kind of ["unreached", "failing", "refused", "unswept", "keyless"] as const) {
      const say = { kind: "reminder" as const, way: "mail", trouble: { ...trouble, kind, why: "" } };
      const { title } = messageOf(say, { ...place, host: "a".repeat(63) }, START);
      expect(title.length).toBeLessThan(80);
      expect(title).toMatch(/(?:worker|watching|failing)$/);
    }
  });

  it("of the alarm and its all-clear are one thread", () => {
    const alarm = messageOf({ kind: "alarm", way: "mail", trouble: { ...trouble, why: "" } }, place, START);
    const clear = messageOf({ kind: "clear", way: "mail", sinceAt: START }, place, START + 2 * 60 * MINUTE);
    expect(clear.thread).toBe(alarm.thread);
    expect(clear.id).not.toBe(alarm.id);
    expect(clear.title).toBe("corenas is watched by Tierwatch again");
    expect(clear.lines[0]).toContain("is over after 2 h");
  });
});
