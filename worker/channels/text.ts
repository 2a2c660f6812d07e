/** An alert as text, and text cut and escaped to what a provider takes. */
import type { Message } from "./message.ts";

/** The lines and the page's address, for mail bodies and plain messages. */
export function plainText({ alert, pageUrl }: Pick<Message, "alert" | "pageUrl">): string {
  const link = pageUrl === null ? [] : ["", `Status page: ${pageUrl}`];
  return [...alert.lines, ...link, ""].map(clean).join("\n");
}

/** Text without half characters, and without the marks that would turn the writing round. */
export function clean(text: string): string {
  return text.toWellFormed().replace(/\p{Bidi_Control}/gu, "");
}

/** How a provider counts: by default UTF-16 units, as JavaScript does. */
export interface Fit {
  readonly max: number;
  readonly escaped?: (text: string) => string;
  /** The length of escaped text. */
  readonly measure?: (text: string) => number;
}

/** `text`, cleaned and escaped, in at most `max`; what is too long is cut between characters and ends in "…". */
export function fitted(text: string, { max, escaped = (part) => part, measure = (part) => part.length }: Fit): string {
  const whole = escaped(clean(text));
  if (measure(whole) <= max) return whole;
  let cut = "";
  let used = measure("…");
  // Each character is escaped alone: a cut inside of an escape would be worse than none.
  for (const character of clean(text)) {
    const part = escaped(character);
    used += measure(part);
    if (used > max) break;
    cut += part;
  }
  return `${cut.trimEnd()}…`;
}

export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

export function codePointsOf(text: string): number {
  return [...text].length;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** For HTML, in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
}
