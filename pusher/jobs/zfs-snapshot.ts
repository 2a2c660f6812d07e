/**
 * `kind = "zfs-snapshot"`: takes a snapshot of one dataset, and destroys of those that it took itself what the policy `keep`
 * no longer keeps. Never destroyed: what is held or has a clone, and of each of `replicas` the newest snapshot that it has in
 * common with the dataset, without which the next incremental send would not work. Where a replica cannot be asked, or waits
 * for a broken-off receive to be continued, nothing is destroyed: what it needs is not known.
 *
 * Its names begin with other letters than those of zfs-send, so that neither prunes the other's.
 */
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";
import { datasetName } from "./zfs-fields.ts";
import { prunable } from "./zfs-prune.ts";
import { tokenOf } from "./zfs-resume.ts";
import { listSnapshots, newestCommon, type Snapshot, takeSnapshot } from "./zfs-snapshots.ts";
import { destroyAll } from "./zfs-tidy.ts";

const PREFIX = "auto-tierwatch-";

const settings = z.strictObject({
  dataset: datasetName,
  /** Name of the policy: which snapshots are kept. */
  keep: z.string(),
  /** Datasets on this machine that another tool fills from this one (syncoid, zrepl). */
  replicas: z.optional(z.array(datasetName)),
});
type Settings = z.infer<typeof settings>;

export const zfsSnapshot = defineKind({
  settings,
  programs: () => ["zfs"],
  check: async (own, context) => {
    const { checkDatasets } = await import("./check-zfs.ts");
    return checkDatasets([own.dataset, ...(own.replicas ?? [])], context);
  },
  policies: ({ keep }) => [keep],
  run: async (own, context) => {
    const made = await takeSnapshot(own.dataset, PREFIX, context);
    if (!made.ok) return { status: "failed", reason: made.failure };
    const snapshots = await listSnapshots(own.dataset, context);
    if (!snapshots.ok) return { status: "failed", reason: snapshots.failure };
    const stands = snapshots.value.some(({ name }) => name === made.value);
    return stands
      ? prune(own, snapshots.value, context)
      : { status: "failed", reason: `${made.value} was taken and is not there` };
  },
});

/** What comes after the snapshot stands: its trouble is a warning. */
async function prune(own: Settings, snapshots: readonly Snapshot[], context: KindContext): Promise<JobOutcome> {
  const done: JobOutcome = { status: "succeeded", exitCode: 0, deletions: 0 };
  const needed = await neededBy(own.replicas ?? [], snapshots, context);
  if (!needed.ok) return { ...done, status: "warned", reason: `nothing was pruned: ${needed.failure}` };
  const policy = context.policy(own.keep) ?? {};
  const doomed = prunable(snapshots, policy, needed.value, (name) => name.startsWith(`${own.dataset}@${PREFIX}`));
  const { destroyed, trouble } = await destroyAll(doomed, context);
  const pruned: JobOutcome = { ...done, deletions: destroyed.size };
  return trouble === null ? pruned : { ...pruned, status: "warned", reason: trouble };
}

/** The guids of the snapshots that replications go on from. */
async function neededBy(
  replicas: readonly string[],
  snapshots: readonly Snapshot[],
  context: KindContext,
): Promise<Result<ReadonlySet<string>, string>> {
  const needed = new Set<string>();
  for (const replica of replicas) {
    const theirs = await listSnapshots(replica, context);
    if (!theirs.ok) return theirs;
    const waiting = await tokenOf(replica, context);
    if (!waiting.ok) return waiting;
    if (waiting.value.token !== null) return failed(`a receive into ${replica} broke off and waits to be continued`);
    const common = newestCommon(snapshots, theirs.value);
    if (common !== null) needed.add(common.guid);
  }
  return ok(needed);
}
