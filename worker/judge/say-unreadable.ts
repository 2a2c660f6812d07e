/** The words of the notice that a site is not judged, because rows of the database cannot be read. */
import { type Alert, title } from "./say.ts";
import { list, nameOf } from "./words.ts";

const DAY_MS = 86_400_000;

/** One a day for each site, until its rows can be read; the id is the same all day. */
export function sayUnreadable(site: string, keys: readonly string[], now: number): Alert {
  const day = Math.floor(now / DAY_MS) * DAY_MS;
  const rows = list(keys.map(nameOf));
  return {
    kind: "notice",
    incidentId: `${site}/unreadable@${day}`,
    site,
    root: `site:${site}`,
    severity: "critical",
    title: title(`${site} is not judged: Tierwatch cannot read its row of ${rows}`),
    lines: [
      `What the database holds of ${rows} was changed by hand, or written by another version of the worker.`,
      `Until it can be read no deadline of ${site} is looked at, and nothing that goes wrong there is told. This comes again each day.`,
      "Next: deploy the newest version of the worker. If a row was changed by hand, change it back, or restore the database to a time before.",
    ],
    openedAt: now,
    at: now,
  };
}
