/**
 * What follows from how a try ended: for its delivery, and for the channel as a whole. Pure; instants are in milliseconds.
 *
 * A try that failed is made again after a wait that doubles, less a part that is drawn from the delivery's own id: what
 * failed together does not come back together, and the same delivery always waits the same.
 */
import type { Outcome } from "../channels/outcome.ts";
import type { Delivery, Tried } from "../store/deliveries.ts";

const EXPIRE_AFTER_MS = 3 * 86_400_000;
const BACKOFF_FIRST_MS = 15_000;
/** The longest wait, whatever a provider asks for: an alert is to be heard. */
const BACKOFF_MAX_MS = 3_600_000;
/** At most this part of a wait is left out. */
const JITTER = 0.2;
/** So long a channel that takes nothing any more is left alone; then one delivery tries it. */
export const PROBE_AFTER_MS = 86_400_000;

/** What a try says of its channel. `busy`: no more of it until then; `gone`: its target takes nothing any more. */
export type ChannelNews =
  | { readonly kind: "well" }
  | { readonly kind: "failing" }
  | { readonly kind: "busy"; readonly until: number }
  | { readonly kind: "gone"; readonly error: string };

export interface Judged {
  readonly tried: Tried;
  readonly channel: ChannelNews;
}

/** What was tried: a delivery, or several as one (parcel.ts). */
type Tryable = Pick<Delivery, "id" | "attempts" | "createdAt">;

/** What a try at `now` means for its delivery and its channel. */
export function judgeTry(delivery: Tryable, outcome: Outcome, now: number): Judged {
  const base = { id: delivery.id, attempts: delivery.attempts, at: now, isGivenBack: false };
  switch (outcome.kind) {
    case "delivered":
      return { tried: { ...base, state: "delivered", dueAt: null, error: null }, channel: { kind: "well" } };
    case "refused":
      // This message was not wanted; that it was answered at all says nothing against the next.
      return { tried: { ...base, state: "refused", dueAt: null, error: outcome.error }, channel: { kind: "failing" } };
    case "gone": {
      const { error } = outcome;
      return { tried: { ...base, state: "refused", dueAt: null, error }, channel: { kind: "gone", error } };
    }
    case "retry":
      return retried(delivery, base, outcome, now);
  }
}

function retried(
  delivery: Tryable,
  base: Pick<Tried, "id" | "attempts" | "at" | "isGivenBack">,
  { error, afterSeconds }: Extract<Outcome, { kind: "retry" }>,
  now: number,
): Judged {
  const asked = Math.min(BACKOFF_MAX_MS, (afterSeconds ?? 0) * 1000);
  const channel: ChannelNews = asked > 0 ? { kind: "busy", until: now + asked } : { kind: "failing" };
  const dueAt = now + Math.max(backoffMs(delivery.id, delivery.attempts), asked);
  if (dueAt > delivery.createdAt + EXPIRE_AFTER_MS)
    return { tried: { ...base, state: "expired", dueAt: null, error }, channel };
  return { tried: { ...base, state: "pending", dueAt, error }, channel };
}

/** The wait after the try with this number, counted from 1. */
function backoffMs(id: string, attempts: number): number {
  const whole = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempts - 1));
  return Math.round(whole * (1 - JITTER * fractionOf(`${id} ${attempts}`)));
}

/** A number from 0 to 1 made from a text: FNV-1a, then MurmurHash3's last mix, without which its last letters hardly count. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** What was claimed and not tried: due still, and not counted as a try. */
export function givenBack({ id, attempts }: Tryable, now: number): Tried {
  return { id, attempts, state: "pending", dueAt: now, error: null, at: now, isGivenBack: true };
}

/** Whether a lane goes on after this: a channel that failed just now would most likely fail again, and each try may hang. */
export function goesOn({ tried, channel }: Judged): boolean {
  return channel.kind === "well" || (channel.kind === "failing" && tried.state === "refused");
}

/** Whether this try says that the channel takes nothing right now, as one that is down or out of reach. */
export function isFailing({ tried, channel }: Judged): boolean {
  return channel.kind === "failing" && tried.state !== "refused";
}

/** A claim, a record and the dearest try: less is no use to a lane. */
const LANE_MIN = 5;

/** As many lanes as can do something with `left` subrequests, but always one. They come the loudest first. */
export function lanesFor<Lane>(lanes: readonly Lane[], left: number): Lane[] {
  return lanes.slice(0, Math.max(1, Math.floor(left / LANE_MIN)));
}

/** The subrequests that each of `lanes` may use. */
export function shareOf(left: number, lanes: number): number {
  return Math.max(LANE_MIN, Math.floor(left / Math.max(1, lanes)));
}
