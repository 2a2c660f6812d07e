/** One night of the site: its three jobs one after another, each by the real pusher, and one line on how it went. */
import { lastLine } from "./children.ts";
import type { Host } from "./hosts.ts";
import type { Say } from "./say.ts";
import { isSettled, settledStatus, statusLine } from "./status.ts";

/** How long the worker may take after the last job until its verdict is looked at. */
const VERDICT_MAX_MS = 10_000;

export interface Site {
  readonly corenas: Host;
  readonly winvm: Host;
  readonly worker: string;
}

/** Runs a night and says how it went; true when every tier is ok after it. */
export async function runNight(site: Site, night: number, say: Say): Promise<boolean> {
  const jobs = [
    [site.corenas, "nightly"],
    [site.corenas, "sync"],
    [site.winvm, "offsite"],
  ] as const;
  const took: string[] = [];
  for (const [host, job] of jobs) {
    const startedAt = Date.now();
    const ended = await host.pusher("run", job);
    took.push(`${job} ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    if (ended.code === 0) continue;
    say.trouble(`night ${night}: ${job} on ${host.name} failed (exit ${ended.code}): ${lastLine(ended)}`);
    say.trouble(
      `  The worker was told of it; the next night tries again. \`pusher status\` in ${host.folder} says more.`,
    );
  }
  const status = await settledStatus(site.worker, VERDICT_MAX_MS);
  const verdict = status === undefined ? "the worker does not answer" : statusLine(status, Date.now());
  say.line(`night ${night}: ${took.join(", ")}; ${verdict}`);
  return status !== undefined && isSettled(status);
}
