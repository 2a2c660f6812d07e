/**
 * What one invocation may use, and what providers allow. On the free plan an invocation makes 50 subrequests
 * (developers.cloudflare.com/workers/platform/limits) and 50 queries (…/d1/platform/limits). Whether the statements of a
 * batch count apart is not documented, so the rule here is the strict one: each statement and each request counts one, and all of
 * them together stay under 50.
 */
import type { Channel } from "../channels/kinds.ts";

export const SUBREQUESTS_MAX = 50;
/** Kept for what a sweep does after it delivered: its own record and the watchdog's, how each lane ended, winding the clock. */
export const RESERVED = 8;
/** Of outgoing connections a worker has six at once; one is for the database. */
export const LANES_AT_ONCE = 5;
/** Claimed at once by a lane, and written down together: so many may come twice when the worker dies between. */
export const CLAIM_MAX = 6;
/** How long a channel may take over one delivery; longer than that it is tried again later. */
export const TRY_MAX_MS = 10_000;
/**
 * How long nothing goes to a channel whose last try failed. A sweep may follow the one before it at once, and one that hangs would
 * cost each of them `TRY_MAX_MS`. Shorter than the first wait of a delivery (plan.ts), so that it makes none longer.
 */
export const REST_MS = 10_000;
/** The same where there was no answer at all: counted from the sweep's beginning, so it has to be longer than the try. */
export const REST_AFTER_HANG_SECONDS = 30;
/** After this no try begins: the last one, `TRY_MAX_MS` later, still ends within its lease. */
export const BEGIN_MAX_MS = 25_000;
/** Longer than both: a lease must not run out while its delivery is under way. */
export const LEASE_MS = 60_000;

/**
 * The pause between two messages of a channel. Telegram: one a second to a chat (core.telegram.org/bots/faq); Slack: one a
 * second to an incoming webhook (docs.slack.dev, Rate limits); Resend: two a second for an account (resend.com/docs, Usage limits);
 * Discord: five in two seconds by a webhook. Pushover asks only for no more than two at once, and a lane sends one by one.
 */
const GAPS_MS: Partial<Readonly<Record<Channel["kind"], number>>> = {
  telegram: 1_000,
  slack: 1_000,
  resend: 500,
  discord: 400,
};

export function gapMs(kind: Channel["kind"] | undefined): number {
  return (kind === undefined ? undefined : GAPS_MS[kind]) ?? 0;
}

/** Subrequests of one delivery: a push asks for its subscription and writes down how it went; Pushover may end a ringing first. */
export function costOf(kind: Channel["kind"] | undefined): number {
  if (kind === "push") return 3;
  return kind === "pushover" ? 2 : 1;
}
