/**
 * Web Push, against a stand-in push service that decrypts what it gets by RFC 8291 and checks the token by RFC 8292. The
 * decryption is this file's own, and is tried on the RFC's example first.
 */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Subscription, subscription } from "../../../protocol/subscription.ts";
import type { Action } from "../../../worker/channels/message.ts";
import { sendWebPush } from "../../../worker/channels/web-push.ts";
import { answer, HOSTILE, message, opened, PAGE, provider } from "./support.ts";

const bytes = (text: string) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const base64url = (of: ArrayBuffer | Uint8Array) =>
  btoa(String.fromCharCode(...new Uint8Array(of)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
const ascii = (text: string) => new TextEncoder().encode(text);
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

interface Receiver {
  readonly privateKey: CryptoKey;
  readonly publicKey: Uint8Array;
  readonly auth: Uint8Array;
}

async function derived(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8));
}

/** RFC 8291, section 3.4, and RFC 8188, section 2, for a body of one record. */
async function decrypted(body: Uint8Array, { privateKey, publicKey, auth }: Receiver): Promise<string> {
  const [salt, senderKey, record] = [body.slice(0, 16), body.slice(21, 86), body.slice(86)];
  const sender = await crypto.subtle.importKey("raw", senderKey, { name: "ECDH", namedCurve: "P-256" }, true, []);
  const agreement = { name: "ECDH", public: sender };
  const shared = new Uint8Array(await crypto.subtle.deriveBits(agreement, privateKey, 256));
  const keyInfo = joined(ascii("WebPush: info\0"), publicKey, senderKey);
  const secret = await derived(shared, auth, keyInfo, 32);
  const contentKey = await derived(secret, salt, ascii("Content-Encoding: aes128gcm\0"), 16);
  const iv = await derived(secret, salt, ascii("Content-Encoding: nonce\0"), 12);
  const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["decrypt"]);
  const padded = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, record));
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("the last record has no end");
  return new TextDecoder().decode(padded.slice(0, end));
}

function coordinates(publicKey: Uint8Array) {
  return { kty: "EC", crv: "P-256", x: base64url(publicKey.slice(1, 33)), y: base64url(publicKey.slice(33, 65)) };
}

async function keyPair(name: "ECDH" | "ECDSA") {
  const usages = name === "ECDH" ? ["deriveBits"] : ["sign", "verify"];
  const pair = await crypto.subtle.generateKey({ name, namedCurve: "P-256" }, true, usages);
  if (!("privateKey" in pair)) throw new Error("no pair of keys");
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
  if (!(raw instanceof ArrayBuffer) || !("d" in jwk) || jwk.d === undefined) throw new Error("no private key");
  return { pair, publicKey: new Uint8Array(raw), d: jwk.d };
}

async function subscriber() {
  const { pair, publicKey } = await keyPair("ECDH");
  const auth = crypto.getRandomValues(new Uint8Array(16));
  const keys = { p256dh: base64url(publicKey), auth: base64url(auth) };
  const to: Subscription = { endpoint: "https://push.example/send/hush", keys };
  return { to, receiver: { privateKey: pair.privateKey, publicKey, auth } };
}

async function channel() {
  const { pair, publicKey, d } = await keyPair("ECDSA");
  const subject = "mailto:me@example.org";
  return { table: { subject, public_key: base64url(publicKey), private_key: d }, pair };
}

afterEach(() => void vi.restoreAllMocks());

test("the decryption of this file reads the example of RFC 8291", async () => {
  const publicKey = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
  const jwk = { ...coordinates(publicKey), d: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94" };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, [
    "deriveBits",
  ]);
  const body = bytes(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  );
  const auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
  expect(await decrypted(body, { privateKey, publicKey, auth })).toBe("When I grow up, I want to be a watermelon");
});

describe("a push", () => {
  async function pushed(alert = {}, actions: readonly Action[] = []) {
    const [{ to, receiver }, { table, pair }] = [await subscriber(), await channel()];
    const requests: Request[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      requests.push(new Request(input, init));
      return new Response(null, { status: 201 });
    });
    const outcome = await sendWebPush(table, to, message(alert, PAGE, actions));
    const [request] = requests;
    if (request === undefined) throw new Error("nothing was sent");
    const body = new Uint8Array(await request.arrayBuffer());
    return { outcome, request, body, said: JSON.parse(await decrypted(body, receiver)), table, pair };
  }

  test("is read by its subscriber alone, and says what happened", async () => {
    const { outcome, request, said, body } = await pushed();
    expect(outcome).toEqual({ kind: "delivered" });
    expect({ method: request.method, url: request.url }).toEqual({
      method: "POST",
      url: "https://push.example/send/hush",
    });
    expect(said).toEqual({
      title: opened.title,
      body: opened.lines.join("\n"),
      tag: expect.stringMatching(/^[0-9a-f]{32}$/),
      kind: "opened",
      urgency: "urgent",
      url: PAGE,
      actions: [],
    });
    expect(request.headers.get("topic")).toBe(said.tag);
    expect(request.headers.get("ttl")).toBe("86400");
    expect(request.headers.get("urgency")).toBe("high");
    expect(request.headers.get("content-encoding")).toBe("aes128gcm");
    expect(body.byteLength).toBeLessThanOrEqual(4096);
  });

  test("is as long as any other, whatever it says", async () => {
    const button = { label: "Acknowledge", url: `https://tierwatch.example/act/${"x".repeat(480)}` };
    const long = await pushed({ title: HOSTILE.repeat(20), lines: [`"\\`.repeat(5000)] }, [button, button]);
    expect(long.said.actions).toEqual([button, button]);
    expect(long.body.byteLength).toBe((await pushed({ lines: [] })).body.byteLength);
    expect(long.said.body).toMatch(/…$/);
  });

  test("has the first two buttons, without those that are too long", async () => {
    const buttons = [600, 10, 10].map((length, i) => ({
      label: `button ${i}`,
      url: `https://e.example/${"x".repeat(length)}`,
    }));
    expect((await pushed({}, buttons)).said.actions).toEqual([buttons[1]]);
  });

  test("of a drill leads to its confirmation, not to the page", async () => {
    const confirm = { label: "This test arrived", url: "https://tierwatch.example/act/1" };
    expect((await pushed({ kind: "drill" }, [confirm])).said.url).toBe(confirm.url);
    expect((await pushed({}, [confirm])).said.url).toBe(PAGE);
  });

  test("carries a token that its push service can check", async () => {
    const { request, table, pair } = await pushed();
    const [, token = "", key] = /^vapid t=([^,]+), k=(.+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
    expect(key).toBe(table.public_key);
    const [head = "", claims = "", signature = ""] = token.split(".");
    const right = await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      pair.publicKey,
      bytes(signature),
      ascii(`${head}.${claims}`),
    );
    expect(right).toBe(true);
    const { aud, sub, exp } = JSON.parse(new TextDecoder().decode(bytes(claims)));
    expect({ aud, sub }).toEqual({ aud: "https://push.example", sub: "mailto:me@example.org" });
    // RFC 8292: at most 24 hours ahead.
    expect(exp * 1000 - Date.now()).toBeGreaterThan(3_600_000);
    expect(exp * 1000 - Date.now()).toBeLessThanOrEqual(86_400_000);
  });
});

describe("a push service's answer", () => {
  test.each([
    [404, "gone"],
    [410, "gone"],
    [403, "refused"],
    [413, "refused"],
    [429, "retry"],
    [503, "retry"],
  ])("%i is %s", async (status, kind) => {
    provider(answer(status, "no", { "retry-after": "7" }));
    const outcome = await sendWebPush((await channel()).table, (await subscriber()).to, message());
    expect(outcome).toMatchObject({ kind, ...(kind === "retry" ? { afterSeconds: 7 } : {}) });
    expect(JSON.stringify(outcome)).not.toContain("hush");
  });
});

test.each([
  ["keys of two pairs", "public_key and private_key are not of one pair"],
  ["a browser's key that lies on no curve", "nothing can be encrypted for this browser's key"],
])("%s send nothing, and are named", async (what, error) => {
  const sent = provider(answer(201));
  const [{ table }, { to }] = [await channel(), await subscriber()];
  const outcome =
    what === "keys of two pairs"
      ? await sendWebPush({ ...table, public_key: (await channel()).table.public_key }, to, message())
      : await sendWebPush(table, { ...to, keys: { ...to.keys, p256dh: `B${"A".repeat(86)}` } }, message());
  expect(outcome).toEqual({ kind: "refused", error });
  expect(sent).toEqual([]);
});

describe("a subscription", () => {
  test.each(["http://push.example/x", "nonsense", `https://push.example/${"x".repeat(2000)}`])(
    "at %s is none",
    async (endpoint) => {
      const { to } = await subscriber();
      expect(subscription.safeParse(to).success).toBe(true);
      expect(subscription.safeParse({ ...to, endpoint }).success).toBe(false);
    },
  );
});
