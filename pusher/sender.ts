/** Puts together what sending needs: the key, the link to the worker, the spool. */
import { ok, type Result } from "../protocol/result.ts";
import type { Config } from "./config.ts";
import { loadKey } from "./key.ts";
import type { Patience } from "./link.ts";
import type { Sender } from "./send.ts";
import type { Shell } from "./shell.ts";
import type { Spool } from "./spool.ts";

/** A sender for a config; the failure is a sentence about the key. */
export async function senderOf(
  config: Config,
  shell: Shell,
  spool: Spool,
  patience: Patience,
  signal?: AbortSignal,
): Promise<Result<Sender, string>> {
  const key = await loadKey(config.key, config.folder, shell.secrets);
  if (!key.ok) return key;
  const link = { worker: config.worker, state: config.state, key: key.value, now: shell.now, patience, signal };
  return ok({ config, link, spool, warn: shell.warn });
}
