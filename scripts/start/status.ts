/** What the worker's status.json says of the site, and one line of it for the owner. */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";

const POLL_MS = 300;

const siteStatus = z.object({
  name: z.string(),
  tiers: z.array(z.object({ name: z.string(), status: z.string() })),
  copies: z.array(
    z.object({ dataset: z.string(), tier: z.string(), proven: z.boolean(), recoveryAt: z.nullable(z.string()) }),
  ),
  jobs: z.array(z.unknown()),
});
const status = z.object({ sites: z.array(siteStatus) });
export type SiteStatus = z.infer<typeof siteStatus>;

/** The site as the worker sees it now, or undefined when it does not answer. */
export async function readStatus(worker: string): Promise<SiteStatus | undefined> {
  try {
    const answer = await fetch(new URL("/status.json", worker));
    return answer.ok ? z.parse(status, await answer.json()).sites[0] : undefined;
  } catch {
    return undefined;
  }
}

export function isSettled(site: SiteStatus): boolean {
  return site.tiers.every((tier) => tier.status === "ok") && site.copies.every(({ proven }) => proven);
}

/** The status as soon as the site is settled, or as it is after `maxMs`: the worker judges a moment after it records. */
export async function settledStatus(worker: string, maxMs: number): Promise<SiteStatus | undefined> {
  for (const until = Date.now() + maxMs; ; await sleep(POLL_MS)) {
    const site = await readStatus(worker);
    if ((site !== undefined && isSettled(site)) || Date.now() > until) return site;
  }
}

/** `all tiers ok; offsite holds apps of 9 s ago and photos of 8 s ago, proven`. */
export function statusLine(site: SiteStatus, now: number): string {
  const bad = site.tiers.filter((tier) => tier.status !== "ok").map((tier) => `${tier.name} is ${tier.status}`);
  const last = site.tiers.at(-1)?.name;
  const ages = site.copies.flatMap(({ dataset, tier, proven, recoveryAt }) => {
    if (tier !== last || recoveryAt === null) return [];
    const age = Math.max(0, Math.round((now - Date.parse(recoveryAt)) / 1000));
    return [`${dataset} of ${age} s ago${proven ? "" : " (not proven)"}`];
  });
  const tiers = bad.length === 0 ? "all tiers ok" : bad.join(", ");
  return ages.length === 0 ? tiers : `${tiers}; ${last} provably holds ${ages.join(" and ")}`;
}
