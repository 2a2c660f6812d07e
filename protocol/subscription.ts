/**
 * `/v1/subscriptions`: how a browser becomes a target of a push channel, says that its address changed, and leaves. A
 * one-time code lets it in; afterwards it proves itself by its own address and authentication secret, which only it, its
 * push service (the address alone) and the worker know.
 */
import * as z from "zod/mini";

/** Longest name of a subscription, and longest address of a browser at its push service. */
const SUBSCRIBER_NAME_MAX_CHARS = 60;
const ENDPOINT_MAX_CHARS = 2_000;
/** Largest body of these requests. */
export const SUBSCRIPTION_MAX_BYTES = 8_192;
/** How long a code may be used, and how many random bits it has. */
export const SUBSCRIBE_CODE_TTL_SECONDS = 3_600;
export const SUBSCRIBE_CODE_BITS = 128;

/** 128 random bits in unpadded base64url. */
const code = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/, "a code has 22 characters"));

/** RFC 8030, section 2: always https. */
const endpoint = z
  .url({ protocol: /^https$/, error: "has to begin with https://" })
  .check(z.maxLength(ENDPOINT_MAX_CHARS));
const auth = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/, "has to be 16 bytes in base64url"));

/** As `PushSubscription.toJSON()` gives it (Push API, section 9). `expirationTime` is a hint that nothing rests on. */
export const subscription = z.strictObject({
  endpoint,
  expirationTime: z.optional(z.nullable(z.number())),
  keys: z.strictObject({
    /** An uncompressed point of P-256. */
    p256dh: z.string().check(z.regex(/^B[A-Za-z0-9_-]{86}$/, "has to be a point of P-256 in base64url")),
    auth,
  }),
});
export type Subscription = z.infer<typeof subscription>;

/** A name that people read, on one line: "kitchen tablet". */
const name = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(SUBSCRIBER_NAME_MAX_CHARS), z.regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u));

/** `POST /v1/subscriptions/offer`: what a code is for, before the browser asks its owner anything. */
export const offerRequest = z.strictObject({ code });
export interface Offer {
  readonly channel: string;
  /** The channel's VAPID key, which the browser's push service holds against our signature. */
  readonly publicKey: string;
}

/** `POST /v1/subscriptions` */
export const subscribeRequest = z.strictObject({ code, name, subscription });
export interface Subscribed {
  readonly channel: string;
  readonly name: string;
}

/** What a browser proves itself with. */
export const holder = z.strictObject({ endpoint, auth });
export type Holder = z.infer<typeof holder>;

/** `POST /v1/subscriptions/renewal`: the browser was given another address. */
export const renewalRequest = z.strictObject({ old: holder, subscription });

/** `POST /v1/subscriptions/end` takes a `holder`. */
