/** Makes a received copy readable at its mountpoint: jobs read it there, and so is its marker seen. */
import type { JobContext } from "./job.ts";
import { act, ask } from "./zfs-call.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

/**
 * Mounts the target unless its properties say that it is not to be mounted. Receives are done with `-u`, so that a mountpoint
 * in trouble does not look like a copy that did not arrive. Answers what was in the way, or null.
 */
export async function makeReadable(target: string, isFuse: boolean, context: JobContext): Promise<string | null> {
  const asked = await ask(context, "zfs", "get", "-H", "-o", "property,value", "canmount,mountpoint,mounted", target);
  if (asked.exitCode !== 0) return zfsTrouble(asked, target);
  const of = new Map(asked.stdout.split("\n").map((line) => pairOf(line)));
  // A volume has none of the three.
  if (of.get("canmount") !== "on" || !of.get("mountpoint")?.startsWith("/")) return null;
  if (of.get("mounted") === "yes") {
    if (!isFuse) return null;
    // zfs-fuse may go on showing the files of before the receive until it is mounted anew.
    const unmounted = await ask(context, "zfs", "unmount", target);
    if (unmounted.exitCode !== 0) return `the files of before may still be shown: ${zfsTrouble(unmounted, target)}`;
  }
  const mounted = await act(context, "zfs", "mount", target);
  return mounted.exitCode === 0 ? null : `what arrived cannot be read: ${zfsTrouble(mounted, target)}`;
}

function pairOf(line: string): [string, string] {
  const [property = "", value = ""] = line.split("\t");
  return [property, value];
}
