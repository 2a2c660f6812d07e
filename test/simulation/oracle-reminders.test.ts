/** What the oracle makes of reminders and of the owner's answers: for each rule a history that keeps it and one that breaks it. */
import { expect, test } from "vitest";
import type { History, Message, SeenAnswer, SeenIncident } from "./history.ts";
import { HOUR, MINUTE, SECOND } from "./oracle/tolerances.ts";
import { found, message, on, play, saying } from "./well.ts";

/** nas is silent from 13:10 of the second day until 20:00, and is reminded of every two hours. */
const OPENED = on(2, 13, 10);
const TOLD = OPENED + MINUTE;
const EVERY = 2 * HOUR;
const REMINDERS = [TOLD + EVERY, TOLD + 2 * EVERY, TOLD + 3 * EVERY];

const SILENT = { dead: (host: string, at: number) => host === "nas" && at > on(2, 13) && at < on(2, 20) };

interface Change {
  /** When reminders were written; each is taken at once. */
  readonly reminders?: readonly number[];
  readonly answers?: readonly SeenAnswer[];
  readonly incident?: Partial<SeenIncident>;
  readonly each?: (message: Message) => Message;
  readonly more?: Partial<History>;
}

function reminded({ reminders = REMINDERS, answers = [], incident = {}, each = (one) => one, more }: Change): History {
  const history = saying(play(SILENT), { root: "host:nas", openedAt: OPENED, closedAt: on(2, 20) });
  const [opened] = history.incidents;
  if (opened === undefined) throw new Error("no incident");
  const said = reminders.map((at) => message(opened, "reminder", at));
  const messages = [...history.messages, ...said].map(each).sort((a, b) => a.at - b.at);
  return {
    ...history,
    remind: { critical: EVERY },
    answers,
    incidents: [{ ...opened, ...incident }],
    messages,
    ...more,
  };
}

function answer(kind: SeenAnswer["kind"], askedAt: number, more: Partial<SeenAnswer> = {}): SeenAnswer {
  return { kind, incidentId: "incident-0", askedAt, takenAt: askedAt, untilAt: null, members: 1, ...more };
}

/** Taken so much later than it was written. */
const delayed = (ms: number) => (one: Message) => (one.kind === "reminder" ? { ...one, at: one.at + ms } : one);

test("what stays open is reminded of within two minutes of its time, and not before", () => {
  expect(found(reminded({}))).toEqual([]);
  expect(found(reminded({ reminders: [] }))).toEqual(["missed host:nas"]);
  expect(found(reminded({ reminders: REMINDERS.slice(0, 2) }))).toEqual(["missed host:nas"]);
  expect(found(reminded({ each: delayed(120 * SECOND) }))).toEqual([]);
  expect(found(reminded({ each: delayed(121 * SECOND) }))).toEqual(Array(3).fill("late host:nas"));
  const early = REMINDERS.map((at, index) => at - 10 * MINUTE * (index + 1));
  expect(found(reminded({ reminders: early }))).toContain("false_alarm host:nas");
});

test("no reminders are asked for where there are none, nor of what comes and goes", () => {
  expect(found(reminded({ reminders: [], more: { remind: { critical: null } } }))).toEqual([]);
  expect(found(reminded({ reminders: [], incident: { flapping: true } }))).toEqual([]);
  expect(found(reminded({ more: { remind: { critical: null } } }))).toEqual(Array(3).fill("false_alarm host:nas"));
});

test("what grew worse is told at once", () => {
  const soon = [TOLD + 5 * MINUTE, ...REMINDERS.map((at) => at + 5 * MINUTE)];
  const warned = (one: Message) => (one.kind === "opened" ? { ...one, severity: "warning" } : one);
  expect(found(reminded({ reminders: soon }))).toEqual(["false_alarm host:nas"]);
  expect(found(reminded({ reminders: soon, each: warned }))).toEqual([]);
});

test("what somebody acknowledged is not reminded of, unless more went wrong since", () => {
  const acked = [answer("acknowledge", TOLD + HOUR)];
  expect(found(reminded({ answers: acked, reminders: [] }))).toEqual([]);
  expect(found(reminded({ answers: acked, reminders: REMINDERS.slice(0, 1) }))).toEqual(["false_alarm host:nas"]);
  const grown = { answers: acked, reminders: REMINDERS.slice(0, 1), incident: { members: 2 } };
  expect(found(reminded(grown))).toEqual([]);
});

test("an answer that the worker did not confirm may hold or not", () => {
  const unheard = [answer("acknowledge", TOLD + HOUR, { takenAt: null })];
  expect(found(reminded({ answers: unheard }))).toEqual([]);
  expect(found(reminded({ answers: unheard, reminders: [] }))).toEqual([]);
});

test("a snooze is quiet until its time, and reminds then", () => {
  const untilAt = TOLD + 5 * HOUR;
  const snoozed = [answer("snooze", TOLD + HOUR, { untilAt })];
  expect(found(reminded({ answers: snoozed, reminders: [untilAt] }))).toEqual([]);
  expect(found(reminded({ answers: snoozed, reminders: [] }))).toEqual(["missed host:nas"]);
  expect(found(reminded({ answers: snoozed, reminders: [TOLD + EVERY] }))).toContain("false_alarm host:nas");
  const known = [answer("acknowledge", TOLD + MINUTE), ...snoozed];
  expect(found(reminded({ answers: known, reminders: [untilAt] }))).toEqual([]);
  expect(found(reminded({ answers: known, reminders: [] }))).toEqual(["missed host:nas"]);
  expect(found(reminded({ answers: [...snoozed, answer("acknowledge", TOLD + EVERY)], reminders: [] }))).toEqual([]);
});

test("nothing is reminded of in a silence, nor once it is over", () => {
  const silence = { site: "home", scope: "host:nas", fromAt: TOLD + HOUR, untilAt: TOLD + 3 * HOUR };
  expect(found(reminded({ more: { silences: [silence] } }))).toEqual(["false_alarm host:nas"]);
  const after = [silence.untilAt, silence.untilAt + EVERY];
  expect(found(reminded({ reminders: after, more: { silences: [silence] } }))).toEqual([]);
  expect(found(reminded({ reminders: [...REMINDERS, on(2, 20, 2)] }))).toContain("false_alarm host:nas");
});

test("a channel that was ill is told the newest of what it missed", () => {
  const [first = 0, second = 0] = REMINDERS;
  const ill = { more: { channels: [] } };
  const late = (at: number) => (one: Message) => (one.writtenAt === first ? { ...one, at } : one);
  expect(found(reminded({ ...ill, each: late(second - MINUTE) }))).toEqual([]);
  expect(found(reminded({ ...ill, each: late(second + 2 * MINUTE) }))).toEqual(["false_alarm host:nas"]);
});

/** mail is ill from noon of the second day until `wellAt`, and push takes the reminders. */
function illUntil(wellAt: number, tookAt: number, more: Change = {}): string[] {
  const health = [on(2, 12), wellAt].map((at) => ({
    kind: "channel" as const,
    at,
    channel: "mail",
    healthy: at === wellAt,
  }));
  const happenings = [...play(SILENT).happenings, ...health].sort((a, b) => a.at - b.at);
  const each = (one: Message) =>
    one.kind === "reminder" ? { ...one, channel: "push" } : { ...one, at: Math.max(one.at, tookAt) };
  return found(reminded({ each, more: { happenings }, ...more }));
}

test("what was snoozed before an ill channel was well again is not asked of it until the snooze ends", () => {
  const wellAt = on(2, 18, 30);
  const reminders = REMINDERS.slice(0, 2);
  const answers = [answer("snooze", on(2, 18), { untilAt: on(2, 21) })];
  expect(illUntil(wellAt, wellAt + MINUTE, { reminders, answers })).toEqual([]);
  expect(illUntil(wellAt, wellAt + MINUTE, { reminders })).toContain("missed host:nas");
});

test("a channel that is well again shortly before a reminder is tried within an hour, and reminded after that", () => {
  // The last reminder is due at 19:11, and all is over at 20:00.
  expect(illUntil(on(2, 19), on(2, 19, 50))).toEqual([]);
  expect(illUntil(on(2, 18, 30), on(2, 18, 31))).toContain("missed host:nas");
});
