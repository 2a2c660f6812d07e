/**
 * What a passkey is asked to sign: random bytes, until when, for what, and an HMAC-SHA-256 over that by a key of the
 * database. So none has to be kept, and whoever asks for thousands writes no row. That an answer counts once is seen to
 * where it counts: of one challenge there is one session.
 */
import { fromBase64url, toBase64url } from "../../protocol/base64url.ts";
import { CHALLENGE_TTL_SECONDS } from "../../protocol/owner/sign-in.ts";

const RANDOM_BYTES = 16;
const TIME_BYTES = 8;
const MAC_BYTES = 32;
const SAID_BYTES = RANDOM_BYTES + TIME_BYTES;

/** A challenge for one purpose, good for five minutes. */
export async function makeChallenge(key: string, purpose: string, now: number): Promise<string> {
  const said = crypto.getRandomValues(new Uint8Array(SAID_BYTES));
  new DataView(said.buffer).setBigUint64(RANDOM_BYTES, BigInt(now + CHALLENGE_TTL_SECONDS * 1000));
  const mac = await crypto.subtle.sign("HMAC", await imported(key, "sign"), about(purpose, said));
  return toBase64url(new Uint8Array([...said, ...new Uint8Array(mac)]));
}

/** Whether we made it, for this purpose, and it is good still. */
export async function isChallenge(key: string, purpose: string, text: string, now: number): Promise<boolean> {
  const bytes = bytesOf(text);
  if (bytes.length !== SAID_BYTES + MAC_BYTES || toBase64url(bytes) !== text) return false;
  const said = bytes.slice(0, SAID_BYTES);
  const isOurs = await crypto.subtle.verify(
    "HMAC",
    await imported(key, "verify"),
    bytes.slice(SAID_BYTES),
    about(purpose, said),
  );
  return isOurs && BigInt(now) < new DataView(said.buffer).getBigUint64(RANDOM_BYTES);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return /^[A-Za-z0-9_-]+$/.test(text) ? fromBase64url(text) : new Uint8Array();
}

function about(purpose: string, said: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...new TextEncoder().encode(`tierwatch challenge 1 ${purpose}\n`), ...said]);
}

function imported(key: string, use: "sign" | "verify") {
  return crypto.subtle.importKey("raw", fromBase64url(key), { name: "HMAC", hash: "SHA-256" }, false, [use]);
}
