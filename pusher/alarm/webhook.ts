/**
 * By a webhook signed as Standard Webhooks says (standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body` with the
 * bytes behind `whsec_`, so that any of its libraries verifies it.
 */
import { createHmac } from "node:crypto";
import { failed, type Result } from "../../protocol/result.ts";
import { post } from "./http.ts";
import type { Means } from "./way.ts";
import type { Message } from "./words.ts";

const SECRET_MIN_BYTES = 24;

export async function tellByWebhook(
  config: { readonly url: string; readonly secret: string },
  message: Message,
  means: Means,
): Promise<Result<void, string>> {
  const { shell, folder, limitMs } = means;
  const key = webhookKey(config.secret, shell, folder);
  if (!key.ok) return key;
  const now = shell.now();
  const { id, kind, host, title, lines } = message;
  const body = JSON.stringify({
    type: `alarm.${kind}`,
    timestamp: new Date(now).toISOString(),
    data: { host, title, lines },
  });
  const seconds = Math.floor(now / 1000);
  const signature = createHmac("sha256", key.value).update(`${id}.${seconds}.${body}`).digest("base64");
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,${signature}`,
  };
  return post(config.url, headers, body, limitMs);
}

/** The bytes of a Standard Webhooks secret. */
export function webhookKey(reference: string, shell: Means["shell"], folder: string): Result<Buffer, string> {
  const secret = shell.secrets.resolve(reference, folder);
  if (!secret.ok) return secret;
  const value = Buffer.from(secret.value.replace(/^whsec_/, ""), "base64");
  if (value.length >= SECRET_MIN_BYTES) return { ok: true, value };
  return failed(`the webhook's secret is not ${SECRET_MIN_BYTES} bytes or more in base64 (as Standard Webhooks asks)`);
}
