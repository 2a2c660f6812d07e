/** What markers show of one run. (Markers follow; so far a run has no evidence but its exit.) */
import type { Config, JobConfig } from "./config.ts";
import type { JobOutcome } from "./jobs/job.ts";
import type { KindContext } from "./jobs/kind.ts";
import { type Found, NOTHING_FOUND } from "./record.ts";

export interface Evidence {
  readonly before: Found;
  readonly after: (outcome: JobOutcome) => Promise<{ readonly outcome: JobOutcome; readonly found: Found }>;
}

export async function evidenceOf(
  _config: Config,
  _job: JobConfig,
  _context: KindContext,
  _newId: () => string,
): Promise<Evidence> {
  return { before: NOTHING_FOUND, after: async (outcome) => ({ outcome, found: NOTHING_FOUND }) };
}
