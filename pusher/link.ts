/**
 * One signed request to the worker, and what came of it. A clock that is off is measured by the worker's own refusal
 * and the request signed again with the right time; what fails on the way is tried once more.
 */
import * as z from "zod/mini";
import { type Problem, problem } from "../protocol/refusals.ts";
import { failed, ok, type Result } from "../protocol/result.ts";
import { signedHeaders } from "../protocol/signature.ts";
import { askOnce } from "./http.ts";
import type { HostKey } from "./key.ts";
import { CLOCK_OFFSET_MIN_SECONDS } from "./limits.ts";
import { clockState, recall, remember } from "./state.ts";

export type Trouble =
  | { readonly kind: "refused"; readonly problem: Problem }
  | { readonly kind: "unreachable"; readonly reason: string };

export interface Patience {
  readonly connectMs: number;
  readonly totalMs: number;
  readonly tries: number;
}

export const PATIENT: Patience = { connectMs: 5_000, totalMs: 15_000, tries: 2 };
/** After a job: its exit code should not wait for a network that is down. */
export const BRIEF: Patience = { connectMs: 2_000, totalMs: 5_000, tries: 1 };

export interface Link {
  readonly worker: string;
  /** Folder of what is remembered, for the clock's offset. */
  readonly state: string;
  readonly key: HostKey;
  readonly now: () => number;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
}

/** What to send: the body is made anew for each try, for it may say how far the clock is off. */
export interface Message<Schema> {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body: (clockOffsetSeconds: number) => object;
  readonly answer: Schema;
}

/** Sends a message and parses its answer. */
export async function exchange<Schema extends z.core.$ZodType>(
  link: Link,
  message: Message<Schema>,
): Promise<Result<z.core.output<Schema>, Trouble>> {
  let offset = recall(link.state, "clock", clockState)?.offsetSeconds ?? 0;
  let corrected = false;
  let trouble: Trouble = { kind: "unreachable", reason: "it was not tried" };
  for (let tries = 0; tries < link.patience.tries; tries += 1) {
    const result = await attempt(link, message, offset);
    if (result.ok) return result;
    trouble = result.failure;
    if (trouble.kind === "refused" && trouble.problem.code === "clock_skew" && !corrected) {
      corrected = true;
      offset = measured(link, trouble.problem.serverTime);
      tries -= 1;
      continue;
    }
    if (!worthRepeating(trouble) || link.signal?.aborted === true) break;
  }
  return failed(trouble);
}

async function attempt<Schema extends z.core.$ZodType>(
  link: Link,
  message: Message<Schema>,
  offset: number,
): Promise<Result<z.core.output<Schema>, Trouble>> {
  const url = link.worker + message.path;
  const body = new TextEncoder().encode(JSON.stringify(message.body(offset)));
  const { method } = message;
  const headers = await signedHeaders({ method, url, body }, link.key, link.now() - offset * 1000);
  const { connectMs, totalMs } = link.patience;
  const sent = await askOnce({ method, url, headers, body, connectMs, totalMs, signal: link.signal });
  if (!sent.ok) return failed({ kind: "unreachable", reason: sent.failure });
  const { status, body: text } = sent.value;
  const json = jsonOf(text);
  if (status >= 200 && status < 300) {
    const answer = z.safeParse(message.answer, json);
    if (answer.success) return ok(answer.data);
    return failed({ kind: "unreachable", reason: `what answers at ${link.worker} is not a Tierwatch worker` });
  }
  const refusal = z.safeParse(problem, json);
  if (refusal.success) return failed({ kind: "refused", problem: refusal.data });
  return failed({ kind: "unreachable", reason: `${link.worker} answered ${status}, and not in Tierwatch's words` });
}

/** Whether the same message may be taken at another time. */
export function worthRepeating(trouble: Trouble): boolean {
  return trouble.kind === "unreachable" || trouble.problem.status >= 500;
}

/** Notes how far this host's clock is ahead of the worker's, in whole seconds; 0 when it is as good as right. */
export function measured(link: Pick<Link, "state" | "now">, serverTime: string): number {
  const offset = Math.round((link.now() - Date.parse(serverTime)) / 1000);
  const offsetSeconds = Math.abs(offset) < CLOCK_OFFSET_MIN_SECONDS || Number.isNaN(offset) ? 0 : offset;
  const before = recall(link.state, "clock", clockState)?.offsetSeconds ?? 0;
  if (offsetSeconds === before) return before;
  remember(link.state, "clock", { offsetSeconds });
  return offsetSeconds;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
