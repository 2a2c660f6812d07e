/** The words of the notice that an owner took a host out of a site: whoever did it, all channels hear of it. */
import { type Alert, title } from "./say.ts";
import { list, moment, nameOf } from "./words.ts";

/** More than this nobody reads; the rest is counted. */
const SHOWN_MAX = 12;

/** `watches` are the keys of what is no longer watched; null when nothing of the host was. */
export function sayRemoved(
  { site, host }: { readonly site: string; readonly host: string },
  watches: readonly string[],
  by: string,
  now: number,
): Alert | null {
  if (watches.length === 0) return null;
  return {
    kind: "notice",
    incidentId: `${site}/removed:${host}@${now}`,
    site,
    root: `host:${host}`,
    severity: "warning",
    title: title(`${site}: the host ${host} was removed`),
    lines: [
      `At ${moment(now)} ${by} took ${host} out of ${site}. Its key is revoked.`,
      `No longer watched: ${list(watches.map(nameOf), SHOWN_MAX)}.`,
      "If nobody meant it, add the host again on the page /owner/hosts, and look there at who gets in.",
    ],
    openedAt: now,
    at: now,
  };
}
