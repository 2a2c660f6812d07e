/** What vouches for a copy, in words. */
import type { CopySummary } from "../judge/summary.ts";

/** A good proof has no missing or differing file: what did not match was written again meanwhile. */
export function proofText({ proven, sampled, matched }: Pick<CopySummary, "proven" | "sampled" | "matched">): string {
  if (!proven) return "unproven: only the job says so";
  if (sampled === 0) return "marker seen, no file sampled";
  const changed = sampled - matched;
  const rest = changed === 0 ? "" : `, ${changed} written again since`;
  return `${matched} of ${sampled} sampled files verified${rest}`;
}
