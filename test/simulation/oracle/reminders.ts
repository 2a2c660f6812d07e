/**
 * Rules: what stays open is reminded of as often as its severity asks, and at the end of a snooze; not sooner, but where it grew
 * worse; not once somebody acknowledged it or while it is snoozed, but where more went wrong. A channel that was ill hears the newest
 * of what it missed, and nothing of what is over.
 */
import type { History, Message, Problem, SeenAnswer, SeenIncident } from "../history.ts";
import type { Clocks } from "./clocks.ts";
import { healthySpells, limitOf } from "./delivered.ts";
import { quietUntil } from "./silences.ts";
import type { Spell } from "./steps.ts";
import { MINUTE, NOTICE_WITHIN_MS, RETRY_WITHIN_MS, ROUNDING_MS, SWEEP_LASTS_MS } from "./tolerances.ts";
import { at as moment } from "./words.ts";

/** What was written before an act, a newer message or the end, and was on its way by then. */
const ON_ITS_WAY_MS = MINUTE;

/** All that was said of one incident while it was open, in the order in which it was written, and what its owner answered. */
interface Thread {
  readonly incident: SeenIncident;
  readonly messages: readonly Message[];
  readonly answers: readonly SeenAnswer[];
}

export function reminderProblems(history: History, clocks: Clocks): Problem[] {
  const said = history.messages.filter(({ kind }) => kind === "opened" || kind === "reminder");
  const messages = Map.groupBy(said, ({ incidentId }) => incidentId);
  const answers = Map.groupBy(history.answers, ({ incidentId }) => incidentId);
  const spells = history.channels.map((channel) => [channel, healthySpells(history, channel)] as const);
  return history.incidents.flatMap((incident) => {
    const mine = (messages.get(incident.id) ?? []).toSorted((a, b) => a.writtenAt - b.writtenAt);
    const thread = { incident, messages: mine, answers: answers.get(incident.id) ?? [] };
    const reminders = mine.filter(({ kind }) => kind === "reminder");
    return [
      ...reminders.flatMap((reminder) => needless(history, thread, reminder)),
      ...spells.flatMap(([channel, healthy]) => unreminded(history, clocks, thread, channel, healthy)),
    ];
  });
}

function falseAlarm({ incident }: Thread, { channel, at, writtenAt }: Message, why: string): Problem[] {
  const { site, root: subject } = incident;
  const words = `${channel} was reminded at ${moment(at)} of the incident of ${subject}, as of ${moment(writtenAt)}`;
  return [{ kind: "false_alarm", at, site, subject, text: `${words}: ${why}` }];
}

function needless(history: History, thread: Thread, reminder: Message): Problem[] {
  const { incident, messages } = thread;
  const { at, writtenAt, severity } = reminder;
  const byThen = at - ON_ITS_WAY_MS;
  if (incident.closedAt !== null && incident.closedAt < byThen) return falseAlarm(thread, reminder, "it was over");
  const newer = messages.find((other) => other.writtenAt > writtenAt + ROUNDING_MS && other.writtenAt < byThen);
  if (newer !== undefined) return falseAlarm(thread, reminder, `there was a newer one of ${moment(newer.writtenAt)}`);
  const settled = history.silences.filter(({ fromAt }) => fromAt < writtenAt - SWEEP_LASTS_MS);
  const quiet = quietUntil(settled, incident, writtenAt);
  if (quiet > writtenAt + ROUNDING_MS)
    return falseAlarm(thread, reminder, `its owner silenced it until ${moment(quiet)}`);
  const before = messages.findLast((other) => other.writtenAt < writtenAt - ROUNDING_MS);
  if (before === undefined) return falseAlarm(thread, reminder, "nobody had been told that it opened");
  if (severity === "critical" && before.severity !== "critical") return [];
  const hush = hushes(thread, before.writtenAt, at);
  if (hush !== undefined) return falseAlarm(thread, reminder, hush);
  const isDue = writtenAt >= before.writtenAt + (history.remind[severity] ?? Number.POSITIVE_INFINITY) - ROUNDING_MS;
  const since = thread.answers.filter(({ askedAt }) => askedAt <= writtenAt);
  const snoozeOver = since.some(
    ({ untilAt }) => untilAt !== null && untilAt > before.writtenAt && untilAt <= writtenAt + ROUNDING_MS,
  );
  if (isDue || snoozeOver || since.some((answer) => hasGrown(thread, answer))) return [];
  return falseAlarm(thread, reminder, `the one before was of ${moment(before.writtenAt)}`);
}

/** Why nothing was to be said at `at`, by what the owner answered since `sinceAt`; undefined when there is no reason. */
function hushes(thread: Thread, sinceAt: number, at: number): string | undefined {
  const last = thread.answers.findLast(({ askedAt }) => askedAt <= at);
  if (last === undefined || last.askedAt < sinceAt || last.takenAt === null) return undefined;
  if (last.takenAt > at - ON_ITS_WAY_MS || hasGrown(thread, last)) return undefined;
  if (last.untilAt === null) return `it was acknowledged at ${moment(last.takenAt)}`;
  return last.untilAt > at + ROUNDING_MS ? `it was snoozed until ${moment(last.untilAt)}` : undefined;
}

/** Whether more went wrong in an incident after somebody answered it: he may not know of that. */
function hasGrown({ incident }: Thread, { members }: SeenAnswer): boolean {
  return incident.members > members;
}

/** A message after which a channel had to be reminded, and was not. */
function unreminded(
  history: History,
  clocks: Clocks,
  { incident, messages, answers }: Thread,
  channel: string,
  healthy: readonly Spell[],
): Problem[] {
  const { site, root: subject, closedAt } = incident;
  if (incident.flapping) return [];
  return messages.flatMap((message, index) => {
    const next = messages[index + 1];
    if (next !== undefined && next.writtenAt <= message.writtenAt + ROUNDING_MS) return [];
    const every = history.remind[message.severity] ?? null;
    const last = answers.findLast(({ askedAt }) => next === undefined || askedAt < next.writtenAt);
    const isSnoozed = last?.untilAt != null && last.askedAt >= message.writtenAt - MINUTE;
    // What the worker did not confirm may hold or not, and what was acknowledged asks for no more than the end of a snooze.
    if (answers.some(({ kind, takenAt }) => takenAt === null || (kind === "acknowledge" && !isSnoozed))) return [];
    const dueAt = isSnoozed ? last.untilAt : every === null ? null : message.writtenAt + every;
    if (dueAt === null || (next !== undefined && next.writtenAt < dueAt - ROUNDING_MS)) return [];
    const toldAt = quietUntil(history.silences, incident, dueAt);
    const limit = Math.max(limitOf({ noticedAt: toldAt, closedAt }, healthy, clocks), triedBy(clocks, healthy, toldAt));
    if (limit >= history.endAt || (closedAt !== null && closedAt <= limit)) return [];
    // Answered before an ill channel could be told: what its owner knows is not sent, and a snooze reminds at its end.
    if (answers.some(({ askedAt }) => askedAt >= dueAt && askedAt <= limit)) return [];
    const took = messages.filter((one) => one.channel === channel && one.writtenAt >= dueAt - ROUNDING_MS);
    const tookAt = Math.min(...took.map((one) => one.at));
    if (tookAt <= limit) return [];
    const late = Number.isFinite(tookAt);
    const end = late ? `was at ${moment(tookAt)}` : "never was";
    const text = `${channel} had to be reminded by ${moment(limit)} of the incident of ${subject}, open and due again since ${moment(dueAt)}, and ${end}`;
    return [{ kind: late ? "late" : "missed", at: limit, site, subject, text }];
  });
}

/** What a channel did not take while it was ill is tried again within an hour of its recovery, and a reminder comes after that. */
function triedBy(clocks: Clocks, healthy: readonly Spell[], toldAt: number): number {
  const spell = healthy.find(({ from, until }) => from <= toldAt && until > toldAt);
  return spell === undefined ? toldAt : clocks.aliveAfter(spell.from, RETRY_WITHIN_MS + NOTICE_WITHIN_MS);
}
