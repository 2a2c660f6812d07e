/** Is the target of a send safe from being changed by those who only read it? */
import type { Finding } from "../doctor/finding.ts";
import type { Ended, JobContext } from "./job.ts";
import { ask } from "./zfs-call.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

/**
 * With `atime` on, each read of a file writes its time of access: the dataset then counts as modified, and ZFS refuses to
 * receive into it (zfsprops(7), zfs-receive(8)). A target that is not there yet will have what its parent has.
 */
export async function checkTarget(target: string, context: Pick<JobContext, "exec">): Promise<Finding[]> {
  let dataset = target;
  let asked = await properties(dataset, context);
  if (/does not exist/.test(asked.stderr) && target.includes("/")) {
    dataset = target.slice(0, target.lastIndexOf("/"));
    asked = await properties(dataset, context);
  }
  // That the program is missing is told of every job that needs it.
  if (asked.startError !== undefined) return [];
  if (asked.exitCode !== 0) return [{ what: target, fault: zfsTrouble(asked, dataset) }];
  const [atime, readonly] = asked.stdout.split("\n");
  if (atime !== "on" || readonly === "on") return [{ what: `reading ${target} does not change it` }];
  const why = "atime is on and readonly is off, so reading a file there counts as a change and the next receive fails";
  // On the parent of a target that is not there yet, readonly=on would keep ZFS from making the folder to mount it at.
  const remedy = dataset === target ? "readonly=on" : "atime=off";
  return [{ what: target, fault: `${why}; run: zfs set ${remedy} ${dataset}` }];
}

function properties(dataset: string, context: Pick<JobContext, "exec">): Promise<Ended> {
  return ask(context, "zfs", "get", "-H", "-o", "value", "atime,readonly", dataset);
}
