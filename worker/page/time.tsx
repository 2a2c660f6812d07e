/** Instants on the page: absolute in UTC, with the age beside them. */
import { raw } from "hono/html";
import type { TierStatus } from "../judge/summary.ts";
import { shortSpan, span } from "../judge/words.ts";

interface Instant {
  readonly at: number;
  /** The page's own time, in milliseconds. */
  readonly now: number;
}

/** `2026-11-23 02:14 UTC`; the page's script tells it by the reader's own clock. */
export function Moment({ at }: { at: number }) {
  return raw(timeOf(new Date(at).toISOString()));
}

/** To the minute, as it is shown: the text of an instant is made from its machine form once. */
function timeOf(iso: string): string {
  const [date, minute] = [iso.slice(0, 10), iso.slice(11, 16)];
  return `<time datetime="${date}T${minute}Z">${date} ${minute} UTC</time>`;
}

/** `5 h 3 min ago`, `in 2 h`. */
export function ago(at: number, now: number): string {
  return at <= now ? `${span(now - at)} ago` : `in ${span(at - now)}`;
}

/** The same in one unit: `5 h ago`. */
export function briefly(at: number, now: number): string {
  const largest = shortSpan(Math.abs(now - at));
  return at <= now ? `${largest} ago` : `in ${largest}`;
}

/** The age alone; the page's script lets it go on. */
export function Age({ at, now }: Instant) {
  return raw(ageOf(new Date(at).toISOString(), ago(at, now)));
}

function ageOf(iso: string, words: string): string {
  return `<time datetime="${iso.slice(0, 19)}Z" class="ago">${words}</time>`;
}

/** The age first, and the instant beside it. */
export function When({ at, now }: Instant) {
  const iso = new Date(at).toISOString();
  return raw(`${ageOf(iso, ago(at, now))} <span class="at">${timeOf(iso)}</span>`);
}

/** Where no deadline runs: what is missed is not waited for, it is overdue. */
export function noneDue(status: TierStatus, word: string): string {
  return status === "missed" ? "overdue" : word;
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
