/** Destroys the snapshots that no policy keeps any more, on the source and on the target of a send. */
import type { JobContext } from "./job.ts";
import type { Policy } from "./kind.ts";
import { act } from "./zfs-call.ts";
import { prunable } from "./zfs-prune.ts";
import { listSnapshots, newestCommon, type Snapshot } from "./zfs-snapshots.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

export interface Side {
  readonly dataset: string;
  /** Runs programs where the dataset is. */
  readonly context: JobContext;
  /** Absent: nothing is destroyed there. */
  readonly policy: Policy | undefined;
}

export interface Tidied {
  readonly destroyed: number;
  /** What is on the target afterwards; null when it could not be listed. */
  readonly kept: readonly Snapshot[] | null;
  /** Why it stopped, or null. */
  readonly trouble: string | null;
}

/** Prunes both sides; only snapshots whose name begins with `prefix`, and never the newest that both sides have. */
export async function tidy(source: Side, target: Side, prefix: string): Promise<Tidied> {
  const sources = await listSnapshots(source.dataset, source.context);
  if (!sources.ok) return { destroyed: 0, kept: null, trouble: `nothing was pruned: ${sources.failure}` };
  const targets = await listSnapshots(target.dataset, target.context);
  if (!targets.ok) return { destroyed: 0, kept: null, trouble: `nothing was pruned: ${targets.failure}` };
  const common = newestCommon(sources.value, targets.value);
  const needed = new Set(common === null ? [] : [common.guid]);
  const here = await destroyAll(doomedOf(source, sources.value, needed, prefix), source.context);
  if (here.trouble !== null) return { destroyed: here.destroyed.size, kept: targets.value, trouble: here.trouble };
  const there = await destroyAll(doomedOf(target, targets.value, needed, prefix), target.context);
  return {
    destroyed: here.destroyed.size + there.destroyed.size,
    kept: targets.value.filter(({ name }) => !there.destroyed.has(name)),
    trouble: there.trouble,
  };
}

interface Destroyed {
  /** Names. */
  readonly destroyed: ReadonlySet<string>;
  /** Why it stopped, or null. */
  readonly trouble: string | null;
}

/** Destroys snapshots one by one, never what depends on them; stops at the first that cannot be destroyed. */
export async function destroyAll(doomed: readonly Snapshot[], context: JobContext): Promise<Destroyed> {
  const destroyed = new Set<string>();
  for (const { name } of doomed) {
    const ended = await act(context, "zfs", "destroy", name);
    if (ended.exitCode !== 0) return { destroyed, trouble: `pruning stopped: ${zfsTrouble(ended, name)}` };
    destroyed.add(name);
  }
  return { destroyed, trouble: null };
}

function doomedOf(
  { dataset, policy }: Side,
  snapshots: readonly Snapshot[],
  needed: ReadonlySet<string>,
  prefix: string,
): Snapshot[] {
  if (policy === undefined) return [];
  return prunable(snapshots, policy, needed, (name) => name.startsWith(`${dataset}@${prefix}`));
}
