/** A one-time enrolment code, and the row that lets it be used once. The code itself is stored nowhere. */
import { ENROLLMENT_CODE_BITS, ENROLLMENT_CODE_TTL_SECONDS } from "../protocol/limits.ts";
import { hostCode } from "../worker/store/code-sql.ts";
import { spelledOut } from "../worker/store/spelled.ts";
import { makeCode, type OneTimeCode } from "./one-time-code.ts";

/** The host that may enrol with a code. Both are names of the wire: lower-case letters, digits, inner hyphens. */
export interface Place {
  readonly site: string;
  readonly host: string;
}

/** Makes a code; `draw` gives that many random bytes, `now` is in milliseconds. */
export function makeEnrollmentCode(draw: (bytes: number) => Buffer, now: number): OneTimeCode {
  return makeCode(draw, now, { bits: ENROLLMENT_CODE_BITS, ttlSeconds: ENROLLMENT_CODE_TTL_SECONDS });
}

/** The statement that stores a code's hash. */
export function enrollmentSql({ codeHash, expiresAt }: OneTimeCode, { site, host }: Place): string {
  return spelledOut(hostCode({ codeHash, site, host, expiresAt, replaces: false }));
}
