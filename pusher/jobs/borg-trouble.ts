/**
 * Why borg gave up, as a sentence for the owner; pure, from its exit code and its last errors, `MSGID: text`. 2 is every error,
 * unless BORG_EXIT_CODES=modern (borg 1.4): then 3 to 99. https://borgbackup.readthedocs.io/en/stable/internals/frontends.html
 */

const LOCKED =
  "the repository is locked: wait for the borg that holds it; only if none runs any more, on no host, `borg break-lock` removes the lock";
const NO_REPOSITORY =
  "there is no repository at `repository`: is the disk mounted, the address right? Only for a new one: `borg init`";
const PASSPHRASE =
  "the passphrase does not open the repository: look at `passphrase` of the job; nothing was backed up";
const UNREACHED =
  "the repository's server cannot be reached, or borg does not run there: is this host online? The next run tries again";
const DAMAGED = "the repository is damaged: prune and compact nothing; `borg check` tells what, before any `--repair`";

const KNOWN: readonly { readonly pattern: RegExp; readonly says: string }[] = [
  { pattern: /^(LockTimeout|LockError|LockErrorT|LockFailed)\b/m, says: LOCKED },
  { pattern: /^(PassphraseWrong|PasscommandFailure|NoPassphraseFailure|PasswordRetriesExceeded)\b/m, says: PASSPHRASE },
  {
    pattern: /No space left on device|InsufficientFreeSpaceError|StorageQuotaExceeded/,
    says: "there is no space left where the repository is, or in borg's cache: make room; `borg compact` gives back what was pruned",
  },
  {
    pattern: /^Repository\.(DoesNotExist|InvalidRepository|ParentPathDoesNotExist|PathPermissionDenied)\b/m,
    says: NO_REPOSITORY,
  },
  { pattern: /^Connection(Closed|Broken)/m, says: UNREACHED },
  { pattern: /IntegrityError|CheckNeeded|ObjectNotFound|DecompressionError|TAMInvalid|TAMRequired/, says: DAMAGED },
  {
    pattern: /CacheInitAbortedError|RepositoryAccessAborted|RepositoryReplay|EncryptionMethodMismatch/,
    says: "borg wants to ask whether this is the right repository (it is new here, was moved, or is older than its cache): run `borg list` once by hand, as the account that the pusher runs as",
  },
  {
    pattern: /^Archive\.AlreadyExists\b/m,
    says: "there is an archive of this second already: the next run makes another",
  },
];

/** Why it ended with this code; `errors` are the last lines that it said. */
export function borgTrouble(exitCode: number, errors: string): string {
  const why = KNOWN.find(({ pattern }) => pattern.test(errors))?.says ?? byCode(exitCode);
  return `${why ?? `borg ended with ${exitCode}`}${detail(errors)}`;
}

/** Whether the trouble is a lock, whose holder is worth a look. */
export function isLocked(exitCode: number, errors: string): boolean {
  return borgTrouble(exitCode, errors).startsWith(LOCKED);
}

function byCode(exitCode: number): string | undefined {
  if (exitCode === 13) return NO_REPOSITORY;
  if (exitCode >= 50 && exitCode <= 53) return PASSPHRASE;
  if (exitCode >= 70 && exitCode <= 75) return LOCKED;
  if (exitCode >= 80 && exitCode <= 87) return UNREACHED;
  return exitCode >= 90 && exitCode <= 99 ? DAMAGED : undefined;
}

function detail(errors: string): string {
  const lines = errors.split("\n").filter((line) => line.trim() !== "");
  const last = lines.findLast((line) => /^[A-Z][\w.]+: /.test(line) && !/Traceback/.test(line)) ?? lines.at(-1);
  return last === undefined ? "" : ` (${last.slice(0, 300)})`;
}
