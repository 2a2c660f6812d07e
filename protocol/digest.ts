/** RFC 9530 Content-Digest over the raw bytes of a body, with sha-256. */
import { toBase64 } from "./base64url.ts";

/** The header's value for a body: `sha-256=:<base64>:`. */
export async function contentDigest(body: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha-256=:${toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", body)))}:`;
}

/** True when the header has a sha-256 digest and it is that of the body. Other algorithms beside it are ignored. */
export async function digestMatches(header: string | null, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  if (header === null) return false;
  const expected = await contentDigest(body);
  return header.split(",").some((member) => member.trim() === expected);
}
