/**
 * Whether a marker that lies in a tier stands for the whole copy there. Tools bring files in any order, and the marker may be
 * among the first: it counts when what brought it says that it is done. Who that is:
 * - where data is born, nobody: the marker is written there;
 * - a job of this host that carries to the tier: it looks for itself after its good run, and what it reported then is remembered;
 * - a tool that carries by itself, and that a job here can ask (`kind = "syncthing"` on its receiving side);
 * - else nobody whom this host can ask: the sampled files alone have to do.
 */
import { failed, ok, type Result } from "../protocol/result.ts";
import type { Config, DatasetConfig } from "./config.ts";
import type { Asking } from "./jobs/kind.ts";
import type { Marker } from "./marker.ts";
import { recall, reportedState } from "./state.ts";

/** The failure says why it does not count yet. */
export async function standsFor(
  config: Config,
  dataset: DatasetConfig,
  tier: string,
  marker: Marker,
  asking: Asking,
): Promise<Result<null, string>> {
  if (tier === dataset.born || wasWhole(config, dataset.name, tier, marker)) return ok(null);
  const carrier = config.jobs.find(
    ({ carries, prepared }) =>
      !prepared.follows && carries?.to === tier && carries.datasets.includes(dataset.name) && carries.from !== tier,
  );
  if (carrier !== undefined)
    return failed(`job ${carrier.name} carries it there, and has not ended well since it came`);
  const root = dataset.paths[tier];
  for (const { tier: looksAt, prepared } of root === undefined ? [] : config.jobs) {
    const answer = looksAt === tier && root !== undefined ? await prepared.arrived(root, asking) : ok(null);
    if (!answer.ok) return answer;
  }
  return ok(null);
}

/** True when this host has reported this very marker from there, and all its samples were well. */
export function wasWhole(config: Config, dataset: string, tier: string, { id }: Marker): boolean {
  const last = recall(config.state, "reported", reportedState)?.[`${dataset}/${tier}`];
  return last?.marker === id && last.complete;
}
