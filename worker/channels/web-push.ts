/**
 * Web Push to one browser or phone (RFC 8030), encrypted for it (RFC 8291) and signed by our key (VAPID, RFC 8292). A
 * channel of this kind has as many targets as there are subscriptions; each is sent to apart, and has its own outcome.
 * Where subscriptions are kept is the caller's concern.
 */
import { encryptNotification, vapidHeaders } from "@block65/webcrypto-web-push";
import * as z from "zod/mini";
import type { Subscription } from "../../protocol/subscription.ts";
import { digestOf } from "./digest.ts";
import type { Action, Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, post } from "./post.ts";
import { bytesOf, fitted } from "./text.ts";
import { type Urgency, urgencyOf } from "./urgency.ts";

/** They have to share the 3993 bytes that fit into one push, as JSON writes them. */
const TITLE_MAX_BYTES = 500;
const LINES_MAX_BYTES = 1500;
const URL_MAX_BYTES = 500;
const ACTION_MAX_BYTES = 550;
/** As many buttons as browsers show. */
const ACTIONS_MAX = 2;
/** How long the push service keeps it for a phone that is off. */
const TTL_SECONDS = 86_400;
/** The subscription is no more (RFC 8030, section 7.3); our keys or this push are not taken, and will not be. */
const GONE = [404, 410];
const REFUSED = [400, 401, 403, 413];

export const pushTable = z.strictObject({
  kind: z.literal("push"),
  /** Whom a push service may write to about our pushes. */
  subject: z.string().check(z.regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, "must begin with mailto: or https://")),
  public_key: z
    .string()
    .check(z.regex(/^B[A-Za-z0-9_-]{86}$/, "is not a public VAPID key: 87 characters of base64url")),
  private_key: z
    .string()
    .check(z.regex(/^[A-Za-z0-9_-]{43}$/, "is not a private VAPID key: 43 characters of base64url")),
});

type Keys = Pick<z.infer<typeof pushTable>, "subject" | "public_key" | "private_key">;

/** Push services deliver `normal` to a phone that has power or is in use, and `high` at once (RFC 8030, section 5.3). */
const URGENCIES: Readonly<Record<Urgency, "low" | "normal" | "high">> = {
  urgent: "high",
  high: "high",
  normal: "normal",
  low: "low",
};

/** What the page's service worker gets, as JSON: a notification of the same `tag` replaces the one before. */
export interface Push {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly kind: string;
  readonly urgency: Urgency;
  readonly url: string | null;
  /** Buttons. */
  readonly actions: readonly Action[];
}

/** `gone`: the push service knows this subscription no more, and never will again. */
type WebPushed = Outcome | { readonly kind: "gone"; readonly error: string };

export async function sendWebPush(channel: Keys, to: Subscription, message: Message): Promise<WebPushed> {
  const { alert, now, signal } = message;
  const { subject, public_key: publicKey, private_key: privateKey } = channel;
  const { endpoint, keys } = to;
  const browser = { endpoint, keys, expirationTime: null };
  const tag = await digestOf(alert.incidentId);
  const token = await vapidHeaders(browser, { subject, publicKey, privateKey }).catch(() => null);
  if (token === null) return { kind: "refused", error: "public_key and private_key are not of one pair" };
  const text = new TextEncoder().encode(JSON.stringify(pushOf(message, tag)));
  const body = await encryptNotification(browser, text).catch(() => null);
  if (body === null) return { kind: "refused", error: "nothing can be encrypted for this browser's key" };
  const headers = {
    ...token.headers,
    "content-encoding": "aes128gcm",
    "content-type": "application/octet-stream",
    ttl: String(TTL_SECONDS),
    urgency: URGENCIES[urgencyOf(alert)],
    // Under the same topic a later alert takes the place of one that still waits for the phone (RFC 8030, section 5.4).
    topic: tag,
  };
  let isGone = false;
  const refuses = ({ status }: Answer) => {
    isGone = GONE.includes(status);
    return isGone || REFUSED.includes(status);
  };
  const outcome = await post(
    { who: "the push service", url: endpoint, headers, body, secrets: [endpoint], signal, now },
    { refuses },
  );
  return isGone && outcome.kind === "refused" ? { kind: "gone", error: outcome.error } : outcome;
}

function pushOf({ alert, pageUrl, actions }: Message, tag: string): Push {
  // Safari shows no buttons; a drill is there to be confirmed, so the notification itself leads to that.
  const url = (alert.kind === "drill" ? actions[0]?.url : undefined) ?? pageUrl;
  return {
    title: fitted(alert.title, { max: TITLE_MAX_BYTES, measure: jsonBytesOf }),
    body: fitted(alert.lines.join("\n"), { max: LINES_MAX_BYTES, measure: jsonBytesOf }),
    tag,
    kind: alert.kind,
    urgency: urgencyOf(alert),
    url: url === null || jsonBytesOf(url) > URL_MAX_BYTES ? null : url,
    actions: actions.slice(0, ACTIONS_MAX).filter((one) => bytesOf(JSON.stringify(one)) <= ACTION_MAX_BYTES),
  };
}

/** A text's bytes inside of JSON, without the quotes around it. */
function jsonBytesOf(text: string): number {
  return bytesOf(JSON.stringify(text)) - 2;
}
