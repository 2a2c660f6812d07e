/** How far an incident reaches: its root and all that hangs on it, down every chain. */
import { hostKey, siteKey, type Watch } from "./watch.ts";

/** The tiers that the root of an incident touches, itself or by what hangs on it. `watches` are all of its site. */
export function tiersReached(site: string, root: string, watches: readonly Watch[]): Set<string> {
  if (root === siteKey(site)) return new Set(watches.flatMap(tiersOf));
  const reached = new Set(watches.filter(({ key }) => key === root));
  // A set hands out what is added to it while it is walked.
  for (const cause of reached) {
    for (const watch of watches) if (hangsOn(watch, cause)) reached.add(watch);
  }
  return new Set([...reached].flatMap(tiersOf));
}

/** The tiers that a watch itself is about. */
export function tiersOf({ spec }: Watch): string[] {
  switch (spec.kind) {
    case "host":
      return [];
    case "job":
      return [spec.from, spec.to, spec.tier].filter((tier) => tier !== undefined);
    case "copy":
      return [spec.tier];
  }
}

function hangsOn({ spec }: Watch, cause: Watch): boolean {
  if (spec.kind === "job") return cause.key === hostKey(spec.host);
  if (spec.kind !== "copy") return false;
  const { spec: of, key: causeKey } = cause;
  if (of.kind !== "copy") return spec.feeds.some(({ key }) => key === causeKey);
  return spec.dataset === of.dataset && spec.feeds.some(({ from }) => from === of.tier);
}
