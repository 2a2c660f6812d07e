/** Small schemas that several tables of pusher.toml share. */
import * as z from "zod/mini";

export const filled = z.string().check(z.minLength(1, "must not be empty"));

export const reference = z
  .string()
  .check(z.regex(/^(file|env):./, 'is a secret: give it by reference, "file:PATH" or "env:NAME", never itself'));

export const argv = z.array(z.string()).check(z.minLength(1, "needs a program"));

/** True for a name or address that only this machine answers to: there nobody listens in, so TLS is not needed. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]", "::1"].includes(hostname);
}

/** True for https, and for http to this machine itself. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

/** How many of something there may be at most; none is allowed. */
export const most = z.int("write a whole number").check(z.minimum(0, "must not be negative"));
