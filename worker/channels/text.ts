/** An alert as text, and text cut and escaped to what a provider takes. */
import type { Action, Message } from "./message.ts";

/** The lines and the links, for mail bodies and plain messages. */
export function plainText(message: Pick<Message, "alert" | "pageUrl" | "actions">): string {
  const links = linksOf(message).map(({ label, url }) => `${label}: ${url}`);
  return [...message.alert.lines, ...(links.length === 0 ? [] : ["", ...links]), ""].map(clean).join("\n");
}

/** Every link of a message in the order of its buttons: what one can do, and the status page. */
export function linksOf({ actions, pageUrl }: Pick<Message, "pageUrl" | "actions">): Action[] {
  return [...actions, ...(pageUrl === null ? [] : [{ label: "Status page", url: pageUrl }])];
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
