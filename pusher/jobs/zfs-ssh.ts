/** Reaching the machine of a ZFS target by ssh. */
import * as z from "zod/mini";
import { filled } from "../config/fields.ts";
import type { JobContext } from "./job.ts";
import { SSH_OPTIONS } from "./ssh-options.ts";

const fullPath = filled.check(z.regex(/^[/~]/, "give the full path"));

export const ssh = z.strictObject({
  /** `user@machine`, or a name of ssh_config. */
  host: z.string().check(z.regex(/^[^-\s][^\s]*$/, "name a machine, as in backup@nas2")),
  port: z.optional(z.int("write a port number").check(z.minimum(1, "is no port"), z.maximum(65_535, "is no port"))),
  /** The private key; else those that ssh tries by itself. */
  identity: z.optional(fullPath),
  /** The file that holds the machine's host key; else the user's own known_hosts. */
  known_hosts: z.optional(fullPath),
});
export type Ssh = z.infer<typeof ssh>;

/** Where one end of a send is: how its programs are run there. */
export interface Place {
  readonly argv: (argv: readonly string[]) => readonly string[];
}

/** The machine that `at` names, or this one. */
export function placeOf(at: Ssh | undefined): Place {
  return { argv: (argv) => (at === undefined ? argv : sshArgv(at, argv)) };
}

/** The same context, with its programs run at that place. */
export function contextAt<Context extends Pick<JobContext, "exec">>(place: Place, context: Context): Context {
  return { ...context, exec: (argv, options) => context.exec(place.argv(argv), options) };
}

/** Root's PATH: a login without a terminal often has none with `zfs` on it. Messages have to be English to be read. */
const REMOTE_ENV = ["env", "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

function sshArgv({ host, port, identity, known_hosts }: Ssh, argv: readonly string[]): string[] {
  const options = [
    ...SSH_OPTIONS,
    ...(identity === undefined ? [] : ["IdentitiesOnly=yes"]),
    ...(known_hosts === undefined ? [] : [`UserKnownHostsFile="${known_hosts.replaceAll("%", "%%")}"`]),
  ];
  return [
    "ssh",
    ...options.flatMap((option) => ["-o", option]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(identity === undefined ? [] : ["-i", identity]),
    "--",
    host,
    // sshd hands one line to the login shell of the user there: each word is quoted for it.
    [...REMOTE_ENV, ...argv].map(quoted).join(" "),
  ];
}

/** A word as every POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
