/** A one-time enrolment code, and the row that lets it be used once. The code itself is stored nowhere. */
import { createHash } from "node:crypto";
import { ENROLLMENT_CODE_BITS, ENROLLMENT_CODE_TTL_SECONDS } from "../protocol/limits.ts";

export interface EnrollmentCode {
  readonly code: string;
  /** SHA-256 of the code's characters, in base64url. */
  readonly codeHash: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** The host that may enrol with a code. Both are names of the wire: lower-case letters, digits, inner hyphens. */
export interface Place {
  readonly site: string;
  readonly host: string;
}

/** Makes a code; `draw` gives that many random bytes, `now` is in milliseconds. */
export function makeEnrollmentCode(draw: (bytes: number) => Buffer, now: number): EnrollmentCode {
  let code = "";
  // On a command line a leading hyphen would be taken for an option.
  do code = draw(ENROLLMENT_CODE_BITS / 8).toString("base64url");
  while (code.startsWith("-"));
  const codeHash = createHash("sha256").update(code).digest("base64url");
  return { code, codeHash, expiresAt: now + ENROLLMENT_CODE_TTL_SECONDS * 1000 };
}

/** The statement that stores a code's hash. No value of it can hold a quote: hashes and names have neither. */
export function enrollmentSql({ codeHash, expiresAt }: EnrollmentCode, { site, host }: Place): string {
  return `INSERT INTO enrollments (code_hash, site, host, expires_at) VALUES ('${codeHash}', '${site}', '${host}', ${expiresAt})`;
}
