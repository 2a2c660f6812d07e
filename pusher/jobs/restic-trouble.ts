/**
 * Why restic gave up, as a sentence for the owner; pure, from its exit code and its last errors. The codes 10, 11 and 12 came
 * with 0.17; before, all was 1 and the text tells. https://restic.readthedocs.io/en/stable/075_scripting.html#exit-codes
 */

const LOCK =
  /already locked(?: exclusively)? by PID (\d+) on (\S+)(?: by (\S+))?[\s\S]*?lock was created at (\S+ \S+) \(([^)]*?)\s+ago\)/;

const DAMAGED =
  /repository contains errors|does not match, want|ciphertext verification failed|invalid data returned|not found in (the )?(repository )?index|pack [0-9a-f]+: does not exist|tree [0-9a-f]+ (could not be loaded|not found)/;
const DAMAGE =
  "the repository is damaged: run no `prune` and no `forget`; see what `restic check --read-data` finds and mend it by restic's chapter Troubleshooting";

const KNOWN: readonly { readonly pattern: RegExp; readonly says: string }[] = [
  {
    pattern: /wrong password or no key found|an empty password is not a password/,
    says: "the password does not open the repository: look at `password` of the job; nothing was backed up",
  },
  {
    pattern: /no space left on device|not enough space|insufficient storage|quota exceeded|disk full/i,
    says: "there is no space left where the repository is, or in restic's cache: make room; nothing that was saved is lost, and the next run goes on from it",
  },
  {
    pattern:
      /connection refused|no such host|i\/o timeout|network is unreachable|no route to host|connection reset|TLS handshake|EOF$/m,
    says: "the repository cannot be reached: does its server run, and is this host online? The next run tries again",
  },
  {
    pattern: /x509:|certificate/,
    says: "the server's certificate is not accepted: is this host's clock right, and the certificate still good?",
  },
  {
    pattern:
      /(?:HTTP|status|response)\D{0,12}(?:401|403)\b|Unauthorized|Forbidden|Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch/i,
    says: "the server refuses the credentials: look at those in `repository` and `env` of the job",
  },
  {
    pattern: DAMAGED,
    says: DAMAGE,
  },
  {
    pattern: /all (target directories\/files|source directories\/files) do not exist/,
    says: "nothing of `paths` exists: is it mounted? Nothing was backed up",
  },
  {
    pattern: /operation not permitted|permission denied|read-only file system/,
    says: "the repository takes nothing: the account that the pusher runs as may not write there",
  },
  {
    pattern: /unable to open config file|repository does not exist|Is there a repository at the following location/,
    says: "there is no repository at `repository`: is the disk mounted, the address right? Only for a new one: `restic init`",
  },
];

const BY_CODE: Readonly<Record<number, string>> = {
  10: "there is no repository at `repository`: is the disk mounted, the address right? Only for a new one: `restic init`",
  11: "the repository is locked: wait for the restic that holds it, or, if none runs any more, `restic unlock`",
  12: "the password does not open the repository: look at `password` of the job; nothing was backed up",
  130: "restic was interrupted",
};

/** Why it ended with this code; `errors` are the last lines that it said. */
export function resticTrouble(exitCode: number, errors: string): string {
  return lockTrouble(errors) ?? known(errors) ?? BY_CODE[exitCode] ?? `restic ended with ${exitCode}${detail(errors)}`;
}

/** Whether what was said is that the repository's own data is damaged or gone. */
export function isDamage(errors: string): boolean {
  return DAMAGED.test(errors);
}

/** Who holds the lock, since when, and what to do. */
function lockTrouble(errors: string): string | null {
  const [, pid, host, user, since, age] = LOCK.exec(errors) ?? [];
  if (pid === undefined) return null;
  const holder = `process ${pid} on ${host}${user === undefined ? "" : ` (${user})`}`;
  const old = age?.replace(/(\d+)\.\d+s$/, "$1s");
  return `the repository is locked by ${holder} since ${since}, ${old}: wait if it still runs there; if not, \`restic unlock\` removes the lock`;
}

function known(errors: string): string | null {
  const found = KNOWN.find(({ pattern }) => pattern.test(errors));
  return found === undefined ? null : `${found.says}${detail(errors)}`;
}

function detail(errors: string): string {
  const lines = errors.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((one) => one.startsWith("Fatal: ")) ?? lines.at(-1);
  return line === undefined ? "" : ` (${line.replace(/^Fatal: /, "").slice(0, 300)})`;
}
