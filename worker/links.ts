/**
 * Links in alerts that do one thing: acknowledge or snooze one incident, or confirm that one drill arrived in one channel.
 * A link is a token: what it does and until when, and an HMAC-SHA-256 over that by a secret of the worker (RFC 2104), so
 * nothing has to be kept of it. The same alert in the same channel has the same links at each try.
 */
import * as z from "zod/mini";
import { fromBase64url, toBase64url } from "../protocol/base64url.ts";
import { failed, ok, type Result } from "../protocol/result.ts";
import type { Alert } from "./judge/say.ts";

const DAY_MS = 86_400_000;
const SECRET_MIN_BYTES = 32;
/** Of 32 random bytes all but never fewer are different; of a sentence or a row of zeros they are. */
const SECRET_MIN_KINDS = 16;
/** No other use of the same secret may make a signature that is good here. */
const PURPOSE = "tierwatch action link 1\n";
const TOKEN = /^([A-Za-z0-9_-]{1,1000})\.([A-Za-z0-9_-]{43})$/;

const action = z.enum(["ack", "snooze", "confirm"]);
export type LinkAction = z.infer<typeof action>;

/** How long a link is good, from its alert on. A drill may be confirmed until about when the next one comes. */
const GOOD_MS: Readonly<Record<LinkAction, number>> = { ack: 7 * DAY_MS, snooze: 7 * DAY_MS, confirm: 28 * DAY_MS };

const LABELS: Readonly<Record<LinkAction, string>> = {
  ack: "Acknowledge",
  snooze: "Snooze 1 d",
  confirm: "This test arrived",
};

/** Of a message about several incidents. */
const LABELS_OF_ALL: Readonly<Record<LinkAction, string>> = {
  ...LABELS,
  ack: "Acknowledge all",
  snooze: "Snooze all 1 d",
};

/** What a link says: do this to that, asked from this channel, until then (milliseconds). */
export interface Claim {
  readonly action: LinkAction;
  /** The id of an incident or of a drill, or the key of a batch of that channel (judge/say-batch.ts). */
  readonly subject: string;
  readonly channel: string;
  readonly expiresAt: number;
}

/** What links are made with; `pageUrl` says where the worker is. */
export interface LinkMaker {
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly pageUrl: string;
}

/** What is written on a button, and where it leads. */
export interface Link {
  readonly label: string;
  readonly url: string;
}

const payload = z.tuple([action, z.string(), z.string(), z.int()]);

/** The bytes of a secret written in base64 or hexadecimal, or what is wrong with it; the secret itself is never said. */
export function readLinkSecret(text: string): Result<Uint8Array<ArrayBuffer>, string> {
  const bytes = bytesOf(text.trim());
  if (bytes === null) return failed("is neither base64 nor hexadecimal");
  if (bytes.length < SECRET_MIN_BYTES) return failed(`has fewer than ${SECRET_MIN_BYTES} bytes`);
  return new Set(bytes).size < SECRET_MIN_KINDS ? failed("is not random") : ok(bytes);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | null {
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) {
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  try {
    return fromBase64url(text.replace(/=+$/, ""));
  } catch {
    return null;
  }
}

/** The links of an alert in a channel: none for what nobody can act on. */
export function linksOf(maker: LinkMaker, alert: Alert, channel: string): Promise<Link[]> {
  return Promise.all(
    actionsOf(alert).map(async (does) => {
      const claim = { action: does, subject: alert.incidentId, channel, expiresAt: alert.at + GOOD_MS[does] };
      const url = new URL(`/act/${await tokenOf(maker.secret, claim)}`, maker.pageUrl);
      const labels = alert.incidents === undefined ? LABELS : LABELS_OF_ALL;
      return { label: labels[does], url: url.href };
    }),
  );
}

function actionsOf({ kind }: Alert): LinkAction[] {
  if (kind === "opened" || kind === "reminder") return ["ack", "snooze"];
  return kind === "drill" ? ["confirm"] : [];
}

/** A claim, signed. */
export async function tokenOf(secret: Uint8Array<ArrayBuffer>, claim: Claim): Promise<string> {
  const said = JSON.stringify([claim.action, claim.subject, claim.channel, claim.expiresAt]);
  const encoded = toBase64url(new TextEncoder().encode(said));
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret, "sign"), signed(encoded));
  return `${encoded}.${toBase64url(new Uint8Array(signature))}`;
}

/** What a token says, if this worker signed it. `expired`: it did, and the time is over. */
export async function readToken(
  secret: Uint8Array<ArrayBuffer>,
  token: string,
  now: number,
): Promise<Result<Claim, "forged" | "expired">> {
  const [, encoded, signature] = TOKEN.exec(token) ?? [];
  if (encoded === undefined || signature === undefined) return failed("forged");
  const bytes = fromBase64url(signature);
  // 43 characters have two bits to spare: one signature has one way to be written.
  if (toBase64url(bytes) !== signature) return failed("forged");
  const isOurs = await crypto.subtle.verify("HMAC", await keyOf(secret, "verify"), bytes, signed(encoded));
  if (!isOurs) return failed("forged");
  const said = payload.safeParse(JSON.parse(new TextDecoder().decode(fromBase64url(encoded))));
  // Ours, but of another version of this file.
  if (!said.success) return failed("expired");
  const [does, subject, channel, expiresAt] = said.data;
  return now < expiresAt ? ok({ action: does, subject, channel, expiresAt }) : failed("expired");
}

function signed(encoded: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(PURPOSE + encoded));
}

function keyOf(secret: Uint8Array<ArrayBuffer>, use: "sign" | "verify") {
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [use]);
}
