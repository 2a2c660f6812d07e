/** What the oracle makes of the owner's silences: for each rule a history that keeps it and one that breaks it. */
import { expect, test } from "vitest";
import type { History, SeenSilence } from "./history.ts";
import { MINUTE, SECOND } from "./oracle/tolerances.ts";
import { found, on, play, saying, type Twist } from "./well.ts";

const dead: Twist = { dead: (host, at) => host === "nas" && at > on(2, 13) && at < on(2, 20) };
const silentAt = on(2, 13, 10);
const silence: SeenSilence = { site: "home", scope: "host:nas", fromAt: on(2, 12), untilAt: on(2, 15) };

/** nas is silent from 13:10 to 20:00, and its incident stands; `toldAt`: when the channel heard of it, null for never. */
function silenced(silences: readonly SeenSilence[], toldAt: number | null, closedAt = on(2, 20)): History {
  const history = saying(play(dead), { root: "host:nas", openedAt: silentAt, closedAt });
  const messages = history.messages.flatMap((message) => {
    if (message.kind !== "opened") return [message];
    return toldAt === null ? [] : [{ ...message, at: toldAt }];
  });
  return { ...history, silences, messages: toldAt === null ? [] : messages };
}

test("what began in a silence is told within two minutes of its end, and not before", () => {
  expect(found(silenced([silence], silence.untilAt))).toEqual([]);
  expect(found(silenced([silence], silence.untilAt + 120 * SECOND))).toEqual([]);
  expect(found(silenced([silence], silence.untilAt + 121 * SECOND))).toEqual(["late host:nas"]);
  expect(found(silenced([silence], null))).toEqual(["missed host:nas"]);
  expect(found(silenced([silence], silentAt + MINUTE))).toEqual(["false_alarm host:nas"]);
});

test("a silence that follows another holds on, as does one of the whole site", () => {
  const next: SeenSilence = { ...silence, scope: "site:home", fromAt: on(2, 14), untilAt: on(2, 17) };
  expect(found(silenced([silence, next], next.untilAt))).toEqual([]);
  expect(found(silenced([silence, next], silence.untilAt))).toEqual(["false_alarm host:nas"]);
});

test("what is over before the silence is over need not be told", () => {
  expect(found(silenced([{ ...silence, untilAt: on(2, 20) }], null))).toEqual([]);
});

test("a silence of something else, of another site, or of a time before the notice holds nothing back", () => {
  const told = (other: Partial<SeenSilence>) => found(silenced([{ ...silence, ...other }], silentAt + MINUTE));
  expect(told({ scope: "host:vm" })).toEqual([]);
  expect(told({ scope: "job:nas/nightly" })).toEqual([]);
  expect(told({ site: "elsewhere" })).toEqual([]);
  expect(told({ untilAt: silentAt })).toEqual([]);
  // A sweep that began before the silence did not know of it.
  expect(told({ fromAt: silentAt + 51 * SECOND })).toEqual([]);
});
