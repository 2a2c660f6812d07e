/** How a person's device asks to be enrolled and signs in, request by request, and what the worker answers. */
import { env } from "cloudflare:workers";
import { hashOf } from "../../worker/routes/hash.ts";
import { randomText } from "../../worker/routes/secret.ts";
import { writeAll } from "../../worker/store/database.ts";
import { invitation } from "../../worker/store/owner-sql.ts";
import type { Authenticator, Quirks } from "./authenticator.ts";
import type { Headers } from "./owner.ts";
import { db, request } from "./support.ts";

export const MINUTE = 60_000;
export const OUR_PAGE: Headers = { "sec-fetch-site": "same-origin" };

export async function post(path: string, body: unknown, now: number, headers: Headers = OUR_PAGE): Promise<Response> {
  if (body === undefined) return request(path, { method: "POST", headers }, now);
  const json = { ...headers, "content-type": "application/json" };
  return request(path, { method: "POST", headers: json, body: JSON.stringify(body) }, now);
}

export async function said<Body = Record<string, unknown>>(answer: Response): Promise<Body> {
  return answer.json();
}

export async function code(answer: Response): Promise<unknown> {
  return [answer.status, (await said(answer)).code];
}

/** A link's code, as `npm run owner` makes it. */
export async function invited(owner: string, now: number): Promise<string> {
  const made = randomText(16);
  const row = { codeHash: await hashOf(made), owner, expiresAt: now + 15 * MINUTE };
  await writeAll(db, invitation(row, { by: "root", through: "command" }, now));
  return made;
}

export async function enrolChallenge(link: string, now: number): Promise<string> {
  const answer = await said<{ challenge: string }>(await post("/v1/passkeys/challenge", { code: link }, now));
  return answer.challenge;
}

/** Enrols with what the page does. */
export async function enrol(device: Authenticator, link: string, now: number, quirks: Quirks = {}): Promise<Response> {
  const passkey = await device.create(await enrolChallenge(link, now), quirks);
  return post("/v1/passkeys", { code: link, passkey }, now);
}

export async function challenge(now: number): Promise<string> {
  return (await said<{ challenge: string }>(await post("/v1/sign-in/challenge", undefined, now))).challenge;
}

export async function signIn(device: Authenticator, now: number, quirks: Quirks = {}): Promise<Response> {
  return post("/v1/sign-in", await device.get(await challenge(now), quirks), now);
}

/** What the browser would send from then on. */
export function cookieOf(answer: Response): string {
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

export const who = (cookie: string, now: number) => request("/v1/session", { headers: { cookie } }, now);

export async function trail(): Promise<unknown[]> {
  return (await env.DB.prepare("SELECT act, by, through, subject FROM audit ORDER BY at, act").all()).results;
}
