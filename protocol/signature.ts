/**
 * Who sent this request, and is it untouched? HTTP message signatures (RFC 9421) with Ed25519, over method, path, query,
 * content type and content digest. `tag` keeps a signature of another protocol out; `created` is judged against the
 * caller's clock after the signature has verified, so only the key's owner learns the server's time that way.
 */
import { createSignature, isSignatureError, verifySignature, webcrypto } from "http-message-sig";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { contentDigest, digestMatches } from "./digest.ts";
import { CLOCK_SKEW_MAX_SECONDS } from "./limits.ts";
import type { Refusal } from "./refusals.ts";
import { failed, ok, type Result } from "./result.ts";

export const SIGNATURE_TAG = "tierwatch-v1";
export const COVERED = ["@method", "@path", "@query", "content-type", "content-digest"] as const;
const LABEL = "tierwatch";
const ALGORITHM = "ed25519";
const SIGNATURE_BYTES = 64;
/** The library's own freshness check is opened wide: ours follows verification and has its own refusal. */
const ANY_AGE_SECONDS = Number.MAX_SAFE_INTEGER;

/** The key type of whichever runtime this is: Node declares no global one. */
export type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A key's id: the SHA-256 of its raw public key, in base64url. */
export async function keyIdOf(publicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey)));
}

export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: Key;
}

export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The headers that sign a JSON request; `createdAt` is in milliseconds (the signature holds whole seconds). */
export async function signedHeaders(
  out: Outgoing,
  key: SigningKey,
  createdAt: number,
): Promise<Record<string, string>> {
  const headers = { "content-type": "application/json", "content-digest": await contentDigest(out.body) };
  const fields = Object.entries(headers).map(([name, value]) => ({ name, value }));
  const signature = await createSignature(
    { kind: "request", method: out.method, targetUri: out.url, fields },
    {
      label: LABEL,
      components: COVERED,
      parameters: { created: Math.floor(createdAt / 1000), keyid: key.keyId, alg: ALGORITHM, tag: SIGNATURE_TAG },
      signer: webcrypto.signer(key.privateKey),
    },
  );
  return { ...headers, signature: signature.signature, "signature-input": signature.signatureInput };
}

/** What the verifier asks about a key id: the owner's public key, or why there is none. */
export type FindKey<Owner> = (keyId: string) => Promise<Result<KnownKey<Owner>, Refusal>>;

export interface KnownKey<Owner> {
  /** Raw public key, 32 bytes in base64url. */
  readonly publicKey: string;
  readonly owner: Owner;
}

export interface Verified<Owner> {
  readonly owner: Owner;
  readonly keyId: string;
  /** When the sender signed, in milliseconds by the sender's (corrected) clock. */
  readonly createdAt: number;
}

/** Verifies digest, signature and freshness of a request whose body was already read; `now` in milliseconds. */
export async function verifyRequest<Owner>(
  request: Request,
  body: Uint8Array<ArrayBuffer>,
  findKey: FindKey<Owner>,
  now: number,
): Promise<Result<Verified<Owner>, Refusal>> {
  if (!(await digestMatches(request.headers.get("content-digest"), body))) return failed({ code: "bad_digest" });
  if (!request.headers.has("signature") || !request.headers.has("signature-input")) {
    return failed({ code: "signature_missing" });
  }
  let found: Result<KnownKey<Owner>, Refusal> | undefined;
  try {
    const verified = await verifySignature(request, {
      policy: {
        algorithms: [ALGORITHM],
        requiredComponents: COVERED,
        requiredParameters: ["created", "keyid", "alg", "tag"],
        maxAge: ANY_AGE_SECONDS,
        clockSkew: ANY_AGE_SECONDS,
        now: Math.floor(now / 1000),
        validate: (signature) => signature.parameters.tag === SIGNATURE_TAG,
      },
      resolveVerifier: async (candidate) => {
        // Node says that such a signature does not verify; workerd throws.
        if (candidate.signature.length !== SIGNATURE_BYTES) throw new Error("not the length of an Ed25519 signature");
        found = await findKey(candidate.parameters.keyid ?? "");
        if (!found.ok) throw new Error(found.failure.code);
        return webcrypto.verifier(await importPublicKey(found.value.publicKey));
      },
    });
    if (found?.ok !== true) return failed({ code: "bad_signature" });
    const created = verified.parameters.created ?? 0;
    if (Math.abs(created - now / 1000) > CLOCK_SKEW_MAX_SECONDS) return failed({ code: "clock_skew" });
    return ok({ owner: found.value.owner, keyId: verified.parameters.keyid ?? "", createdAt: created * 1000 });
  } catch (error) {
    if (found !== undefined && !found.ok) return found;
    if (isSignatureError(error)) return failed(refusalOf(error.code));
    throw error;
  }
}

function refusalOf(code: string): Refusal {
  return code === "VerificationFailed" ? { code: "bad_signature" } : { code: "signature_missing" };
}

/** The WebCrypto key of a raw Ed25519 public key in base64url. */
export function importPublicKey(publicKey: string): Promise<Key> {
  return crypto.subtle.importKey("raw", fromBase64url(publicKey), { name: "Ed25519" }, true, ["verify"]);
}
