/** Where to look first when an incident is open: one instruction for a person who was just woken by it. */
import { ownReason } from "./own-reason.ts";
import type { IncidentSummary } from "./summary.ts";
import { siteKey } from "./watch.ts";
import { nameOf } from "./words.ts";

export function nextStep(
  { root, subject, reason }: Pick<IncidentSummary, "root" | "subject" | "reason">,
  site: string,
): string {
  if (root === siteKey(site)) {
    return `See whether power and network are up at ${site}; then run the pusher's \`doctor\` on any host there.`;
  }
  if (root.startsWith("host:")) {
    return `See whether ${nameOf(root)} is up and online; then run the pusher's \`doctor\` on it.`;
  }
  const own = ownReason(reason);
  if (own.code === "mismatch") {
    return "Compare the named files in both tiers before the next run overwrites the good ones.";
  }
  const { host, job } = partsOf(root);
  if (host === null) return `Run the pusher's \`status\` on the hosts that feed ${nameOf(subject)}.`;
  switch (own.code) {
    case "run":
    case "too_fast":
      return `On ${host}: run the pusher's \`status\`, mend what it names, then \`run ${job}\`.`;
    case "overrun":
      return `On ${host}: see whether ${job} still runs or the machine went down under it (pusher's \`status\`); then \`run ${job}\`.`;
    case "anomaly":
      return `On ${host}: look at what ${job} moved before more of the good versions are overwritten; if all is as it should be, the next usual run closes this.`;
    case "depth":
      return `On ${host}: see what pruned or deleted versions of ${nameOf(subject)}; hold what is left before you run ${job} again.`;
    case "reading":
      return `On ${host}: look at what the reading names, then \`run ${job}\` to read it again.`;
    default:
      return subject.startsWith("copy:")
        ? `On ${host}: run the pusher's \`status\` and see whether ${job} still moves data; then \`run ${job}\`.`
        : `On ${host}: see whether its scheduler starts ${job} (pusher's \`status\`), then \`run ${job}\`.`;
  }
}

function partsOf(root: string): { host: string | null; job: string } {
  const [, host = null, job = ""] = /^job:([^/]*)\/(.*)$/.exec(root) ?? [];
  return { host, job };
}
