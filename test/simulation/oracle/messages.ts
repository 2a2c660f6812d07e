/**
 * Rules: of one incident a channel is told once that it opened and once that it closed, in this order. A yes of the channel
 * whose record was lost allows one more, under the same key.
 */
import type { Message, Problem } from "../history.ts";
import { DELIVERY_EXPIRES_MS } from "./tolerances.ts";
import type { SiteView } from "./view.ts";
import { at as moment } from "./words.ts";

/** `messages` are the site's, in order. */
export function messageProblems(view: SiteView, messages: readonly Message[]): Problem[] {
  const byThread = Map.groupBy(messages, ({ incidentId, channel }) => `${incidentId} ${channel}`);
  return [...byThread.values()].flatMap((thread) => [...repeated(thread), ...disordered(view, thread)]);
}

function problem(site: string, subject: string, at: number, text: string): Problem {
  return { kind: "duplicate", at, site, subject, text };
}

/** Of one incident and channel. */
function repeated(thread: readonly Message[]): Problem[] {
  return ["opened", "closed"].flatMap((kind) => {
    const said = thread.filter((message) => message.kind === kind);
    return said.flatMap((message, index) => {
      const before = said.slice(0, index);
      const again = before.some(({ recordLost, key }) => recordLost && key === message.key);
      const lost = before.filter(({ recordLost }) => recordLost).length;
      if (index === 0 || (again && index <= lost)) return [];
      const words = `${message.channel} was told ${index + 1} times that the incident of ${message.root} ${kind}`;
      return [problem(message.site, message.root, message.at, `${words}, again at ${moment(message.at)}`)];
    });
  });
}

function disordered(view: SiteView, thread: readonly Message[]): Problem[] {
  const closed = thread.find(({ kind }) => kind === "closed");
  if (closed === undefined) return [];
  const opened = thread.find(({ kind }) => kind === "opened");
  if (opened !== undefined && opened.at <= closed.at) return [];
  const noticedAt = view.incidentsById.get(closed.incidentId)?.noticedAt ?? closed.at;
  if (opened === undefined && closed.at >= noticedAt + DELIVERY_EXPIRES_MS) return [];
  const text = `${closed.channel} was told at ${moment(closed.at)} that the incident of ${closed.root} closed, and had not been told that it opened`;
  return [problem(closed.site, closed.root, closed.at, text)];
}
