/** Which snapshots may go under a policy. Pure; destroys nothing itself. */
import type { Policy } from "./kind.ts";
import type { Snapshot } from "./zfs-snapshots.ts";

type Period = keyof Policy;

/** The period an instant falls into, as a text that is the same for all of the period; UTC. */
const PERIODS: Readonly<Record<Period, (at: Date) => string>> = {
  hourly: (at) => at.toISOString().slice(0, 13),
  daily: (at) => at.toISOString().slice(0, 10),
  weekly: (at) => String(Math.floor((at.getTime() / 86_400_000 + 3) / 7)),
  monthly: (at) => at.toISOString().slice(0, 7),
  yearly: (at) => at.toISOString().slice(0, 4),
};
const NAMES: readonly Period[] = ["hourly", "daily", "weekly", "monthly", "yearly"];

/**
 * Of snapshots, oldest first, those that no rule of the policy keeps: of each period the newest is kept, for as many periods
 * as it says. Never among them: held ones, the newest of all, those in `needed` (common to both sides), and those not ours.
 */
export function prunable(
  snapshots: readonly Snapshot[],
  policy: Policy,
  needed: ReadonlySet<string>,
  isOurs: (name: string) => boolean,
): Snapshot[] {
  const newestFirst = snapshots.filter(({ name }) => isOurs(name)).reverse();
  // The sort is stable: of two of one second the later stays before the earlier.
  const ours = newestFirst.sort((a, b) => b.createdAt - a.createdAt);
  const kept = new Set(ours.slice(0, 1).map(({ name }) => name));
  for (const period of NAMES)
    for (const { name } of newestOf(ours, PERIODS[period], policy[period] ?? 0)) kept.add(name);
  return ours.filter(({ name, guid, held }) => !held && !kept.has(name) && !needed.has(guid)).reverse();
}

function newestOf(newestFirst: readonly Snapshot[], period: (at: Date) => string, count: number): Snapshot[] {
  const seen = new Set<string>();
  return newestFirst.filter(({ createdAt }) => {
    const of = period(new Date(createdAt));
    if (seen.has(of) || seen.size >= count) return false;
    seen.add(of);
    return true;
  });
}
