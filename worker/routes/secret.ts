/**
 * Secrets that we give out: a session's, a token's. Written `ID.SECRET`, 128 random bits to find the row by and 256 to prove
 * it. Of the second half only the hash is stored, and hashes are compared in constant time.
 */
import { fromBase64url, toBase64url } from "../../protocol/base64url.ts";
import { hashOf } from "./hash.ts";

const SHAPE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

export interface MadeSecret {
  readonly id: string;
  readonly hash: string;
  /** What its holder is given, once. */
  readonly text: string;
}

export async function makeSecret(): Promise<MadeSecret> {
  const [id, secret] = [randomText(16), randomText(32)];
  return { id, hash: await hashOf(secret), text: `${id}.${secret}` };
}

/** So many random bytes in base64url. */
export function randomText(bytes: number): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** A one-time code of so many random bits. On a command line a leading hyphen would be taken for an option. */
export function randomCode(bits: number): string {
  const code = randomText(bits / 8);
  return code.startsWith("-") ? randomCode(bits) : code;
}

/** So many random digits of base 16. */
export function randomHex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface ShownSecret {
  readonly id: string;
  readonly hash: string;
}

/** What somebody shows us; null when it cannot be one of ours. */
export async function readSecret(text: string): Promise<ShownSecret | null> {
  const [, id, secret] = SHAPE.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, hash: await hashOf(secret) };
}

/** Whether two hashes are the same, in a time that tells nothing of how nearly. */
export function sameHash(one: string, other: string): boolean {
  const [a, b] = [fromBase64url(one), fromBase64url(other)];
  return a.length === b.length && crypto.subtle.timingSafeEqual(a, b);
}
