/** What a host may know of the watches: its own, those of its jobs, and those of the copies that its jobs feed. */
import type { StatusAnswer } from "../../protocol/status.ts";
import { explain } from "./explain.ts";
import type { Spec, Watch } from "./watch.ts";

export function hostStatus(watches: readonly Watch[], host: string, now: number): StatusAnswer["watches"] {
  const order = ["host", "job", "copy"];
  return watches
    .filter(({ spec }) => isOf(spec, host))
    .map(({ key, spec, status, reason, dueAt }) => ({
      kind: spec.kind,
      name: nameIn(spec),
      status,
      reason: explain(key, reason, now),
      dueAt: dueAt === null ? null : new Date(dueAt).toISOString(),
    }))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.name < b.name ? -1 : 1));
}

function isOf(spec: Spec, host: string): boolean {
  return spec.kind === "copy" ? spec.feeds.some((feed) => feed.host === host) : spec.host === host;
}

function nameIn(spec: Spec): string {
  if (spec.kind === "copy") return `${spec.dataset}/${spec.tier}`;
  return spec.kind === "job" ? spec.job : spec.host;
}
