/** Destroys the snapshots that no policy keeps any more, on the source and on the target of a send. */
import type { JobContext } from "./job.ts";
import type { KindContext, Policy } from "./kind.ts";
import { act } from "./zfs-call.ts";
import { prunable } from "./zfs-prune.ts";
import { listSnapshots, newestCommon, type Snapshot } from "./zfs-snapshots.ts";
import { zfsTrouble } from "./zfs-trouble.ts";

export interface Side {
  readonly dataset: string;
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
export async function tidy(source: Side, target: Side, prefix: string, context: KindContext): Promise<Tidied> {
  const sources = await listSnapshots(source.dataset, context);
  if (!sources.ok) return { destroyed: 0, kept: null, trouble: `nothing was pruned: ${sources.failure}` };
  const targets = await listSnapshots(target.dataset, context);
  if (!targets.ok) return { destroyed: 0, kept: null, trouble: `nothing was pruned: ${targets.failure}` };
  const common = newestCommon(sources.value, targets.value);
  const needed = new Set(common === null ? [] : [common.guid]);
  const doomed = [
    ...doomedOf(source, sources.value, needed, prefix),
    ...doomedOf(target, targets.value, needed, prefix),
  ];
  const { destroyed, trouble } = await destroyAll(doomed, context);
  return { destroyed: destroyed.size, kept: targets.value.filter(({ name }) => !destroyed.has(name)), trouble };
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
