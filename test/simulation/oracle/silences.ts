/** The owner's silences: what is told while one lasts, and until when an alert has to wait for its end. */
import type { History, Problem, SeenIncident, SeenSilence } from "../history.ts";
import { ROUNDING_MS, SWEEP_LASTS_MS } from "./tolerances.ts";
import { at as moment } from "./words.ts";

type Of = Pick<SeenIncident, "site" | "root" | "subject">;

/** When the silences that cover an incident at `at` are over, one following the other; `at` itself while none does. */
export function quietUntil(silences: readonly SeenSilence[], incident: Of, at: number): number {
  const mine = silences.filter((silence) => covers(silence, incident));
  let end = at;
  for (;;) {
    const holding = mine.filter(({ fromAt, untilAt }) => fromAt <= end && end < untilAt);
    if (holding.length === 0) return end;
    end = Math.max(...holding.map(({ untilAt }) => untilAt));
  }
}

/** A silence of a host covers its jobs; one of a hop does not cover the site that hides it. */
function covers({ site, scope }: SeenSilence, { site: of, root, subject }: Of): boolean {
  if (site !== of) return false;
  const keys = root.startsWith("site:") ? [root] : [root, subject];
  const hosts = keys.flatMap((key) => /^job:([^/]+)\//.exec(key)?.[1] ?? []).map((host) => `host:${host}`);
  return [`site:${site}`, ...keys, ...hosts].includes(scope);
}

/** Rule: what began in a silence is not told before the silence is over. */
export function toldInSilence({ incidents, messages, silences }: History): Problem[] {
  if (silences.length === 0) return [];
  const byId = new Map(incidents.map((incident) => [incident.id, incident]));
  return messages.flatMap(({ kind, incidentId, channel, at }) => {
    const incident = byId.get(incidentId);
    if (kind !== "opened" || incident === undefined) return [];
    // A sweep that began before the silence may not know of it.
    const isNew = ({ fromAt }: SeenSilence) => Math.abs(incident.noticedAt - fromAt) < SWEEP_LASTS_MS;
    const settled = silences.filter((silence) => !isNew(silence));
    const until = quietUntil(settled, incident, incident.noticedAt);
    if (at >= until - ROUNDING_MS) return [];
    const { site, root: subject, noticedAt } = incident;
    const text = `${channel} was told at ${moment(at)} of the incident of ${subject}, noticed ${moment(noticedAt)} in a silence until ${moment(until)}`;
    return [{ kind: "false_alarm", at, site, subject, text }];
  });
}
