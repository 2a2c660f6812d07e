/** How a program ended that did not exit by itself: the same of every tool. */
import type { Ended, JobOutcome } from "./job.ts";

/** Whether it came to an exit code of its own; all else is `unfinished`. */
export function hasExited(ended: Ended): ended is Ended & { readonly exitCode: number } {
  return ended.startError === undefined && !ended.timedOut && ended.exitCode !== undefined;
}

/** What is to be said of a program that could not be started, was killed, or had no more time. */
export function unfinished(ended: Ended): JobOutcome {
  const { exitCode, signal, startError, timedOut } = ended;
  if (startError !== undefined) return { status: "failed", exitCode: 127, reason: startError };
  const end = { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
  if (timedOut) return { status: "timed_out", ...end, reason: "killed: its time was up" };
  return { status: "failed", ...end, reason: `ended by ${signal}` };
}
