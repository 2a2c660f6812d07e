/** Finishes a receive that broke off in an earlier run, before anything new is sent. */
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { JobContext } from "./job.ts";
import { act, ask } from "./zfs-call.ts";
import { contextAt, type Place } from "./zfs-ssh.ts";
import { pipeTrouble, zfsTrouble } from "./zfs-trouble.ts";

export interface Resumed {
  readonly bytes: number;
  /** This version knows resume tokens at all. */
  readonly canResume: boolean;
}

/**
 * What the sender says when a token leads nowhere any more: its snapshot, or the one before it, was destroyed or replaced
 * (libzfs_sendrecv.c). Not all that begins with "cannot resume send": that a snapshot cannot be accessed now may pass.
 */
const HOPELESS = /resume token is corrupt|no longer exists|no longer the same snapshot/;

interface Token extends Pick<Resumed, "canResume"> {
  /** Null when nothing is to be continued. */
  readonly token: string | null;
}

/** The token of a receive that broke off, as the target keeps it. */
export async function tokenOf(target: string, context: JobContext): Promise<Result<Token, string>> {
  const asked = await ask(context, "zfs", "get", "-H", "-o", "value", "receive_resume_token", target);
  // zfs-fuse calls it a bad property; a target that is not there yet has no token.
  if (/invalid property/.test(asked.stderr)) return ok({ token: null, canResume: false });
  if (/does not exist/.test(asked.stderr)) return ok({ token: null, canResume: true });
  if (asked.exitCode !== 0) return failed(zfsTrouble(asked, target));
  const token = asked.stdout.trim();
  return ok({ token: token === "" || token === "-" ? null : token, canResume: true });
}

/**
 * Continues by the target's token (zfs-receive(8), `receive_resume_token`), if it has one. Only when the sender says that it
 * leads nowhere the partly received snapshot is given up, and the log says so.
 */
export async function resume(
  source: string,
  target: string,
  context: JobContext,
  place: Place,
): Promise<Result<Resumed, string>> {
  const there = contextAt(place, context);
  const asked = await tokenOf(target, there);
  if (!asked.ok) return asked;
  const { canResume, token } = asked.value;
  if (token === null) return ok({ bytes: 0, canResume });
  context.log(`continuing an interrupted receive into ${target}`);
  const piped = await context.pipe(["zfs", "send", "-t", token], place.argv(["zfs", "receive", "-s", "-u", target]));
  if (piped.producer.exitCode === 0 && piped.consumer.exitCode === 0) {
    return ok({ bytes: piped.bytes, canResume: true });
  }
  if (!HOPELESS.test(piped.producer.stderr)) return failed(pipeTrouble(piped, source, target));
  context.log(`what was sent before is no longer there; giving up the partly received snapshot of ${target}`);
  const aborted = await act(there, "zfs", "receive", "-A", target);
  return aborted.exitCode === 0 ? ok({ bytes: 0, canResume: true }) : failed(zfsTrouble(aborted, target));
}
