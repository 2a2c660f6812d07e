/**
 * The page behind a link in an alert: what the incident is, how it stands, and one button. Loading it changes nothing, as
 * scanners of mail load every link; the button posts. Plain HTML, for any phone.
 */
import type { Child } from "hono/jsx";
import type { Drilled } from "../judge/confirmation.ts";
import { explain } from "../judge/explain.ts";
import { titleAlone } from "../judge/headline.ts";
import type { Incident } from "../judge/incident.ts";
import { zonedMoment } from "../judge/zone-words.ts";
import { Icon } from "./icons.tsx";
import { documentOf, Layout } from "./layout.tsx";
import { ago, Told } from "./time.tsx";

/** Whom the page speaks to: `zone` is where the reader is, null when nothing tells. Instants in milliseconds. */
export interface Reader {
  readonly zone: string | null;
  readonly now: number;
}

type Shown = Incident & { readonly closedAt: number | null };

/** The page of a link that acknowledges or snoozes an incident. */
export function incidentActPage(action: "ack" | "snooze", incident: Shown, reader: Reader): string {
  const { site, severity, openedAt, closedAt, subject, reason } = incident;
  const { now, zone } = reader;
  const title = titleAlone(incident, site, now);
  const mark = closedAt !== null ? "ok" : severity === "critical" ? "failed" : "degraded";
  return pageOf(
    title,
    <>
      <h1>
        <Icon mark={mark} /> {title}
      </h1>
      <p>
        <span class="severity">{severity}</span> at {site} since {zonedMoment(openedAt, zone)}, {ago(openedAt, now)}
      </p>
      {reason.code === "reading" || closedAt !== null ? null : (
        <p>
          <Told text={explain(subject, reason, now)} />
        </p>
      )}
      <Standing action={action} incident={incident} reader={reader} />
    </>,
  );
}

interface StandingProps {
  readonly action: "ack" | "snooze";
  readonly incident: Shown;
  readonly reader: Reader;
}

/** How it stands, which is also the outcome of the button; and the button, while there is something left to do. */
function Standing({ action, incident, reader }: StandingProps) {
  const { closedAt, attention } = incident;
  const { now, zone } = reader;
  if (closedAt !== null) {
    return <Outcome>It is over since {zonedMoment(closedAt, zone)}. There is nothing left to do.</Outcome>;
  }
  const snoozedUntil = attention.snoozedUntil !== null && attention.snoozedUntil > now ? attention.snoozedUntil : null;
  const isAcked = attention.ackedAt !== null;
  const isDone = stands(incident, now)[action] === "done";
  return (
    <>
      {isAcked ? (
        <Outcome>Acknowledged{snoozedUntil === null ? ": no reminders until it changes." : "."}</Outcome>
      ) : null}
      {snoozedUntil === null ? null : <Outcome>Snoozed until {zonedMoment(snoozedUntil, zone)}.</Outcome>}
      {isDone ? null : action === "ack" ? (
        <Press label="Acknowledge">No reminders come until something about it changes.</Press>
      ) : (
        <Press label="Snooze for a day">No reminders come for 24 hours from when you press.</Press>
      )}
    </>
  );
}

/** The page of a link that does the same to all incidents that one message told of. */
export function batchActPage(action: "ack" | "snooze", incidents: readonly Shown[], reader: Reader): string {
  const title = action === "ack" ? `Acknowledge all ${incidents.length}?` : `Snooze all ${incidents.length}?`;
  const isLeft = (incident: Shown) => stands(incident, reader.now)[action] === "open";
  const left = incidents.filter(isLeft).length;
  const done = action === "ack" ? "Nothing is left to acknowledge." : "Nothing is left to snooze.";
  return pageOf(
    title,
    <>
      <h1>{left === 0 ? done : title}</h1>
      <ul>
        {incidents.map((incident) => (
          <li>
            {titleAlone(incident, incident.site, reader.now)}: {standWords(incident, reader)}
          </li>
        ))}
      </ul>
      {left === 0 ? (
        <Outcome>{done}</Outcome>
      ) : action === "ack" ? (
        <Press label={`Acknowledge ${left}`}>No reminders come of these until something about them changes.</Press>
      ) : (
        <Press label={`Snooze ${left} for a day`}>No reminders come of these for 24 hours from when you press.</Press>
      )}
    </>,
  );
}

/** For each action, whether it is still to be done. What was snoozed after it was acknowledged can be acknowledged again. */
function stands({ closedAt, attention }: Shown, now: number) {
  const isSnoozed = attention.snoozedUntil !== null && attention.snoozedUntil > now;
  const after = (isDone: boolean) => (closedAt !== null ? "over" : isDone ? "done" : "open");
  return { ack: after(attention.ackedAt !== null && !isSnoozed), snooze: after(isSnoozed) } as const;
}

function standWords(incident: Shown, { zone, now }: Reader): string {
  const { closedAt, severity, openedAt, attention } = incident;
  if (closedAt !== null) return `over since ${zonedMoment(closedAt, zone)}`;
  const stand = stands(incident, now);
  const acked = attention.ackedAt === null ? "" : ", acknowledged";
  const snoozed = stand.snooze === "done" ? `, snoozed until ${zonedMoment(attention.snoozedUntil ?? now, zone)}` : "";
  return `${severity} since ${zonedMoment(openedAt, zone)}${acked}${snoozed}`;
}

function Outcome({ children }: { children?: Child }) {
  return (
    <p role="status" class="outcome">
      {children}
    </p>
  );
}

/** The form has no address: it posts to the link itself. */
function Press({ label, children }: { label: string; children?: Child }) {
  return (
    <form method="post">
      <p>
        <button type="submit">{label}</button>
      </p>
      <p class="note">{children}</p>
    </form>
  );
}

/** The page of a link that confirms a drill. `isLast`: no newer one was sent since. */
export function drillActPage(drilled: Drilled, isLast: boolean, { zone }: Reader): string {
  const { channel, sentAt, confirmedAt, openSinceAt } = drilled;
  const title = `Did the drill arrive in ${channel}?`;
  const answered = openSinceAt === null && confirmedAt !== null ? confirmedAt : null;
  return pageOf(
    title,
    <>
      <h1>{title}</h1>
      <p>The last test was sent at {zonedMoment(sentAt, zone)}.</p>
      {!isLast ? (
        <Outcome>This link is of an older one. Confirm the last one, if that arrived too.</Outcome>
      ) : answered !== null ? (
        <Outcome>
          Confirmed at {zonedMoment(answered, zone)}: alerts reach somebody in {channel}.
        </Outcome>
      ) : (
        <Press label="This test arrived">Press this if the test reached you in {channel}.</Press>
      )}
    </>,
  );
}

const FAULTS = {
  forged: {
    title: "This link does nothing",
    text: "It is not one that this Tierwatch made, or it was cut short on its way. Open the link of the alert again, or see the status page.",
  },
  expired: {
    title: "This link is too old",
    text: "Nothing was changed. What is still open is on the status page, and its next reminder brings a new link.",
  },
  unknown: {
    title: "This is long over",
    text: "Nothing is kept any more of what this link is about, and nothing was changed.",
  },
  off: {
    title: "Links are off",
    text: "This Tierwatch has no LINK_SECRET, so no link can be checked. Nothing was changed.",
  },
} as const;

/** The page of a link that is not good, and why. */
export function badLinkPage(fault: keyof typeof FAULTS): string {
  const { title, text } = FAULTS[fault];
  return pageOf(
    title,
    <>
      <h1>{title}</h1>
      <p>{text}</p>
    </>,
  );
}

function pageOf(title: string, children: Child): string {
  const foot = <a href="/">The status page</a>;
  return documentOf(
    <Layout title={`Tierwatch: ${title}`} renews={false} stale={false} aside={null} foot={foot}>
      <section class="device act">{children}</section>
    </Layout>,
  );
}
