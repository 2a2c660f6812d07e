/** A short name made from a long id: the same for the same id, and fit for headers, addresses and tags. */

/** 128 bits of SHA-256, in hexadecimal. */
export async function digestOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
