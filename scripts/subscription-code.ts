/** A one-time code that lets one browser subscribe to a push channel, and the row that lets it be used once. */
import { SUBSCRIBE_CODE_BITS, SUBSCRIBE_CODE_TTL_SECONDS } from "../protocol/subscription.ts";
import { makeCode, type OneTimeCode } from "./one-time-code.ts";

/** Makes a code; `draw` gives that many random bytes, `now` is in milliseconds. */
export function makeSubscribeCode(draw: (bytes: number) => Buffer, now: number): OneTimeCode {
  return makeCode(draw, now, { bits: SUBSCRIBE_CODE_BITS, ttlSeconds: SUBSCRIBE_CODE_TTL_SECONDS });
}

/** The statement that stores a code's hash. `channel` is a channel's name, and so holds no quote. */
export function subscribeCodeSql({ codeHash, expiresAt }: OneTimeCode, channel: string): string {
  return `INSERT INTO subscribe_codes (code_hash, channel, expires_at) VALUES ('${codeHash}', '${channel}', ${expiresAt})`;
}

/** Where the code is used. In the fragment, which no browser sends to a server, no log on the way sees it. */
export function subscribeLink(pageUrl: string, code: string): string {
  return `${new URL("/subscribe", pageUrl).href}#${code}`;
}
