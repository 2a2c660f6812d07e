/**
 * A webhook signed by the rules of Standard Webhooks (standardwebhooks.com), so that any receiver can verify it with a
 * library of its language. `webhook-id` is the delivery's id and stays the same over retries.
 */
import * as z from "zod/mini";
import type { Alert } from "../judge/say.ts";
import { webUrl } from "./fields.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { jsonHeaders, post } from "./post.ts";

const SECRET_MIN_BYTES = 24;
const INCIDENT_KINDS: readonly string[] = ["opened", "reminder", "closed"];

export const webhookTable = z.strictObject({
  kind: z.literal("webhook"),
  url: webUrl,
  secret: z
    .string()
    .check(
      z.refine(isStandardSecret, `is not at least ${SECRET_MIN_BYTES} bytes in base64 (as Standard Webhooks asks)`),
    ),
});

function isStandardSecret(secret: string): boolean {
  try {
    return atob(secret.replace(/^whsec_/, "")).length >= SECRET_MIN_BYTES;
  } catch {
    return false;
  }
}

/** `v1`: HMAC-SHA256 in base64. The runtime's own; the reference library brings 12 KB of cryptography to do the same. */
async function signatureOf(secret: string, text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`;
}

/** The type of the event: of an incident, or of Tierwatch itself. */
function typeOf({ kind }: Alert): string {
  return INCIDENT_KINDS.includes(kind) ? `incident.${kind}` : kind;
}

export async function sendWebhook(channel: z.infer<typeof webhookTable>, message: Message): Promise<Outcome> {
  const { alert, id, pageUrl, actions, log, now, signal } = message;
  const times = { openedAt: new Date(alert.openedAt).toISOString(), at: new Date(alert.at).toISOString() };
  const body = JSON.stringify({
    type: typeOf(alert),
    timestamp: new Date(now).toISOString(),
    data: { ...alert, ...times, pageUrl, actions, log },
  });
  const headers = jsonHeaders({
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": await signatureOf(channel.secret, `${id}.${Math.floor(now / 1000)}.${body}`),
  });
  const to = { who: "the receiver", url: channel.url, headers, body, secrets: [channel.secret], signal, now };
  // Standard Webhooks: 410 says that nobody wants this any more.
  return post(to, { isGone: ({ status }) => status === 410 });
}
