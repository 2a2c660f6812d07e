/**
 * Why rsync gave up, as a sentence for the owner; pure, from its exit code and its last errors, which also hold what ssh said.
 * rsync(1), EXIT VALUES
 */

const KNOWN: readonly { readonly pattern: RegExp; readonly says: string }[] = [
  {
    pattern: /--max-delete limit/,
    says: "it would have deleted more files than `max_deletions` allows, and stopped; some are deleted: look at what is gone from the source before you raise it",
  },
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    says: "there is no space left in the target: make room; the next run goes on",
  },
  {
    pattern: /Read-only file system/,
    says: "the target is mounted read-only: is its disk well? Look into the system's log",
  },
  {
    pattern: /Input\/output error/,
    says: "a disk reported an input/output error: look at its health",
  },
  {
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    says: "ssh does not know the other machine, or it is another than before: log in there once by hand as the user of this job, and compare its key",
  },
  {
    pattern: /Permission denied \((publickey|password|keyboard)/,
    says: "the other machine refuses the login: does the user of this job have its ssh key there? `-e` in `options` names another key",
  },
  {
    pattern: /rsync: (command )?not found|bash: .*rsync: No such file/,
    says: "there is no rsync on the other machine, or not on the PATH of that login: `--rsync-path` in `options` names it",
  },
  {
    pattern: /is your shell clean/,
    says: "the login on the other machine prints something before rsync starts: take that out of its profile",
  },
  {
    pattern: /@ERROR: auth failed/,
    says: "the rsync daemon refuses the login: look at the user in its address and at RSYNC_PASSWORD in `env`",
  },
  {
    pattern: /@ERROR: Unknown module/,
    says: "the rsync daemon has no such module: look at its rsyncd.conf",
  },
  {
    pattern: /module is (read|write) only/,
    says: "the daemon's module does not allow this direction: look at `read only` and `write only` in its rsyncd.conf",
  },
  {
    pattern: /@ERROR: max connections/,
    says: "the rsync daemon has as many connections as it takes; the next run tries again",
  },
  {
    pattern:
      /Connection refused|Connection timed out|Network is unreachable|No route to host|Could not resolve hostname|Name or service not known|Connection reset|Connection closed by/i,
    says: "the other machine cannot be reached: does it run, and is this host online? The next run tries again",
  },
  {
    pattern: /unknown option|invalid --info|Unknown --info item/i,
    says: "rsync does not know one of `options`, or is older than 3.1",
  },
  {
    pattern: /change_dir.*No such file or directory/,
    says: "`source` does not exist: is it mounted? Nothing was deleted",
  },
  { pattern: /change_dir.*Not a directory/, says: "`source` is no folder" },
  {
    pattern: /Permission denied \(13\)|Operation not permitted \(1\)/,
    says: "rsync may not read or write all of it: does the job run as the right user?",
  },
];

const NETWORK = "the connection failed; the next run tries again";

const BY_CODE: Readonly<Record<number, string>> = {
  1: "rsync does not understand its command line: look at `options`",
  2: "the rsync of the other machine is too old or too new for this one",
  3: "a file or folder of its command line cannot be used",
  4: "one side's rsync cannot do what `options` ask for",
  5: "the rsync daemon did not let it begin",
  6: "the rsync daemon cannot write its log",
  10: NETWORK,
  11: "a file could not be read or written",
  12: "the connection broke, or rsync on the other side did",
  13: "rsync could not write its messages",
  14: "rsync's processes could not talk to each other",
  19: "somebody ended it by a signal; the next run goes on",
  20: "somebody ended it by a signal; the next run goes on",
  21: "one of its processes was lost",
  22: "there was not enough memory",
  23: "not everything was carried",
  25: "it stopped at `max_deletions`",
  30: "nothing came for longer than --timeout; the next run tries again",
  35: "the rsync daemon did not answer in time; the next run tries again",
  124: "what ssh should start ended with 255",
  125: "what ssh should start was killed",
  126: "what ssh should start cannot be started",
  127: "there is no rsync on the other machine, or not on the PATH of that login: `--rsync-path` in `options` names it",
  255: "ssh failed: does the other machine run, and does it take this login?",
};

/** Why it ended with this code; `errors` are the last lines that it said, `failures` the files that it did not carry. */
export function rsyncTrouble(exitCode: number, errors: string, failures = ""): string {
  const why = KNOWN.find(({ pattern }) => pattern.test(errors))?.says ?? BY_CODE[exitCode];
  const files = failures === "" ? "" : `not carried: ${failures}`;
  const known = [why ?? `rsync ended with ${exitCode}`, files].filter((part) => part !== "").join("; ");
  const said = errors.split("\n").filter((line) => line.trim() !== "");
  // The last lines only sum up what went before.
  const detail =
    said.findLast((line) => !/^rsync( error)?: .*(\(code \d+\)|connection unexpectedly|Broken pipe)/.test(line)) ??
    said.at(-1);
  return detail === undefined ? known : `${known} (${detail.slice(0, 300)})`;
}
