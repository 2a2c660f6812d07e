/** Destroys the snapshots that no policy keeps any more, on the source and on the target of a send. */
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
  const destroyed = new Set<string>();
  const tidied = (trouble: string | null): Tidied => ({
    destroyed: destroyed.size,
    kept: targets.value.filter(({ name }) => !destroyed.has(name)),
    trouble,
  });
  for (const { name } of doomed) {
    const ended = await act(context, "zfs", "destroy", name);
    if (ended.exitCode !== 0) return tidied(`pruning stopped: ${zfsTrouble(ended, name)}`);
    destroyed.add(name);
  }
  return tidied(null);
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
