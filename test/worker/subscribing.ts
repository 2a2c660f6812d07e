/** Codes, browsers that subscribe with them, and the rows of those. */
import { env } from "cloudflare:workers";
import { toBase64url } from "../../protocol/base64url.ts";
import type { Subscription } from "../../protocol/subscription.ts";
import type { Settings } from "../../worker/settings.ts";
import { browser, PHONES } from "./push-channel.ts";
import { request, START, settingsWith } from "./support.ts";

export const HOUR = 3_600_000;

export function settings(...channels: Settings["channels"]): Settings {
  return { ...settingsWith([]), channels };
}

let codes = 0;
export async function newCode(expiresAt = START + HOUR, of = PHONES): Promise<string> {
  codes += 1;
  const code = `code-${codes}`.padEnd(22, "x");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  await env.DB.prepare("INSERT INTO subscribe_codes (code_hash, channel, expires_at) VALUES (?, ?, ?)")
    .bind(toBase64url(hash), of, expiresAt)
    .run();
  return code;
}

export function post(path: string, body: unknown, of: Settings, now = START): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return request(`/v1/subscriptions${path}`, { method: "POST", headers, body: JSON.stringify(body) }, now, of);
}

export async function subscribe(of: Settings, name: string): Promise<Subscription> {
  const subscription = await browser(name);
  const answer = await post("", { code: await newCode(), name, subscription }, of);
  if (answer.status !== 201) throw new Error(await answer.text());
  return subscription;
}

export async function subscribers() {
  const { results } = await env.DB.prepare(
    "SELECT name, endpoint, last_error, gone_at FROM subscriptions ORDER BY name",
  ).all();
  return results;
}
