/**
 * Why rclone gave up, as a sentence for the owner; pure, from its exit code and its last errors. Its codes are few and most
 * failures are 1: the text tells. https://rclone.org/docs/#exit-code
 */

const KNOWN: readonly { readonly pattern: RegExp; readonly says: string }[] = [
  {
    pattern: /--max-delete threshold reached/,
    says: "it would have deleted more files than `max_deletions` allows, and stopped; some are deleted: look at what is gone from the source before you raise it",
  },
  {
    pattern: /max transfer limit reached/,
    says: "it stopped at --max-transfer: not everything is carried, the next run goes on",
  },
  {
    pattern: /max transfer duration reached|context deadline exceeded/,
    says: "it stopped at --max-duration: not everything is carried, the next run goes on",
  },
  {
    pattern: /invalid_grant|couldn't fetch token|token (has )?expired|expired.*token/i,
    says: "the sign-in at the cloud has expired: `rclone config reconnect REMOTE:` renews it",
  },
  {
    pattern: /didn't find section in config file/,
    says: "rclone's configuration has no such remote: is it of another account? `env = { RCLONE_CONFIG = … }` names the file",
  },
  {
    pattern: /unable to decrypt configuration|Failed to load config file|config password/i,
    says: "rclone's configuration cannot be read: look at RCLONE_CONFIG and RCLONE_CONFIG_PASS in `env`",
  },
  {
    pattern:
      /no space left on device|remaining disk space|insufficient storage|quota ?exceeded|storageQuotaExceeded|\b507\b/i,
    says: "there is no space left in the target: make room; the next run goes on",
  },
  {
    pattern:
      /\b(401|403)\b (Unauthorized|Forbidden)|Unauthorized|Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch/i,
    says: "the cloud refuses the credentials: look at the remote in rclone's configuration",
  },
  {
    pattern:
      /connection refused|no such host|i\/o timeout|network is unreachable|no route to host|connection reset|TLS handshake/,
    says: "the cloud cannot be reached: does its server run, and is this host online? The next run tries again",
  },
  {
    pattern: /unknown (shorthand )?flag/,
    says: "rclone does not know one of `options` (for `rclone lsf` too, which looks before anything is done)",
  },
  { pattern: /directory not found/, says: "`source` does not exist: is it mounted? Nothing was deleted" },
];

const BY_CODE: Readonly<Record<number, string>> = {
  2: "rclone does not understand its command line: look at `options`",
  3: "`source` does not exist: is it mounted? Nothing was deleted",
  4: "a file was not found",
  5: "it gave up after its retries; the next run tries again",
  6: "an error that retrying does not mend",
  7: "it stopped at an error that it does not go on from",
  8: "it stopped at --max-transfer: not everything is carried, the next run goes on",
  10: "it stopped at --max-duration: not everything is carried, the next run goes on",
};

/** Why it ended with this code; `errors` are the last lines that it said, `failures` the files that it did not carry. */
export function rcloneTrouble(exitCode: number, errors: string, failures = ""): string {
  const why = KNOWN.find(({ pattern }) => pattern.test(errors))?.says ?? BY_CODE[exitCode];
  const files = failures === "" ? "" : `not carried: ${failures}`;
  const known = [why, files].filter((part) => part !== undefined && part !== "").join("; ");
  const last = errors.split("\n").findLast((line) => line.trim() !== "");
  const detail = last === undefined ? "" : ` (${last.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, "").slice(0, 300)})`;
  return `${known === "" ? `rclone ended with ${exitCode}` : known}${detail}`;
}
