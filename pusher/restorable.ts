/** Where a restore drill gets a dataset's files from, by what pusher.toml says of its tiers. */
import { failed, ok, type Result } from "../protocol/result.ts";
import type { Config, DatasetConfig } from "./config.ts";
import type { KindContext, Restorable } from "./jobs/kind.ts";

/**
 * How `dataset` is read in `tier`. A fetch gets the environment of the job that carries the dataset there, as it does after that
 * job's runs; the nearer copy is the one which that job reads, else any that this host sees.
 */
export function restorableOf(
  config: Pick<Config, "datasets" | "jobs">,
  dataset: string,
  tier: string | undefined,
  context: Pick<KindContext, "secret">,
): Result<Restorable, string> {
  const found = config.datasets.find(({ name }) => name === dataset);
  if (found === undefined || tier === undefined) return failed(`there is no dataset ${dataset} to restore`);
  const carrier = config.jobs.find(({ carries }) => carries?.to === tier && carries.datasets.includes(dataset));
  const nearer = nearerOf(found, tier, carrier?.carries?.from);
  const root = found.paths[tier];
  if (root !== undefined) return ok({ tier, root, ...nearer });
  const fetch = found.fetch[tier];
  if (fetch === undefined) return failed(`${dataset} has no fetch for ${tier}`);
  const env = carrier === undefined ? ok({}) : carrier.prepared.environment(context);
  return env.ok ? ok({ tier, fetch, env: env.value, ...nearer }) : env;
}

function nearerOf({ paths }: DatasetConfig, tier: string, from: string | undefined): { readonly nearer?: string } {
  const others = Object.entries(paths).filter(([name]) => name !== tier);
  const nearer = (others.find(([name]) => name === from) ?? others[0])?.[1];
  return nearer === undefined ? {} : { nearer };
}
