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

/** `confirmed`: somebody confirmed a drill at `at`; `unconfirmed`: nobody did since `at`, null when none was ever sent. */
export type Confirmation =
  | { readonly channel: string; readonly state: "confirmed"; readonly at: number }
  | { readonly channel: string; readonly state: "unconfirmed"; readonly at: number | null };

/** What the drills say of these channels at `now`, in their order. */
export function confirmationsOf(channels: readonly string[], drilled: readonly Drilled[], now: number): Confirmation[] {
  return channels.map((channel) =>
    confirmationOf(channel, drilled.find((one) => one.channel === channel) ?? null, now),
  );
}

function confirmationOf(channel: string, drilled: Drilled | null, now: number): Confirmation {
  if (drilled === null) return { channel, state: "unconfirmed", at: null };
  const { confirmedAt, openSinceAt } = drilled;
  const isWaiting = openSinceAt !== null && now < openSinceAt + ANSWER_WITHIN_MS;
  return confirmedAt !== null && (openSinceAt === null || isWaiting)
    ? { channel, state: "confirmed", at: confirmedAt }
    : { channel, state: "unconfirmed", at: openSinceAt };
}

/** `confirmed as of 2026-12-01 09:04 UTC`, `unconfirmed: nobody confirmed a drill since …`. */
export function confirmationWords({ state, at }: Confirmation): string {
  if (state === "confirmed") return `confirmed as of ${moment(at)}`;
  return at === null
    ? "unconfirmed: no drill was sent yet"
    : `unconfirmed: nobody confirmed a drill since ${moment(at)}`;
}
