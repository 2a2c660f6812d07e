/** Instants on the page: absolute in UTC, with the age beside them. */
import { moment, span } from "../judge/words.ts";

interface Instant {
  readonly at: number;
  /** The page's own time, in milliseconds. */
  readonly now: number;
}

/** `2026-11-23 02:14 UTC`; the weekday and the seconds are in the title. */
export function Moment({ at }: { at: number }) {
  const date = new Date(at);
  return (
    <time datetime={date.toISOString()} title={date.toUTCString()}>
      {moment(at)}
    </time>
  );
}

/** `5 h 3 min ago`, `in 2 h`. */
export function ago(at: number, now: number): string {
  return at <= now ? `${span(now - at)} ago` : `in ${span(at - now)}`;
}

/** The age first, and the instant beside it. */
export function When({ at, now }: Instant) {
  return (
    <>
      <span class="ago">{ago(at, now)}</span>{" "}
      <span class="at">
        <Moment at={at} />
      </span>
    </>
  );
}

const MOMENT = /(\d{4}-\d\d-\d\d \d\d:\d\d UTC)/;

/** A sentence of the judge, in which instants are marked as such and not broken over lines. */
export function Told({ text }: { text: string }) {
  return (
    <>{text.split(MOMENT).map((part, i) => (i % 2 === 1 ? <time datetime={machine(part)}>{part}</time> : part))}</>
  );
}

function machine(told: string): string {
  return told.replace(" ", "T").replace(" UTC", "Z");
}
