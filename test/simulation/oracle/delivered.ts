/** Rule: the opened alert of every incident reaches every channel that was healthy for long enough. */
import type { History, Message, Problem, SeenIncident } from "../history.ts";
import type { Clocks } from "./clocks.ts";
import { quietUntil } from "./silences.ts";
import { lastAtMost, type Spell } from "./steps.ts";
import { DELIVERY_EXPIRES_MS, NOTICE_WITHIN_MS, RETRY_WITHIN_MS } from "./tolerances.ts";
import { at as moment } from "./words.ts";

export function undelivered(history: History, clocks: Clocks): Problem[] {
  const first = firstOpened(history.messages);
  return history.channels.flatMap((channel) => {
    const healthy = healthySpells(history, channel);
    return history.incidents.flatMap((incident) => {
      const limit = limitInSilence(history, incident, healthy, clocks);
      const tookAt = first.get(`${incident.id} ${channel}`) ?? Number.POSITIVE_INFINITY;
      return limit >= history.endAt || tookAt <= limit ? [] : [problemOf(incident, channel, limit, tookAt)];
    });
  });
}

function problemOf(incident: SeenIncident, channel: string, limit: number, tookAt: number): Problem {
  const late = Number.isFinite(tookAt);
  const end = late ? `was told at ${moment(tookAt)}` : "never was";
  return {
    kind: late ? "late" : "missed",
    at: limit,
    site: incident.site,
    subject: incident.root,
    text: `${channel} had to be told of the incident of ${incident.root}, noticed ${moment(incident.noticedAt)}, by ${moment(limit)} and ${end}`,
  };
}

function firstOpened(messages: readonly Message[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { kind, incidentId, channel, at } of messages) {
    const key = `${incidentId} ${channel}`;
    if (kind === "opened") first.set(key, Math.min(at, first.get(key) ?? at));
  }
  return first;
}

export function healthySpells({ happenings, startAt, endAt }: History, channel: string): Spell[] {
  const spells: Spell[] = [];
  let from: number | null = startAt;
  for (const happening of happenings) {
    if (happening.kind !== "channel" || happening.channel !== channel) continue;
    if (happening.healthy) from ??= happening.at;
    else if (from !== null) {
      spells.push({ from, until: happening.at });
      from = null;
    }
  }
  if (from !== null) spells.push({ from, until: endAt });
  return spells;
}

/** What is silenced is told at the end of its silence, if it is still open then. */
function limitInSilence(
  { silences }: History,
  incident: SeenIncident,
  healthy: readonly Spell[],
  clocks: Clocks,
): number {
  const { noticedAt, closedAt } = incident;
  const toldAt = quietUntil(silences, incident, noticedAt);
  const limit = limitOf({ noticedAt: toldAt, closedAt }, healthy, clocks);
  return toldAt > noticedAt && closedAt !== null && closedAt <= limit ? Number.POSITIVE_INFINITY : limit;
}

/**
 * A channel that was well from the notice on is told at once. One that was not is tried again until it is, after an hour at
 * most; an incident that is over by then needs no alert any more.
 */
export function limitOf(
  { noticedAt, closedAt }: Pick<SeenIncident, "noticedAt" | "closedAt">,
  healthy: readonly Spell[],
  clocks: Clocks,
): number {
  const first = lastAtMost(healthy, noticedAt, ({ from }) => from);
  const here = healthy[first];
  const atOnce = clocks.aliveAfter(noticedAt, NOTICE_WITHIN_MS);
  if (here !== undefined && here.until > atOnce) return atOnce;
  for (const { from } of [...healthy.slice(Math.max(0, first), first + 1), ...healthy.slice(first + 1)]) {
    const since = Math.max(from, noticedAt);
    const limit = clocks.aliveAfter(since, RETRY_WITHIN_MS + NOTICE_WITHIN_MS);
    const spell = healthy.find((one) => one.from === from);
    if (spell === undefined || spell.until <= limit) continue;
    const expired = limit > noticedAt + DELIVERY_EXPIRES_MS;
    const over = closedAt !== null && closedAt <= limit;
    return expired || over ? Number.POSITIVE_INFINITY : limit;
  }
  return Number.POSITIVE_INFINITY;
}
