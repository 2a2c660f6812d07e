/** Asks `zpool status` of one pool, in the way that its version understands. It answers on a suspended pool too. */
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { JobContext } from "./job.ts";
import { ask } from "./zfs-call.ts";
import type { PoolHealth } from "./zfs-pool.ts";
import { parseStatusJson } from "./zfs-status-json.ts";
import { parseStatusText } from "./zfs-status-text.ts";
import { isNoSuchPool, zfsTrouble } from "./zfs-trouble.ts";

export interface Missing {
  /** That there is no such pool, in words. */
  readonly missing: string;
}

/** JSON where the version has it (2.3), else text. Asking for JSON is the only safe probe: 2.1's `version -j` lies. */
export async function statusOf(pool: string, context: JobContext): Promise<Result<PoolHealth | Missing, string>> {
  const json = await ask(context, "zpool", "status", "-j", "--json-int", pool);
  if (json.exitCode === 0) {
    const health = parseStatusJson(json.stdout, pool);
    if (health !== null) return ok(health);
  }
  if (json.startError !== undefined || json.timedOut) return failed(zfsTrouble(json, `pool ${pool}`));
  const text = await ask(context, "zpool", "status", pool);
  const health = text.exitCode === 0 ? parseStatusText(text.stdout, pool) : null;
  if (health !== null) return ok(health);
  const trouble = zfsTrouble(text, `pool ${pool}`);
  return isNoSuchPool(text) ? ok({ missing: trouble }) : failed(trouble);
}
