/** Why kopia gave up (it knows no exit codes but 0 and 1), as a sentence for the owner; pure, from its errors. */

const KNOWN: readonly { readonly pattern: RegExp; readonly says: string }[] = [
  {
    pattern: /invalid repository password|unable to get password|repository password/i,
    says: "the password does not open the repository: look at `password` of the job",
  },
  {
    pattern: /repository is not connected|not connected to a repository|unable to (open|read) .*config/i,
    says: "kopia is connected to no repository here: `kopia repository connect`, as the account that the pusher runs as, or name its file by KOPIA_CONFIG_PATH in `env`",
  },
  {
    pattern: /unable to get local filesystem entry/,
    says: "a folder of `paths` cannot be read: is it there and mounted?",
  },
  { pattern: /no space left on device|quota|insufficient storage/i, says: "there is no space left: make room" },
  {
    pattern: /connection refused|no such host|i\/o timeout|network is unreachable|no route to host|connection reset/,
    says: "the repository cannot be reached: does its server run, and is this host online? The next run tries again",
  },
  {
    pattern: /Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch|Unauthorized|Forbidden/i,
    says: "the server refuses the credentials: `kopia repository connect` again with good ones",
  },
];

export function kopiaTrouble(exitCode: number, errors: string): string {
  const lines = errors.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  const last = lines.findLast((line) => /^(ERROR|error)/.test(line)) ?? lines.at(-1);
  const why = KNOWN.find(({ pattern }) => pattern.test(errors))?.says ?? `kopia ended with ${exitCode}`;
  return last === undefined ? why : `${why} (${last.trim().slice(0, 300)})`;
}
