/** What is known of a channel by its drills: whether an alert reaches somebody in it. */
import { moment } from "./words.ts";

const DAY_MS = 86_400_000;
/** So long a channel that was proven before stays so while its drill waits for an answer. */
const ANSWER_WITHIN_MS = 3 * DAY_MS;

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
