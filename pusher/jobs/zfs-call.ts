/** One call of `zfs` or `zpool`, with the time limit that every one of them needs: on a suspended pool they hang. */
import type { Ended, JobContext } from "./job.ts";

/** What a step that moves no data may take, in seconds. */
const CALL_SECONDS = 120;

type Exec = Pick<JobContext, "exec">;

/** Asks something; its output and its errors are for the job to read. */
export function ask(context: Exec, ...argv: readonly string[]): Promise<Ended> {
  return context.exec(argv, { timeoutSeconds: CALL_SECONDS, quiet: true, quietErrors: true });
}

/** Changes something; what it says is shown. */
export function act(context: Exec, ...argv: readonly string[]): Promise<Ended> {
  return context.exec(argv, { timeoutSeconds: CALL_SECONDS });
}
