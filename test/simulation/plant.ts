/** Plays the real code with one line changed. */
import type { Problem } from "./history.ts";
import { judgeHistory } from "./oracle.ts";
import type { PlantedBug } from "./planted.ts";
import { AS_IT_IS, type Bundles, bundlesOf } from "./world/bundle.ts";
import { sitesOf } from "./world/sites.ts";
import { play } from "./world/world.ts";

/** The programs with the changed line in its file, and nothing anywhere else. */
export function planted({ file, text, replacement }: PlantedBug): Promise<Bundles> {
  return bundlesOf((path, source) => (path === file ? source.replace(text, () => replacement) : source));
}

export function sound(): Promise<Bundles> {
  return bundlesOf(AS_IT_IS);
}

/** What the oracle finds in the stretch of one site. */
export async function problemsIn(bundles: Bundles, { site, ...stretch }: PlantedBug["seen"]): Promise<Problem[]> {
  const sites = sitesOf(stretch.seed).filter((one) => one.site === site);
  return judgeHistory((await play(bundles, { ...stretch, sites })).history);
}
