/**
 * A webhook signed by the rules of Standard Webhooks (standardwebhooks.com), so that any receiver can verify it with a
 * library of its language. `webhook-id` is the delivery's id and stays the same over retries.
 */
import { Webhook } from "standardwebhooks";
import type { Alert } from "../judge/say.ts";
import type { Channel } from "../settings.ts";
import type { Outcome } from "./outcome.ts";

type WebhookChannel = Extract<Channel, { kind: "webhook" }>;

export async function sendWebhook(
  channel: WebhookChannel,
  alert: Alert,
  delivery: {
    readonly id: string;
    readonly pageUrl: string | null;
    readonly now: number;
    readonly signal: AbortSignal;
  },
): Promise<Outcome> {
  const { id, pageUrl, now, signal } = delivery;
  const body = JSON.stringify({
    type: alert.kind === "notice" ? "notice" : `incident.${alert.kind}`,
    timestamp: new Date(now).toISOString(),
    data: { ...alert, openedAt: new Date(alert.openedAt).toISOString(), at: new Date(alert.at).toISOString(), pageUrl },
  });
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": new Webhook(channel.secret).sign(id, new Date(now), body),
  };
  try {
    const answer = await fetch(channel.url, { method: "POST", headers, body, redirect: "manual", signal });
    await answer.body?.cancel();
    return outcomeOf(answer);
  } catch {
    return { kind: "retry", error: "could not connect" };
  }
}

function outcomeOf(answer: Response): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  // Standard Webhooks: 410 says that nobody wants this any more.
  if (status === 410) return { kind: "refused", error: "the receiver answered 410 Gone" };
  const after = Number(answer.headers.get("retry-after"));
  const error = `the receiver answered ${status}`;
  return Number.isFinite(after) && after > 0 ? { kind: "retry", error, afterSeconds: after } : { kind: "retry", error };
}
