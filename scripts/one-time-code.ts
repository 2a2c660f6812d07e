/** A one-time code. What is stored of it is its hash; the code itself is shown to its owner once. */
import { createHash } from "node:crypto";

export interface OneTimeCode {
  readonly code: string;
  /** SHA-256 of the code's characters, in base64url. */
  readonly codeHash: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** Makes a code of so many random bits; `draw` gives that many random bytes, `now` is in milliseconds. */
export function makeCode(
  draw: (bytes: number) => Buffer,
  now: number,
  { bits, ttlSeconds }: { readonly bits: number; readonly ttlSeconds: number },
): OneTimeCode {
  let code = "";
  // On a command line a leading hyphen would be taken for an option.
  do code = draw(bits / 8).toString("base64url");
  while (code.startsWith("-"));
  const codeHash = createHash("sha256").update(code).digest("base64url");
  return { code, codeHash, expiresAt: now + ttlSeconds * 1000 };
}
