/** The shapes of the statuses. Each differs in outline, so that none depends on its colour; the word stands beside it. */
import { raw } from "hono/html";
import type { TierStatus } from "../judge/summary.ts";

/**
 * What the page shows beside the statuses of the judge: `unproven`, an ok that only a job vouches for, and `live`, the
 * place data is born in, which nothing has to reach.
 */
export type Mark = TierStatus | "unproven" | "live";

const WORDS: Record<Mark, string> = {
  ok: "ok",
  pending: "not yet heard of",
  late: "late",
  missed: "missed",
  failed: "failed",
  blocked: "blocked",
  paused: "paused",
  degraded: "degraded",
  unproven: "ok, unproven",
  live: "live data",
};

/** Drawn on 16 by 16. Filled shapes carry their sign as a hole (even-odd), so that one colour is enough. */
const SHAPES: Record<Mark, string> = {
  ok: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm-.9 10.2 4.9-5-1.2-1.2-3.7 3.8-1.9-1.9L4 8.1z",
  pending:
    "M6.6 1.1 7 3.1a5 5 0 0 1 2 0l.4-2a7 7 0 0 0-2.8 0zM13 3.4l-1.6 1.3a5 5 0 0 1 1 1.7l2-.6A7 7 0 0 0 13 3.4zM14.7 9.1l-2-.4a5 5 0 0 1-.9 2l1.6 1.3a7 7 0 0 0 1.3-2.9zM10.9 14.4l-.7-1.9a5 5 0 0 1-2.2.5v2a7 7 0 0 0 2.9-.6zM4.9 14.3l.8-1.9a5 5 0 0 1-1.6-1.3l-1.5 1.3a7 7 0 0 0 2.3 1.9zM1.2 9.9l2-.6a5 5 0 0 1 0-2l-2-.5a7 7 0 0 0 0 3.1zM2.2 4.2l1.7 1.1a5 5 0 0 1 1.2-1.2l-1-1.7a7 7 0 0 0-1.9 1.8z",
  late: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 2a5 5 0 1 0 0 10A5 5 0 0 0 8 3zm-.9 1.5h1.7v3.2l2.2 1.7-1 1.4-2.9-2.2z",
  missed: "M8 1.2 15.6 14.4H.4zM7.1 6v4.4h1.8V6zm0 5.4v1.8h1.8v-1.8z",
  failed:
    "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1zM4.9 6.2 6.7 8 4.9 9.8l1.3 1.3L8 9.3l1.8 1.8 1.3-1.3L9.3 8l1.8-1.8-1.3-1.3L8 6.7 6.2 4.9z",
  blocked: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM3.8 6.9v2.2h8.4V6.9z",
  paused: "M3 2h3.5v12H3zM9.5 2H13v12H9.5z",
  degraded: "M8 .5 15.5 8 8 15.5.5 8zM7.1 4.3v4.5h1.8V4.3zm0 5.5v1.8h1.8V9.8z",
  unproven:
    "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 1.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6zm-.9 8 4.5-4.6-1.1-1.1-3.4 3.5-1.6-1.6-1.1 1.1z",
  live: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 2a5 5 0 1 0 0 10A5 5 0 0 0 8 3zm0 2.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
};

/** Each is drawn once: a page of a hundred jobs has a thousand of them. */
const DRAWN = new Map<string, string>();

function drawn(mark: Mark): string {
  const known = DRAWN.get(mark);
  if (known !== undefined) return known;
  const path = `<path fill-rule="evenodd" d="${SHAPES[mark]}"></path>`;
  const made = `<svg class="icon s-${mark}" viewBox="0 0 16 16" aria-hidden="true">${path}</svg>`;
  DRAWN.set(mark, made);
  return made;
}

/** The shape alone, for where the word is said otherwise. */
export function Icon({ mark }: { mark: Mark }) {
  return raw(drawn(mark));
}

/** Shape and word. */
export function StatusWord({ mark }: { mark: Mark }) {
  return raw(statusWord(mark));
}

/** The same as text. */
export function statusWord(mark: Mark): string {
  return saying(mark, WORDS[mark]);
}

/** A shape with another word than its own; `word` as it is. */
export function saying(mark: Mark, word: string): string {
  return `<span class="status s-${mark}">${drawn(mark)}${word}</span>`;
}

/** The head of the arrow by which a job carries data. */
export function ArrowHead() {
  return (
    <svg class="head" viewBox="0 0 8 8" aria-hidden="true">
      <path d="M0 0l8 4-8 4z" />
    </svg>
  );
}

/** Three tiers, each a little smaller than the one before: the sign of Tierwatch. */
const SIGN = "M1 2h14v3.2H1zM3 6.4h10v3.2H3zM5 10.8h6V14H5z";

/** In a green that stands out on light and on dark; a style of its own would be against the policy. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#2f9a6c" d="${SIGN}"/></svg>`;

export function Sign() {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SIGN} />
    </svg>
  );
}
