/**
 * The monthly drill: a real test through every channel, which somebody who got it confirms. When it is due, what it says,
 * and what is known of a channel by it. Like a digest it is due when its slot lies between the last sweep and this one; the
 * slot is its id, so there is one a month, whoever sweeps.
 */
import type { Alert } from "./say.ts";
import { nextSlot, previousSlot } from "./schedule.ts";
import { moment } from "./words.ts";

const DAY_MS = 86_400_000;
/** So long a channel that was proven before stays so while its drill waits for an answer. */
const ANSWER_WITHIN_MS = 3 * DAY_MS;

/** At nine in the morning of the first, when somebody is there to answer. */
const CRON = "0 9 1 * *";

/** The newest slot after the last sweep, up to `now`; null when there is none, and before the first sweep of all. */
export function drillSlot(zone: string, lastSweepAt: number | null, now: number): number | null {
  if (lastSweepAt === null) return null;
  const schedule = { cron: CRON, zone };
  const next = nextSlot(schedule, lastSweepAt, false);
  return next === null || next > now ? null : previousSlot(schedule, now);
}

/** `asks`: alerts carry links, so this one carries a button. */
export function sayDrill(channel: string, slot: number, asks: boolean, now: number): Alert {
  return {
    kind: "drill",
    incidentId: `drill@${slot}`,
    site: "Tierwatch",
    root: "drill",
    severity: "warning",
    title: `Monthly drill of the channel ${channel}: did this arrive?`.slice(0, 79),
    lines: [
      "Nothing is wrong. This test goes through every channel on the first of each month, the way an alert would go.",
      asks
        ? "Press “This test arrived”, so that it is known that alerts reach somebody here. A channel that nobody confirms is shown as unproven."
        : "Nobody can confirm it: Tierwatch needs LINK_SECRET and PAGE_URL to put a button here (docs/CHANNELS.md). Until then every channel is shown as unproven.",
    ],
    openedAt: slot,
    at: now,
  };
}

/** What is kept of a channel's drills; instants in milliseconds. */
export interface Drilled {
  readonly channel: string;
  readonly sentAt: number;
  readonly confirmedAt: number | null;
  /** The first drill since the last confirmation; null when there was none. */
  readonly openSinceAt: number | null;
}

/** `proven`: somebody confirmed a drill at `at`; `unproven`: nobody did since `at`, null when none was ever sent. */
export type ChannelProof =
  | { readonly channel: string; readonly state: "proven"; readonly at: number }
  | { readonly channel: string; readonly state: "unproven"; readonly at: number | null };

/** What the drills say of these channels at `now`, in their order. */
export function proofsOf(channels: readonly string[], drilled: readonly Drilled[], now: number): ChannelProof[] {
  return channels.map((channel) => proofOf(channel, drilled.find((one) => one.channel === channel) ?? null, now));
}

function proofOf(channel: string, drilled: Drilled | null, now: number): ChannelProof {
  if (drilled === null) return { channel, state: "unproven", at: null };
  const { confirmedAt, openSinceAt } = drilled;
  const isWaiting = openSinceAt !== null && now < openSinceAt + ANSWER_WITHIN_MS;
  return confirmedAt !== null && (openSinceAt === null || isWaiting)
    ? { channel, state: "proven", at: confirmedAt }
    : { channel, state: "unproven", at: openSinceAt };
}

/** `proven as of 2026-12-01 09:04 UTC`, `unproven: nobody confirmed a drill since …`. */
export function proofWords({ state, at }: ChannelProof): string {
  if (state === "proven") return `proven as of ${moment(at)}`;
  return at === null ? "unproven: no drill was sent yet" : `unproven: nobody confirmed a drill since ${moment(at)}`;
}
