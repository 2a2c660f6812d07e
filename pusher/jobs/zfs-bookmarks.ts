/**
 * Bookmarks: what an incremental send can go on from after its snapshot is gone from the source (zfs-bookmark(8)). They take no
 * space. Each job of zfs-send keeps one, of the last snapshot that it proved to be on its target.
 */
import type { JobContext } from "./job.ts";
import { ask } from "./zfs-call.ts";
import type { Snapshot } from "./zfs-snapshots.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

/** Bookmarks of a dataset in the order in which their snapshots came to be; none where this version knows none. */
export async function listBookmarks(dataset: string, context: JobContext): Promise<Snapshot[]> {
  const columns = "name,guid,createtxg,creation";
  const { stdout } = await ask(context, "zfs", "list", "-H", "-p", "-t", "bookmark", "-d", "1", "-o", columns, dataset);
  const found = stdout.split("\n").flatMap((line) => {
    const [name, guid, createtxg, creation] = line.split("\t");
    if (name === undefined || !name.startsWith(`${dataset}#`) || guid === undefined) return [];
    return [{ txg: Number(createtxg), name, guid, createdAt: Number(creation) * 1000, held: false }];
  });
  return found.sort((a, b) => a.txg - b.txg).map(({ txg: _, ...bookmark }) => bookmark);
}

/**
 * Bookmarks a snapshot that has arrived, under the job's own name, and takes the job's older bookmarks away. Without it the next
 * send goes on from the snapshot itself, so trouble (a user without the right to bookmark) is only logged.
 */
export async function bookmark(snapshotName: string, context: JobContext & { readonly job: string }): Promise<void> {
  const [dataset = "", snapshot = ""] = snapshotName.split("@");
  const own = `${dataset}#tierwatch-job-${context.job}-`;
  const name = `${own}${snapshot}`;
  const made = await ask(context, "zfs", "bookmark", snapshotName, name);
  if (made.exitCode !== 0) return context.log(`no bookmark was made: ${zfsTrouble(made, snapshotName)}`);
  for (const { name: old } of await listBookmarks(dataset, context)) {
    if (old === name || !old.startsWith(`${own}tierwatch-`)) continue;
    const ended = await ask(context, "zfs", "destroy", old);
    if (ended.exitCode !== 0) return context.log(`an old bookmark stays: ${zfsTrouble(ended, old)}`);
  }
}
