/** An authenticator in software: makes a passkey and answers challenges as WebAuthn Level 3 says (sections 5.8.1 and 6.1). */
import { toBase64url } from "../../protocol/base64url.ts";
import type { Assertion, Attestation } from "../../protocol/owner/sign-in.ts";

const HERE = { origin: "https://tierwatch.example", rpId: "tierwatch.example" };
const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

/** What it is made to do wrongly. */
export interface Quirks {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly counter?: number;
  /** Without asking its person for a fingerprint or PIN. */
  readonly unverified?: boolean;
  /** Signs again until a number of the signature is shorter than 32 bytes. */
  readonly shortNumber?: boolean;
}

export interface Authenticator {
  readonly id: string;
  readonly create: (challenge: string, quirks?: Quirks) => Promise<Attestation>;
  readonly get: (challenge: string, quirks?: Quirks) => Promise<Assertion>;
}

export async function newAuthenticator(): Promise<Authenticator> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("ECDSA makes a pair");
  const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
  if (!(spki instanceof ArrayBuffer)) throw new Error("SPKI is bytes");
  const id = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  const create = async (challenge: string, quirks: Quirks = {}): Promise<Attestation> => {
    const data = [...(await authenticatorData(quirks, ATTESTED)), ...new Uint8Array(16 + 2 + 16)];
    const response = {
      clientDataJSON: clientData("webauthn.create", challenge, quirks),
      authenticatorData: toBase64url(new Uint8Array(data)),
      publicKey: toBase64url(new Uint8Array(spki)),
      publicKeyAlgorithm: -7,
    };
    return { id, type: "public-key", response };
  };
  const get = async (challenge: string, quirks: Quirks = {}): Promise<Assertion> => {
    const data = await authenticatorData(quirks, 0);
    const client = clientData("webauthn.get", challenge, quirks);
    const hash = await crypto.subtle.digest("SHA-256", bytesOf(client));
    const said = new Uint8Array([...data, ...new Uint8Array(hash)]);
    let raw: Uint8Array;
    do raw = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, said));
    while (quirks.shortNumber && raw[0] !== 0 && raw[32] !== 0);
    const response = { clientDataJSON: client, authenticatorData: toBase64url(data), signature: toBase64url(der(raw)) };
    return { id, type: "public-key", response };
  };
  return { id, create, get };
}

function clientData(type: string, challenge: string, { origin = HERE.origin, ...quirks }: Quirks): string {
  const said = { type: quirks.type ?? type, challenge, origin, crossOrigin: false };
  return toBase64url(new TextEncoder().encode(JSON.stringify(said)));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
}

async function authenticatorData({ rpId = HERE.rpId, counter = 0, unverified }: Quirks, more: number) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(rpId));
  const data = new Uint8Array(37);
  data.set(new Uint8Array(hash));
  data[32] = PRESENT | (unverified ? 0 : VERIFIED) | more;
  new DataView(data.buffer).setUint32(33, counter);
  return data;
}

/** r and s as DER (RFC 3279, section 2.2.3): no zero byte in front, but where the number would be a negative one. */
function der(raw: Uint8Array): Uint8Array {
  const numbers = [raw.slice(0, 32), raw.slice(32)].flatMap((number) => {
    const first = number.findIndex((byte) => byte !== 0);
    const short = [...number.slice(first)];
    const whole = (short[0] ?? 0) > 0x7f ? [0, ...short] : short;
    return [0x02, whole.length, ...whole];
  });
  return new Uint8Array([0x30, numbers.length, ...numbers]);
}
