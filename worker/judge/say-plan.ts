/** The words of the notice about a plan that watches less than the one before. */
import { type Alert, title } from "./say.ts";
import { moment } from "./words.ts";

/** More than this nobody reads; the rest is counted. */
const SHOWN_MAX = 12;

/** `changes` are the loosenings, one line each; null when there are none. Of one plan there is one notice. */
export function sayLoosened(site: string, host: string, changes: readonly string[], now: number): Alert | null {
  if (changes.length === 0) return null;
  const more = changes.length - SHOWN_MAX;
  return {
    kind: "notice",
    incidentId: `${site}/plan:${host}@${now}`,
    site,
    root: `host:${host}`,
    severity: "warning",
    title: title(`${site}: ${host} asks to be watched less`),
    lines: [
      `At ${moment(now)} ${host} put a plan that watches less than the one before:`,
      ...changes.slice(0, SHOWN_MAX).map((change) => `- ${change}`),
      ...(more > 0 ? [`- and ${more} more`] : []),
      `If pusher.toml on ${host} was edited by you, nothing is wrong. If not, somebody else may hold that host's key: look at the host now.`,
    ],
    openedAt: now,
    at: now,
  };
}
