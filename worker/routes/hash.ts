/** SHA-256 of a text, in base64url: what is stored of a one-time code. */
import { toBase64url } from "../../protocol/base64url.ts";

export async function hashOf(text: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
