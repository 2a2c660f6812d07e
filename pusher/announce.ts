/** How a run tells the worker about itself: beside the job or after it, briefly, and never in its way. */
import type { Attempt } from "./alarm/observe.ts";
import type { Config } from "./config.ts";
import { noticesOf } from "./notices.ts";
import type { Announcer } from "./run.ts";
import type { Shell } from "./shell.ts";
import { spoolOf } from "./spool.ts";

/** An announcer to the worker of a config. The sending code is loaded when there is something to send. */
export function announcerOf(config: Config, shell: Shell): Announcer {
  return {
    result: async (runId) => void (await attempt(config, shell, runId, undefined)),
    start: (runId) => noticesOf((signal) => attempt(config, shell, runId, signal)),
  };
}

/** False when another attempt may do better. */
async function attempt(config: Config, shell: Shell, runId: string, signal: AbortSignal | undefined): Promise<boolean> {
  const { alarm } = config;
  const judge = async (attempted: Attempt, limitMs: number) => {
    // What was given up because the job ended shows nothing of the worker.
    if (alarm === undefined || signal?.aborted === true) return;
    const { watchAttempt } = await import("./alarm/watch.ts");
    await watchAttempt({ ...config, alarm }, shell, attempted, limitMs);
  };
  try {
    const { BRIEF, worthRepeating } = await import("./link.ts");
    const { senderOf } = await import("./sender.ts");
    const { deliver, troubleWords } = await import("./send.ts");
    const sender = await senderOf(config, shell, spoolOf(config.state, shell.warn), BRIEF, signal);
    if (!sender.ok) {
      if (signal === undefined) shell.warn(`the result waits in the spool: ${sender.failure}`);
      await judge({ keyFault: sender.failure }, BRIEF.totalMs);
      return true;
    }
    const until = shell.now() + BRIEF.totalMs;
    const delivered = await deliver(sender.value, { alive: false, seen: [], first: runId, until });
    const { trouble } = delivered;
    if (trouble !== undefined && signal === undefined) {
      shell.warn(`the result waits in the spool: ${troubleWords(trouble, config.worker)}`);
    }
    await judge(delivered, BRIEF.totalMs);
    if (trouble === undefined) return true;
    return !worthRepeating(trouble);
  } catch (error) {
    shell.warn(`the result waits in the spool: ${error instanceof Error ? error.message : String(error)}`);
    return true;
  }
}
