/** A push channel with keys of its own, and browsers that may subscribe to it. */
import { toBase64url } from "../../protocol/base64url.ts";
import type { Subscription } from "../../protocol/subscription.ts";
import type { PushChannel } from "../../worker/channels/kinds.ts";

export const PHONES = "phones";

async function pair(name: "ECDH" | "ECDSA") {
  const made = await crypto.subtle.generateKey(
    { name, namedCurve: "P-256" },
    true,
    name === "ECDH" ? ["deriveBits"] : ["sign"],
  );
  if (!("privateKey" in made)) throw new Error("P-256 makes a pair");
  const raw = await crypto.subtle.exportKey("raw", made.publicKey);
  const jwk = await crypto.subtle.exportKey("jwk", made.privateKey);
  if (!(raw instanceof ArrayBuffer) || !("d" in jwk) || jwk.d === undefined) throw new Error("no private key");
  return { publicKey: toBase64url(new Uint8Array(raw)), privateKey: jwk.d };
}

export async function channel(more: Partial<PushChannel> = {}): Promise<PushChannel> {
  const { publicKey, privateKey } = await pair("ECDSA");
  const keys = { subject: "mailto:me@example.org", public_key: publicKey, private_key: privateKey };
  return { kind: "push", name: PHONES, allowPrivate: false, ...keys, ...more };
}

export async function browser(at: string): Promise<Subscription> {
  const { publicKey } = await pair("ECDH");
  const auth = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  return { endpoint: `https://push.example/${at}`, keys: { p256dh: publicKey, auth } };
}
