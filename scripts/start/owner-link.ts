/** The link that makes whoever sits before the demo its owner: a passkey of their browser, on a page by the name of localhost. */
import { OWNER_CODE_BITS } from "../../protocol/owner/sign-in.ts";
import { invitation } from "../../worker/store/owner-sql.ts";
import { spelledOut } from "../../worker/store/spelled.ts";
import { makeCode } from "../one-time-code.ts";

/** Longer than that of `npm run owner`: the demo listens on loopback alone, and may be looked at first. */
const GOOD_SECONDS = 86_400;
const OWNER = "you";

export interface OwnerLink {
  readonly url: string;
  /** Makes it good. */
  readonly sql: string;
}

/** `draw` gives so many random bytes, `now` is in milliseconds. Browsers keep no passkey for 127.0.0.1. */
export function makeOwnerLink(draw: (bytes: number) => Buffer, port: number, now: number): OwnerLink {
  const { code, codeHash, expiresAt } = makeCode(draw, now, { bits: OWNER_CODE_BITS, ttlSeconds: GOOD_SECONDS });
  const statements = invitation({ codeHash, expiresAt, owner: OWNER }, { by: OWNER, through: "command" }, now);
  return { url: `http://localhost:${port}/owner/enroll#${code}`, sql: statements.map(spelledOut).join("; ") };
}
