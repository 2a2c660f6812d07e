/**
 * `beat` and `flush`: what waits goes to the worker; a beat also says "alive" and looks for markers that arrived. What
 * came of it is judged by the host's own alarm.
 */
import type { Sighting } from "../../protocol/heartbeat.ts";
import type { Attempt } from "../alarm/observe.ts";
import { arrivals, noteReported } from "../arrivals.ts";
import type { Config } from "../config.ts";
import type { Asking } from "../jobs/kind.ts";
import { LOOKING_MAX_MS } from "../limits.ts";
import { PATIENT } from "../link.ts";
import { deliver, troubleWords } from "../send.ts";
import { senderOf } from "../sender.ts";
import type { Shell } from "../shell.ts";
import { type Spool, spoolOf, waiting } from "../spool.ts";
import { EXIT_FAULT, EXIT_LATER } from "./exit-codes.ts";

export async function beat(config: Config, shell: Shell): Promise<number> {
  const asking: Asking = {
    secret: (reference) => shell.secrets.resolve(reference, config.folder),
    hide: shell.secrets.learn,
    host: { env: shell.env, platform: shell.platform },
    folder: config.folder,
    stopping: AbortSignal.timeout(LOOKING_MAX_MS),
  };
  return sendAll(config, shell, true, await arrivals(config, shell.now, shell.warn, asking));
}

export function flush(config: Config, shell: Shell): Promise<number> {
  return sendAll(config, shell, false, []);
}

async function sendAll(config: Config, shell: Shell, alive: boolean, seen: readonly Sighting[]): Promise<number> {
  const spool = spoolOf(config.state, shell.warn);
  const sender = await senderOf(config, shell, spool, PATIENT);
  const delivered = sender.ok ? await deliver(sender.value, { alive, seen }) : { keyFault: sender.failure };
  const code = told(delivered, config, shell, spool);
  if (code === 0) noteReported(config.state, seen);
  const { alarm } = config;
  if (alarm !== undefined) {
    const { watchAttempt } = await import("../alarm/watch.ts");
    await watchAttempt({ ...config, alarm }, shell, delivered, PATIENT.totalMs);
  }
  return code;
}

/** Says what went wrong, if anything did; the exit code to end with. */
function told(attempt: Attempt, config: Config, shell: Shell, spool: Spool): number {
  if (attempt.keyFault !== undefined) {
    shell.warn(attempt.keyFault);
    return EXIT_FAULT;
  }
  const { trouble } = attempt;
  if (trouble === undefined) return 0;
  const left = waiting(spool).length;
  shell.warn(
    `${troubleWords(trouble, config.worker)}; ${left} ${left === 1 ? "record waits" : "records wait"} in the spool`,
  );
  return trouble.kind === "refused" ? EXIT_FAULT : EXIT_LATER;
}
