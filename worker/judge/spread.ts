/**
 * How a dataset is spread: the rule of three copies on two media, one of them off the site. The place it is born in counts
 * as a copy. Each tier is a medium of its own; one is off the site when its name says so. What is not fresh does not count.
 */
import type { ChainSummary, CopySummary } from "./summary.ts";
import { list } from "./words.ts";

export interface Spread {
  /** Copies that may be counted on now, the one it is born in included. */
  readonly copies: number;
  /** Of those, the tiers that are off the site. */
  readonly offsite: readonly string[];
  /** Tiers of copies that do not count now. */
  readonly away: readonly string[];
  /** Some of the copies that count are only claimed by their jobs. */
  readonly claimed: boolean;
  readonly kept: boolean;
}

const OFFSITE = /^(?:off-?site|cloud|remote|glacier|s3|b2)(?:-|$)|-(?:off-?site|cloud|remote)$/;

/** The spread of one dataset. `copies` may be of others as well. */
export function spreadOf({ dataset, tiers }: ChainSummary, copies: readonly CopySummary[]): Spread {
  const mine = copies.filter((copy) => copy.dataset === dataset && tiers.includes(copy.tier));
  const counts = mine.filter(({ status, recoveryAt }) => recoveryAt !== null && isThere(status));
  const offsite = counts.map(({ tier }) => tier).filter((tier) => OFFSITE.test(tier));
  const away = mine.filter((copy) => !counts.includes(copy)).map(({ tier }) => tier);
  const count = counts.length + 1;
  const claimed = counts.some(({ proven }) => !proven);
  return { copies: count, offsite, away, claimed, kept: count >= 3 && offsite.length > 0 };
}

function isThere(status: CopySummary["status"]): boolean {
  return status === "ok" || status === "late" || status === "degraded";
}

/** `4 copies on 4 media, one offsite`; with what is missing of the rule. */
export function spreadWords({ copies, offsite, away, claimed }: Spread): string {
  const there = copies === 1 ? "1 copy on 1 medium" : `${copies} copies on ${copies} media`;
  const off =
    offsite.length === 0 ? "none offsite" : offsite.length === 1 ? "one offsite" : `${offsite.length} offsite`;
  const lost = away.length === 0 ? "" : `; not counted: ${list(away)}`;
  return `${there}, ${off}${claimed ? ", some unproven" : ""}${lost}`;
}
