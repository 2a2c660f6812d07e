/**
 * The checks of WebAuthn (Level 3, sections 7.1 and 7.2), by a library, and one sentence for whatever it finds. Of a passkey's
 * maker nothing is asked: whoever holds the one-time link may enrol what they like.
 */
import { server } from "@passwordless-id/webauthn";
import * as z from "zod/mini";
import { fromBase64url, toBase64url } from "../../protocol/base64url.ts";
import type { Assertion, Attestation } from "../../protocol/owner/sign-in.ts";

/** COSE algorithms that are verified here: ES256 and RS256, of which every authenticator has one. */
export const ALGORITHMS = [-7, -257];

const algorithm = z.enum(["ES256", "RS256"]);

/** Where a passkey answers: the page's origin, and the host name that the passkey is good for. */
export interface Party {
  readonly origin: string;
  readonly rpId: string;
}

/** A passkey as it is kept. */
export interface Passkey {
  readonly id: string;
  readonly algorithm: z.infer<typeof algorithm>;
  /** SubjectPublicKeyInfo (RFC 5280), in base64url. */
  readonly publicKey: string;
  readonly counter: number;
}

export interface NewPasskey extends Passkey {
  /** What kind of passkey it is, as far as it says: "iCloud Keychain". */
  readonly maker: string;
}

type IsChallenge = (text: string) => Promise<boolean>;

/** A new passkey, if its answer is good; null when it is not. */
export async function newPasskey(
  { origin, rpId }: Party,
  sent: Attestation,
  challenge: IsChallenge,
): Promise<NewPasskey | null> {
  const { response } = sent;
  if (!ALGORITHMS.includes(response.publicKeyAlgorithm)) return null;
  // What the library does not read.
  const rest = { rawId: sent.id, clientExtensionResults: {}, user: { name: "" } };
  const full = { ...sent, ...rest, response: { ...response, attestationObject: "", transports: [] } };
  try {
    const { credential, authenticator } = await server.verifyRegistration(full, {
      ...{ challenge, origin, domain: rpId, userVerified: true },
    });
    await server.parseCryptoKey(credential.algorithm, credential.publicKey);
    return {
      id: credential.id,
      algorithm: z.parse(algorithm, credential.algorithm),
      publicKey: credential.publicKey,
      counter: authenticator.counter,
      maker: authenticator.name,
    };
  } catch {
    return null;
  }
}

/** The passkey's counter after a good answer; null for one that is not good. */
export async function answeredBy(
  passkey: Passkey,
  { origin, rpId }: Party,
  sent: Assertion,
  challenge: IsChallenge,
): Promise<number | null> {
  const { response } = sent;
  try {
    const signature = passkey.algorithm === "ES256" ? padded(response.signature) : response.signature;
    const full = { ...sent, rawId: sent.id, clientExtensionResults: {}, response: { ...response, signature } };
    const credential = { id: passkey.id, algorithm: passkey.algorithm, publicKey: passkey.publicKey, transports: [] };
    const expected = { challenge, origin, domain: rpId, userVerified: true, counter: passkey.counter };
    return (await server.verifyAuthentication(full, credential, expected)).counter;
  } catch {
    return null;
  }
}

/** What a passkey says that it signed; null when it says nothing that can be read. */
export function challengeOf({ response }: Assertion): string | null {
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(fromBase64url(response.clientDataJSON)));
    return z.parse(z.object({ challenge: z.string() }), said).challenge;
  } catch {
    return null;
  }
}

/**
 * The two numbers of an ES256 signature (DER, RFC 3279), each written with 33 bytes. One in 128 signatures has a number that
 * begins with a zero byte, which DER leaves out and the library then reads wrongly. Throws when it is no such signature.
 */
function padded(signature: string): string {
  const der = fromBase64url(signature);
  const [sequence, length, tag, size = 0] = der;
  const [secondTag, secondSize = 0] = der.slice(4 + size);
  const isWhole = length === der.length - 2 && der.length === 6 + size + secondSize;
  if (sequence !== 0x30 || tag !== 0x02 || secondTag !== 0x02 || !isWhole) throw new Error("no signature");
  const numbers = [der.slice(4, 4 + size), der.slice(6 + size)].flatMap((number) => [0x02, 33, ...wide(number)]);
  return toBase64url(new Uint8Array([0x30, numbers.length, ...numbers]));
}

function wide(number: Uint8Array): number[] {
  if (number.length > 33) throw new Error("no signature");
  return [...new Uint8Array(33 - number.length), ...number];
}
