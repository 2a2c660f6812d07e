/** What the oracle makes of alerts: that they reach every channel, and once: for each rule a history that keeps it and one that breaks it. */
import { describe, expect, test } from "vitest";
import type { History } from "./history.ts";
import { SECOND } from "./oracle/tolerances.ts";
import { found, message, on, play, saying, type Twist } from "./well.ts";

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

function only<Item>(items: readonly Item[]): Item {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) throw new Error(`there are ${items.length} of what is one`);
  return item;
}
