import { createSignature, verifySignature, webcrypto } from "http-message-sig";
import { describe, expect, test } from "vitest";
import { fromBase64url } from "../../protocol/base64url.ts";
import { CLOCK_SKEW_MAX_SECONDS } from "../../protocol/limits.ts";
import { failed } from "../../protocol/result.ts";
import { COVERED, importPublicKey, keyIdOf, signedHeaders, verifyRequest } from "../../protocol/signature.ts";
import { bytes, findTestKey, privateKey, type Sent, sent, signedAnew, verdictOn } from "./requests.ts";
import { ENROLLMENT, HEARTBEAT, KEY, PLAN, RFC9421_B26 } from "./vectors.ts";

const VECTORS = { enrollment: ENROLLMENT, plan: PLAN, heartbeat: HEARTBEAT };
const NOW = HEARTBEAT.created;
/** The public key of test 1 in RFC 8032, section 7.1. */
const OTHER_PUBLIC_KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/** The heartbeat's request with other headers; `undefined` leaves one out. */
function withHeaders(change: Record<string, string | undefined>, request = sent(HEARTBEAT)): Sent {
  const all = Object.entries({ ...request.headers, ...change });
  return { ...request, headers: Object.fromEntries(all.flatMap(([name, value]) => (value ? [[name, value]] : []))) };
}

describe("RFC 9421 appendix B.2.6", () => {
  const { method, url: targetUri, fields, components, created, keyId, signatureInput, signature } = RFC9421_B26;
  const message = { kind: "request", method, targetUri, fields } as const;

  test("verifies with the RFC's own key", async () => {
    const all = [
      { name: "signature-input", value: signatureInput },
      { name: "signature", value: signature },
    ];
    const verified = await verifySignature(
      { ...message, fields: [...fields, ...all] },
      {
        policy: {
          algorithms: ["ed25519"],
          requiredComponents: components,
          requiredParameters: ["created"],
          now: created,
        },
        resolveVerifier: async () => webcrypto.verifier(await importPublicKey(KEY.publicKey)),
      },
    );
    expect(verified.parameters).toEqual({ created, keyid: keyId });
  });

  test("is what our key signs, byte for byte", async () => {
    const signer = webcrypto.signer(await privateKey());
    const parameters = { created, keyid: keyId };
    const made = await createSignature(message, { label: "sig-b26", components, parameters, signer });
    expect(made).toEqual({ signature, signatureInput });
  });
});

describe.each(Object.entries(VECTORS))("the vector of a signed %s", (_, vector) => {
  test("is what the pusher's side makes, byte for byte", async () => {
    const out = { method: vector.method, url: vector.url, body: bytes(vector.body) };
    const key = { keyId: KEY.keyId, privateKey: await privateKey() };
    expect(await signedHeaders(out, key, vector.created * 1000)).toEqual(sent(vector).headers);
  });

  test("is a signature over exactly the lines that the document spells out", async () => {
    const signature = fromBase64url(vector.signature.slice("tierwatch=:".length, -1));
    const base = bytes(vector.signatureBase.join("\n"));
    const key = await importPublicKey(KEY.publicKey);
    expect(await crypto.subtle.verify({ name: "Ed25519" }, key, signature, base)).toBe(true);
  });

  test("is accepted by the worker's side, with its owner and the second it was signed in", async () => {
    const { method, url, headers, body } = sent(vector);
    const request = new Request(url, { method, headers, body });
    const result = await verifyRequest(request, bytes(body), findTestKey, vector.created * 1000);
    const value = { owner: "corenas", keyId: KEY.keyId, createdAt: vector.created * 1000 };
    expect(result).toEqual({ ok: true, value });
  });
});

test("a key's id is the SHA-256 of its 32 bytes", async () => {
  expect(await keyIdOf(fromBase64url(KEY.publicKey))).toBe(KEY.keyId);
});

describe("the body's digest", () => {
  test("has to be there", async () => {
    expect(await verdictOn(withHeaders({ "content-digest": undefined }), NOW)).toBe("bad_digest");
  });

  test("has to be that of the body", async () => {
    const body = HEARTBEAT.body.replace('"seq":1', '"seq":2');
    expect(await verdictOn({ ...sent(HEARTBEAT), body }, NOW)).toBe("bad_digest");
  });

  test("is covered by the signature: another body with its own right digest is refused", async () => {
    const plan = sent(PLAN);
    const swapped = withHeaders({ "content-digest": plan.headers["content-digest"] });
    expect(await verdictOn({ ...swapped, body: plan.body }, NOW)).toBe("bad_signature");
  });
});

describe("a signature", () => {
  test.each(["signature", "signature-input"])("has to be there: %s is missing", async (name) => {
    expect(await verdictOn(withHeaders({ [name]: undefined }), NOW)).toBe("signature_missing");
  });

  test.each([
    ["another method", { ...sent(HEARTBEAT), method: "PUT" }],
    ["another path", { ...sent(HEARTBEAT), url: PLAN.url }],
    ["a query", { ...sent(HEARTBEAT), url: `${HEARTBEAT.url}?again=1` }],
    ["another media type", withHeaders({ "content-type": "application/json; charset=utf-8" })],
    [
      "a later time",
      withHeaders({ "signature-input": HEARTBEAT.signatureInput.replace("=1795399502", "=1795399503") }),
    ],
    ["another signature", withHeaders({ signature: PLAN.signature })],
  ])("does not carry over to %s", async (_, request) => {
    expect(await verdictOn(request, NOW)).toBe("bad_signature");
  });

  test("does not depend on the address by which the worker is reached", async () => {
    const url = HEARTBEAT.url.replace("https://tierwatch.example", "http://127.0.0.1:8787");
    expect(await verdictOn({ ...sent(HEARTBEAT), url }, NOW)).toBe("ok");
  });

  test("covers the query where there is one", async () => {
    const asked = { ...HEARTBEAT, url: `${HEARTBEAT.url}?from=home` };
    expect(await verdictOn(await signedAnew(asked, {}), NOW)).toBe("ok");
  });

  test("of another protocol's tag is refused", async () => {
    const request = await signedAnew(HEARTBEAT, { parameters: { tag: "web-bot-auth" } });
    expect(await verdictOn(request, NOW)).toBe("signature_missing");
  });

  test("that names another algorithm is refused", async () => {
    const request = await signedAnew(HEARTBEAT, { algorithm: "rsa-pss-sha512" });
    expect(await verdictOn(request, NOW)).toBe("signature_missing");
  });

  test.each(COVERED)("that doesn't cover %s is refused", async (component) => {
    const components = COVERED.filter((covered) => covered !== component);
    expect(await verdictOn(await signedAnew(HEARTBEAT, { components }), NOW)).toBe("signature_missing");
  });

  test.each(["created", "keyid", "alg", "tag"])("without the parameter %s is refused", async (name) => {
    expect(await verdictOn(await signedAnew(HEARTBEAT, { without: [name] }), NOW)).toBe("signature_missing");
  });

  test("may cover more, in another order, under another label", async () => {
    const components = ["@authority", ...COVERED.toReversed()];
    expect(await verdictOn(await signedAnew(HEARTBEAT, { components, label: "sig1" }), NOW)).toBe("ok");
  });

  test.each(["", "AAAA", "A".repeat(84), "A".repeat(88)])("of the wrong length is refused: %j", async (base64) => {
    expect(await verdictOn(withHeaders({ signature: `tierwatch=:${base64}:` }), NOW)).toBe("signature_missing");
  });

  test.each([
    ["no structured field", "tierwatch"],
    ["a list of something else", "tierwatch=(1 2);created=1795399502"],
    ["two signatures", `${HEARTBEAT.signatureInput}, other=("@method")`],
    ["a component nobody knows", HEARTBEAT.signatureInput.replace("@query", "@fragment")],
  ])("whose input is %s is refused", async (_, input) => {
    expect(await verdictOn(withHeaders({ "signature-input": input }), NOW)).toBe("signature_missing");
  });
});

describe("the time of a signature", () => {
  const edge = CLOCK_SKEW_MAX_SECONDS;

  test.each([
    [-edge - 1, "clock_skew"],
    [-edge, "ok"],
    [0, "ok"],
    [edge, "ok"],
    [edge + 1, "clock_skew"],
  ])("%i s from the server's clock: %s", async (ahead, verdict) => {
    expect(await verdictOn(sent(HEARTBEAT), NOW - ahead)).toBe(verdict);
  });

  test.each([0, 1795399502000, 999_999_999_999_999])("of %i seconds is told to be far off", async (created) => {
    expect(await verdictOn(await signedAnew(HEARTBEAT, { parameters: { created } }), NOW)).toBe("clock_skew");
  });

  test("is judged only after the signature has verified", async () => {
    expect(await verdictOn(withHeaders({ signature: PLAN.signature }), NOW + edge + 1)).toBe("bad_signature");
  });
});

describe("a key", () => {
  test.each(["unknown_host", "key_revoked"] as const)("that the worker refuses as %s opens nothing", async (code) => {
    expect(await verdictOn(sent(HEARTBEAT), NOW, async () => failed({ code }))).toBe(code);
  });

  test("other than the one that signed does not verify", async () => {
    const found = { ok: true, value: { publicKey: OTHER_PUBLIC_KEY, owner: "corenas" } } as const;
    expect(await verdictOn(sent(HEARTBEAT), NOW, async () => found)).toBe("bad_signature");
  });
});
