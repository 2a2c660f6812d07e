/** A one-time code that lets one browser subscribe to a push channel, and the row that lets it be used once. */
import { SUBSCRIBE_CODE_BITS, SUBSCRIBE_CODE_TTL_SECONDS } from "../protocol/subscription.ts";
import { subscribeCode } from "../worker/store/code-sql.ts";
import { spelledOut } from "../worker/store/spelled.ts";
import { makeCode, type OneTimeCode } from "./one-time-code.ts";

/** Makes a code; `draw` gives that many random bytes, `now` is in milliseconds. */
export function makeSubscribeCode(draw: (bytes: number) => Buffer, now: number): OneTimeCode {
  return makeCode(draw, now, { bits: SUBSCRIBE_CODE_BITS, ttlSeconds: SUBSCRIBE_CODE_TTL_SECONDS });
}

/** The statement that stores a code's hash; `by` is who lets the browser in. */
export function subscribeCodeSql({ codeHash, expiresAt }: OneTimeCode, channel: string, by: string): string {
  return spelledOut(subscribeCode({ codeHash, channel, expiresAt }, by));
}
