/**
 * What is said of a site's incidents, and when: silences hold back what is opened, never what is closed; reminders come by
 * severity until somebody acknowledges; an incident that grows worse is told at once. Pure: the sweep writes what comes out.
 */
import { type Act, coveredUntil, scopesOfRoot } from "./acts.ts";
import { CALM_MS } from "./flap.ts";
import type { Attention, Closed, Incident } from "./incident.ts";
import { type Severity, severityOf } from "./severity.ts";
import { isBad, type Watch } from "./watch.ts";

/** Milliseconds between reminders, by severity; null: none. */
export type Remind = Readonly<Record<Severity, number | null>>;

export type Said =
  | { readonly kind: "opened"; readonly incident: Incident }
  /** `worse`: its severity rose, which is why it is said now. */
  | { readonly kind: "reminder"; readonly incident: Incident; readonly number: number; readonly worse: boolean }
  | { readonly kind: "closed"; readonly end: Closed };

interface Attended {
  readonly incident: Incident;
  readonly said: Said | null;
}

/** What is said of each incident that is open after a look at `now`; `after` are the site's watches as they will be. */
export function attend(
  incident: Incident,
  after: readonly Watch[],
  acts: readonly Act[],
  remind: Remind,
  now: number,
): Attended {
  const scopes = scopesOfRoot(incident.root, incident.subject, after);
  const silentUntil = coveredUntil(acts, "silence", scopes, now);
  const grown = grow(incident, after);
  const before = grown.incident.attention;
  if (silentUntil !== null) {
    const worse = grown.worse && before.saidAt !== null;
    // What grew worse in a silence is told at its end, whenever that comes: as if its reminder were due.
    const held = worse ? { ...before, snoozedUntil: now } : before;
    return { incident: due(grown.incident, held, silentUntil, remind, now), said: null };
  }
  if (before.saidAt === null) {
    // A snooze that was over before it was told asks for no reminder beside it.
    const snoozedUntil = before.snoozedUntil !== null && before.snoozedUntil > now ? before.snoozedUntil : null;
    const said = { ...before, saidAt: now, snoozedUntil };
    const opened = due(grown.incident, said, null, remind, now);
    return { incident: opened, said: { kind: "opened", incident: opened } };
  }
  const nextAt = before.wellAt === null ? nextReminder(grown.incident.severity, before, remind) : null;
  if (!grown.worse && !grown.joined && (nextAt === null || nextAt > now)) {
    return { incident: due(grown.incident, before, null, remind, now), said: null };
  }
  const reminders = before.reminders + 1;
  const reminded = { ...before, remindedAt: now, snoozedUntil: null, reminders };
  const next = due(grown.incident, reminded, null, remind, now);
  return { incident: next, said: { kind: "reminder", incident: next, number: reminders, worse: grown.worse } };
}

interface Grown {
  readonly incident: Incident;
  readonly worse: boolean;
  /** Something else went bad in an incident that was acknowledged. */
  readonly joined: boolean;
}

/** The incident with its severity and members as of now. A change takes its acknowledgement away. */
function grow(incident: Incident, after: readonly Watch[]): Grown {
  const bad = after.filter(({ incidentId, status }) => incidentId === incident.id && isBad(status));
  const severity = bad.some(({ reason }) => severityOf(reason) === "critical") ? "critical" : incident.severity;
  const worse = severity !== incident.severity;
  const known = incident.attention.members;
  const news = bad.map(({ key }) => key).filter((key) => !known.includes(key));
  const members = [...known, ...news].sort();
  const joined = news.length > 0 && incident.attention.ackedAt !== null;
  const acked = worse || joined ? { ackedAt: null, ackedBy: null } : {};
  return {
    incident: { ...incident, severity, attention: { ...incident.attention, ...acked, members } },
    worse,
    joined,
  };
}

/** When the next reminder is due; null while none is. Snoozed, it comes at the end of the snooze. */
function nextReminder(severity: Severity, attention: Attention, remind: Remind): number | null {
  if (attention.snoozedUntil !== null) return attention.snoozedUntil;
  if (attention.ackedAt !== null || attention.saidAt === null) return null;
  const every = remind[severity];
  return every === null ? null : Math.max(attention.saidAt, attention.remindedAt ?? 0) + every;
}

/** With the next instant at which something is to be said of it, or it may close; always later than `now`. */
function due(
  incident: Incident,
  attention: Attention,
  silentUntil: number | null,
  remind: Remind,
  now: number,
): Incident {
  const calmAt = attention.wellAt === null ? null : attention.wellAt + CALM_MS;
  const next = calmAt ?? silentUntil ?? nextReminder(incident.severity, attention, remind);
  const dueAt = next !== null && next > now && Number.isFinite(next) ? next : null;
  return { ...incident, attention: { ...attention, dueAt } };
}

/** What is said of an incident that closed: nothing, if nobody was told of it, or if a wider one goes on with it. */
export function sayEnd(end: Closed): Said | null {
  return end.ending === "absorbed" || end.incident.attention.saidAt === null ? null : { kind: "closed", end };
}
