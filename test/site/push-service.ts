/**
 * A push service on loopback, and browsers that subscribed to it: it takes pushes by https, checks who sent them by RFC 8292,
 * and opens them by RFC 8291 and RFC 8188. None of it is the worker's own code, nor its library's.
 */
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import * as z from "zod/mini";

const push = z.object({
  title: z.string(),
  body: z.string(),
  tag: z.string(),
  kind: z.string(),
  urgency: z.string(),
  url: z.nullable(z.string()),
  actions: z.array(z.object({ label: z.string(), url: z.string() })),
});
export type ReceivedPush = z.infer<typeof push>;

export interface Receiver {
  readonly ecdh: ECDH;
  readonly auth: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

export interface PushService {
  /** A browser that subscribed: what `PushSubscription.toJSON()` gives, and what it was pushed. */
  readonly browser: (name: string) => {
    readonly subscription: { readonly endpoint: string; readonly keys: { p256dh: string; auth: string } };
    readonly received: readonly ReceivedPush[];
  };
  /** How it answers pushes to a browser from now on; 201 unless told otherwise. */
  readonly answer: (name: string, answer: Answer) => void;
  readonly close: () => Promise<void>;
}

/** `publicKey`: the VAPID key that browsers subscribed with, in base64url. */
export async function startPushService(cert: string, key: string, publicKey: string): Promise<PushService> {
  const browsers = new Map<string, Receiver & { received: ReceivedPush[]; answer: Answer }>();
  let origin = "";
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    void bodyOf(request).then((body) => {
      const browser = browsers.get((request.url ?? "").slice(1));
      const fault = browser === undefined ? "no such subscription" : senderFault(request, origin, publicKey);
      if (fault !== undefined || browser === undefined) return response.writeHead(403).end(fault);
      const { status, headers } = browser.answer;
      if (status === 201) browser.received.push(z.parse(push, JSON.parse(opened(body, browser))));
      return response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    browser: (name) => {
      const made = newReceiver();
      const received: ReceivedPush[] = [];
      browsers.set(name, { ...made, received, answer: { status: 201 } });
      const keys = { p256dh: made.ecdh.getPublicKey("base64url"), auth: made.auth.toString("base64url") };
      return { subscription: { endpoint: `${origin}/${name}`, keys }, received };
    },
    answer: (name, answer) => {
      const browser = browsers.get(name);
      if (browser !== undefined) browsers.set(name, { ...browser, answer });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function newReceiver(): Receiver {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  return { ecdh, auth: randomBytes(16) };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Opens a body of one record: RFC 8188, section 2, with the keys of RFC 8291, section 3.4. */
export function opened(body: Buffer, { ecdh, auth }: Receiver): string {
  const [salt, idLength = 0] = [body.subarray(0, 16), body[20]];
  const sender = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  const derive = (secret: Buffer, salted: Buffer, info: Buffer, length: number) =>
    Buffer.from(hkdfSync("sha256", secret, salted, info, length));
  const keyInfo = Buffer.concat([Buffer.from("WebPush: info\0"), ecdh.getPublicKey(), sender]);
  const secret = derive(ecdh.computeSecret(sender), auth, keyInfo, 32);
  const key = derive(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = derive(secret, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createDecipheriv("aes-128-gcm", key, nonce).setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("the last record has no end");
  return padded.subarray(0, end).toString();
}

const claims = z.object({ aud: z.string(), exp: z.number(), sub: z.string() });

/** What is wrong with who sent this, by RFC 8292 and RFC 8030; undefined when nothing is. */
function senderFault({ headers, method }: IncomingMessage, origin: string, publicKey: string): string | undefined {
  const [, token = "", key] = /^vapid t=([^,]+), k=(\S+)$/.exec(headers.authorization ?? "") ?? [];
  if (key !== publicKey) return "pushed with another key than that of the subscription";
  const [head = "", payload = "", signature = ""] = token.split(".");
  const point = Buffer.from(publicKey, "base64url");
  const half = (from: number) => point.subarray(from, from + 32).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: half(1), y: half(33) };
  const signer = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" } as const;
  if (!verify("sha256", Buffer.from(`${head}.${payload}`), signer, Buffer.from(signature, "base64url")))
    return "the token's signature is wrong";
  const { aud, exp, sub } = z.parse(claims, JSON.parse(Buffer.from(payload, "base64url").toString()));
  const lasts = exp * 1000 - Date.now();
  if (aud !== origin || lasts <= 0 || lasts > 86_400_000 || !sub.startsWith("mailto:")) return "the token's claims";
  const isWhole = method === "POST" && headers["content-encoding"] === "aes128gcm" && Number(headers.ttl) > 0;
  return isWhole ? undefined : "no push by RFC 8030";
}
