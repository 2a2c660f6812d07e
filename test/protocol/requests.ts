/** Requests made from the vectors: as they are, with one thing changed, or signed anew in another way. */
import { createSignature, type SignatureParameters, type Signer, webcrypto } from "http-message-sig";
import type { RefusalCode } from "../../protocol/refusals.ts";
import { failed, ok } from "../../protocol/result.ts";
import { COVERED, type FindKey, type Key, SIGNATURE_TAG, verifyRequest } from "../../protocol/signature.ts";
import { KEY, type RequestVector } from "./vectors.ts";

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

export function privateKey(): Promise<Key> {
  const jwk = { kty: "OKP", crv: "Ed25519", x: KEY.publicKey, d: KEY.seed };
  return crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, false, ["sign"]);
}

export type Sent = Pick<RequestVector, "method" | "url" | "body"> & { readonly headers: Record<string, string> };

/** The vector's request as it goes over the wire. */
export function sent(vector: RequestVector): Sent {
  const { method, url, body, contentDigest, signatureInput, signature } = vector;
  const headers = {
    "content-type": "application/json",
    "content-digest": contentDigest,
    "signature-input": signatureInput,
    signature,
  };
  return { method, url, body, headers };
}

export interface Signing {
  readonly components?: readonly string[];
  readonly parameters?: SignatureParameters;
  /** Parameters that are left out. */
  readonly without?: readonly string[];
  readonly label?: string;
  readonly algorithm?: string;
}

/** The vector's request, signed anew; what isn't said is as in the vector. */
export async function signedAnew(vector: RequestVector, signing: Signing): Promise<Sent> {
  const request = sent(vector);
  const { signature: _, "signature-input": __, ...headers } = request.headers;
  const fields = Object.entries(headers).map(([name, value]) => ({ name, value }));
  const own: Signer = webcrypto.signer(await privateKey());
  const algorithm = signing.algorithm ?? "ed25519";
  const all = { created: vector.created, keyid: KEY.keyId, alg: algorithm, tag: SIGNATURE_TAG, ...signing.parameters };
  const parameters = Object.fromEntries(Object.entries(all).filter(([name]) => !signing.without?.includes(name)));
  const made = await createSignature(
    { kind: "request", method: request.method, targetUri: request.url, fields },
    {
      label: signing.label ?? "tierwatch",
      components: signing.components ?? COVERED,
      parameters,
      signer: { algorithm, sign: (base) => own.sign(base) },
    },
  );
  return { ...request, headers: { ...headers, signature: made.signature, "signature-input": made.signatureInput } };
}

export const findTestKey: FindKey<string> = async (keyId) =>
  keyId === KEY.keyId ? ok({ publicKey: KEY.publicKey, owner: "corenas" }) : failed({ code: "unknown_host" });

/** What `verifyRequest` says to a request at `now` (seconds): `ok`, or the code of its refusal. */
export async function verdictOn(request: Sent, now: number, findKey = findTestKey): Promise<"ok" | RefusalCode> {
  const { method, url, headers, body } = request;
  const result = await verifyRequest(new Request(url, { method, headers, body }), bytes(body), findKey, now * 1000);
  return result.ok ? "ok" : result.failure.code;
}
