/** `beat` and `flush`: what waits goes to the worker; a beat also says "alive" and looks for markers that arrived. */
import type { Sighting } from "../../protocol/heartbeat.ts";
import { arrivals, noteReported } from "../arrivals.ts";
import type { Config } from "../config.ts";
import { PATIENT } from "../link.ts";
import { deliver, troubleWords } from "../send.ts";
import { senderOf } from "../sender.ts";
import type { Shell } from "../shell.ts";
import { spoolOf, waiting } from "../spool.ts";
import { EXIT_FAULT, EXIT_LATER } from "./exit-codes.ts";

export async function beat(config: Config, shell: Shell): Promise<number> {
  return sendAll(config, shell, true, await arrivals(config, shell.now, shell.warn));
}

export function flush(config: Config, shell: Shell): Promise<number> {
  return sendAll(config, shell, false, []);
}

async function sendAll(config: Config, shell: Shell, alive: boolean, seen: readonly Sighting[]): Promise<number> {
  const spool = spoolOf(config.state, shell.warn);
  const sender = await senderOf(config, shell, spool, PATIENT);
  if (!sender.ok) {
    shell.warn(sender.failure);
    return EXIT_FAULT;
  }
  const { trouble } = await deliver(sender.value, { alive, seen });
  if (trouble === undefined) {
    noteReported(config.state, seen);
    return 0;
  }
  const left = waiting(spool).length;
  shell.warn(
    `${troubleWords(trouble, config.worker)}; ${left} ${left === 1 ? "record waits" : "records wait"} in the spool`,
  );
  return trouble.kind === "refused" ? EXIT_FAULT : EXIT_LATER;
}
