/** What `doctor` asks ZFS: are the pools and datasets there that the settings name? On a suspended pool it gives up. */
import type { Finding } from "../doctor/finding.ts";
import type { JobContext } from "./job.ts";
import { ask } from "./zfs-call.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

type Exec = Pick<JobContext, "exec">;

export function checkPool(pool: string, context: Exec): Promise<Finding[]> {
  return there(`pool ${pool}`, ["zpool", "list", "-H", "-o", "name", pool], pool, context);
}

export async function checkDatasets(datasets: readonly string[], context: Exec): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const name of datasets) {
    found.push(...(await there(`dataset ${name}`, ["zfs", "list", "-H", "-o", "name", name], name, context)));
  }
  return found;
}

async function there(what: string, argv: readonly string[], subject: string, context: Exec): Promise<Finding[]> {
  const ended = await ask(context, ...argv);
  // That the program is missing is told of every job that needs it.
  if (ended.startError !== undefined) return [];
  return [ended.exitCode === 0 ? { what: `${what} is there` } : { what, fault: zfsTrouble(ended, subject) }];
}
