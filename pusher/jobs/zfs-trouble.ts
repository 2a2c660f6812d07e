/** What went wrong with a zfs or zpool command, as a sentence for the owner; pure, from how it ended. */
import type { Ended, Piped } from "./job.ts";

interface Known {
  readonly pattern: RegExp;
  readonly says: (subject: string) => string;
}

const NO_SUCH_POOL = /no such pool/;
const NO_POOL_AT_ALL = /no pools available/;

const KNOWN: readonly Known[] = [
  {
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    says: (it) =>
      `${it}: its machine's ssh host key is not known, or another than before: log in by hand as this user and compare it`,
  },
  {
    pattern: /Permission denied \([a-z,-]*(publickey|password|keyboard-interactive)/,
    says: (it) => `${it}: ssh refused the login to its machine; is this user's public key in authorized_keys there?`,
  },
  { pattern: /Could not resolve hostname/, says: (it) => `${it}: there is no machine of that name (ssh)` },
  { pattern: /ssh: connect to host/, says: (it) => `${it}: its machine does not answer (ssh)` },
  {
    pattern: /Timeout, server .* not responding|Connection (to .* )?(closed|reset) by|client_loop: send disconnect/,
    says: (it) => `${it}: the ssh connection to its machine broke off`,
  },
  {
    pattern: /env: .?(zfs|zpool).?: No such file/,
    says: (it) => `${it}: its machine has no zfs and zpool where ssh finds them`,
  },
  { pattern: NO_SUCH_POOL, says: (it) => `there is no ${it}: is it imported? (\`zpool import\`)` },
  { pattern: NO_POOL_AT_ALL, says: (it) => `there is no ${it}: no pool is imported at all (\`zpool import\`)` },
  {
    pattern: /modules cannot be auto-loaded|\/dev\/zfs and \/proc\/self\/mounts|ZFS modules are not loaded/,
    says: () => "the ZFS kernel module is not loaded (`modprobe zfs`)",
  },
  { pattern: /zfs-fuse daemon is running/, says: () => "zfs-fuse does not run" },
  { pattern: /currently suspended/, says: (it) => `${it}: the pool's I/O is suspended; look at \`zpool status\`` },
  {
    pattern: /[Pp]ermission denied|must be superuser/,
    says: (it) => `${it}: permission denied; run as root or delegate with \`zfs allow\``,
  },
  {
    pattern: /has been modified/,
    says: (it) =>
      `${it} was modified since its last snapshot: roll it back (\`zfs rollback\`) and set readonly=on there; nothing was changed`,
  },
  {
    pattern: /does not\s+match incremental source/,
    says: (it) => `${it}: its last snapshot is not the one to continue from; nothing was changed`,
  },
  {
    pattern: /must specify -F to overwrite|destination .* exists/,
    says: (it) => `${it} exists already and has no snapshot in common with the source; nothing was changed`,
  },
  {
    pattern: /contains partially-complete state/,
    says: (it) => `${it} holds a partly received snapshot of another stream: \`zfs receive -A ${it}\` gives it up`,
  },
  {
    pattern: /key must be loaded|key not loaded/i,
    says: (it) => `${it}: its encryption key is not loaded (\`zfs load-key\`), and it is not sent raw (\`raw = true\`)`,
  },
  {
    pattern: /Input\/output error/,
    says: (it) => `${it} cannot be read whole, its pool has damaged data: \`zpool status -v\` names the files`,
  },
  {
    pattern: /Read-only file system/,
    says: (it) => `${it}: the folder where it belongs cannot be made, the dataset above it is read-only`,
  },
  { pattern: /directory is not empty/, says: (it) => `${it}: the folder where it belongs is not empty` },
  { pattern: /out of space|No space left|no space left/, says: (it) => `${it}: the pool is out of space` },
  { pattern: /quota exceeded/, says: (it) => `${it}: its quota is exceeded` },
  {
    pattern: /unable to restore to destination|new filesystem stream: dataset does not exist/,
    says: (it) => `${it}: the parent dataset does not exist; create it first (\`zfs create -p\`)`,
  },
  {
    pattern: /invalid backup stream|checksum mismatch|incomplete stream|failed to read from stream/,
    says: (it) => `${it}: the stream broke off before its end; what arrived is kept where the version can resume`,
  },
  { pattern: /dataset already exists/, says: (it) => `${it}: there is a snapshot of this second already` },
  { pattern: /being held/, says: (it) => `${it} is held: \`zfs holds ${it}\` says by whom` },
  {
    pattern: /has dependent clones/,
    says: (it) => `${it} has a clone that depends on it: \`zfs get clones ${it}\` names it`,
  },
  { pattern: /dataset is busy|pool is busy/, says: (it) => `${it} is busy` },
  { pattern: /does not exist/, says: (it) => `${it} does not exist` },
];

/** Why a command about `subject` failed. */
export function zfsTrouble(ended: Ended, subject: string): string {
  if (ended.startError !== undefined) return `${ended.startError}: is ZFS installed?`;
  if (ended.timedOut) return `${subject}: no answer in time; a suspended pool or a dead disk makes ZFS hang`;
  return known(ended.stderr, subject) ?? `${subject}: ${firstLine(ended.stderr) ?? endOf(ended)}`;
}

/** Whether ZFS answered, and the answer is that it has no such pool. */
export function isNoSuchPool({ stderr }: Ended): boolean {
  return NO_SUCH_POOL.test(stderr) || NO_POOL_AT_ALL.test(stderr);
}

/** Which of the two a sender says depends on whether the receiver had read all that it was sent so far. */
const CLOSED = /Broken pipe|Connection reset by peer/;

/**
 * Why `zfs send | zfs receive` failed. A sender whose pipe was closed only noticed that the receiver was gone (it dies of the
 * signal, or says so and exits 1 as zfs-fuse does); a receiver whose stream broke off only noticed that the sender was.
 */
export function pipeTrouble({ producer, consumer }: Piped, source: string, target: string): string {
  const closed = producer.signal === "SIGPIPE" || producer.exitCode === 141 || CLOSED.test(producer.stderr);
  const senderBroke = producer.exitCode !== 0 && !(closed && consumer.exitCode !== 0);
  return senderBroke ? zfsTrouble(producer, source) : zfsTrouble(consumer, target);
}

function known(stderr: string, subject: string): string | null {
  return KNOWN.find(({ pattern }) => pattern.test(stderr))?.says(subject) ?? null;
}

function firstLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "");
}

function endOf({ exitCode, signal }: Ended): string {
  return signal === undefined ? `exit code ${exitCode}` : `ended by ${signal}`;
}
