/**
 * One HTTP request to a provider, and what its answer means for the delivery. Redirects are not followed: an alert, with
 * whatever secret goes along, is for one address alone.
 */
import * as z from "zod/mini";
import type { Outcome } from "./outcome.ts";

/** As much of an answer as is read: enough for any provider's error. */
const ANSWER_MAX_BYTES = 4096;
const WORDS_MAX_CHARS = 160;

export interface Post {
  /** The provider's name, for messages. */
  readonly who: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** They are taken out of what the provider says, should it repeat them. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
  readonly now: number;
}

export interface Answer {
  readonly status: number;
  /** The body as JSON, or as text when it is none. */
  readonly body: unknown;
}

/** How a provider's answers are to be read. A 2xx is a yes, and anything else may go well later, unless it says otherwise. */
export interface Reading {
  /** False for a 2xx that is no yes. */
  readonly accepts?: (answer: Answer) => boolean;
  /** True for a no to this message that will stay one. */
  readonly refuses?: (answer: Answer) => boolean;
  /** True for a no to whatever is sent there: a revoked token, an address that is no more. */
  readonly isGone?: (answer: Answer) => boolean;
}

export async function post(to: Post, reading: Reading): Promise<Outcome> {
  let response: Response;
  let text: string;
  try {
    const { url, headers, body, signal } = to;
    response = await fetch(url, { method: "POST", headers: { ...headers }, body, redirect: "manual", signal });
    text = await beginningOf(response);
  } catch {
    // What the runtime says holds the URL, and that may be the secret.
    return { kind: "retry", error: `could not connect to ${to.who}` };
  }
  const answer = { status: response.status, body: parsed(text) };
  if (response.ok && (reading.accepts?.(answer) ?? true)) return { kind: "delivered" };
  const said = wordsOf(answer.body, to.secrets);
  const error = `${to.who} answered ${answer.status}${said === "" ? "" : `: ${said}`}`;
  if (reading.isGone?.(answer) === true) return { kind: "gone", error };
  if (reading.refuses?.(answer) === true) return { kind: "refused", error };
  const afterSeconds = retryAfterSeconds(response.headers.get("retry-after"), to.now) ?? waitIn(answer.body);
  return afterSeconds === undefined ? { kind: "retry", error } : { kind: "retry", error, afterSeconds };
}

export function jsonHeaders(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { "content-type": "application/json", ...more };
}

/** The value of a Retry-After header, which is seconds or a date (RFC 9110, section 10.2.3); undefined when it asks nothing. */
function retryAfterSeconds(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : undefined;
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; bytes < ANSWER_MAX_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return text;
    bytes += value.byteLength;
    text += decoder.decode(value.subarray(0, ANSWER_MAX_BYTES), { stream: true });
  }
  await reader.cancel();
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The places where providers put their reason. */
const reasons = z.object({
  description: z.optional(z.string()),
  message: z.optional(z.string()),
  error: z.optional(z.string()),
  errors: z.optional(z.array(z.string())),
});

/** What the provider said, in one line, without the secrets that it may repeat. */
function wordsOf(body: unknown, secrets: readonly string[]): string {
  const told = reasons.safeParse(body);
  const { description, message, error, errors } = told.success ? told.data : {};
  const words = description ?? message ?? error ?? errors?.join("; ") ?? (typeof body === "string" ? body : "");
  let line = words.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  for (const secret of secrets) line = line.replaceAll(secret, "…");
  // A page of HTML is a proxy's, and says less than the status.
  return line.startsWith("<") ? "" : line.slice(0, WORDS_MAX_CHARS).toWellFormed();
}

const seconds = z.number().check(z.positive());
const waits = z.union([
  z.pipe(
    z.object({ retry_after: seconds }),
    z.transform(({ retry_after }) => retry_after),
  ),
  z.pipe(
    z.object({ parameters: z.object({ retry_after: seconds }) }),
    z.transform((body) => body.parameters.retry_after),
  ),
]);

/** Discord and Telegram say in the body, too, how many seconds to wait. */
function waitIn(body: unknown): number | undefined {
  const told = waits.safeParse(body);
  return told.success ? Math.ceil(told.data) : undefined;
}
