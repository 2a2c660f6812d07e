/**
 * What opened within a minute, as one message: what is wrong comes first, one line an alert, so that a phone shows all of it; then
 * what each alert says, and last what they all say, as how old the data is.
 */
import { type Alert, title } from "./say.ts";

/** So many are told in full; of more their titles, and of still more how many they are. */
const TOLD_MAX = 5;
const TITLES_MAX = 20;

/** The key of a batch, by the instant at which its minute ended: it stands for an incident where there are several. */
export function batchKey(batchAt: number): string {
  return `batch@${batchAt}`;
}

/** The instant of a batch's key; null for the id of an incident. */
export function batchOf(key: string): number | null {
  const [, at] = /^batch@(\d+)$/.exec(key) ?? [];
  return at === undefined ? null : Number(at);
}

/** One alert of several, the loudest first; of one it is that alert itself. */
export function sayTogether(batchAt: number, alerts: readonly Alert[]): Alert | undefined {
  const sorted = [...alerts].sort(
    (a, b) => Number(b.severity === "critical") - Number(a.severity === "critical") || a.openedAt - b.openedAt,
  );
  const [first] = sorted;
  if (first === undefined || sorted.length === 1) return first;
  const { run: _, ...base } = first;
  const site = sorted.every((alert) => alert.site === first.site) ? first.site : "";
  const at = site === "" ? "" : ` at ${site}`;
  return {
    ...base,
    incidentId: batchKey(batchAt),
    incidents: sorted.map(({ incidentId }) => incidentId),
    site,
    title: title(`${sorted.length} alerts${at}: ${sorted.map((alert) => shortTitle(alert, site)).join("; ")}`),
    lines: linesOf(sorted),
    openedAt: Math.min(...sorted.map(({ openedAt }) => openedAt)),
    at: Math.max(...sorted.map((alert) => alert.at)),
  };
}

function linesOf(alerts: readonly Alert[]): string[] {
  const [first] = alerts;
  const shared = (first?.lines ?? []).filter((line) => alerts.every(({ lines }) => lines.includes(line)));
  const titles = alerts.slice(0, TITLES_MAX).map((alert, i) => `${i + 1}. ${alert.title}`);
  const more = alerts.length - titles.length;
  const told = alerts.slice(0, TOLD_MAX).flatMap(({ lines }, i) => {
    const own = lines.filter((line) => !shared.includes(line));
    return own.map((line, n) => (n === 0 ? `About ${i + 1}: ${line}` : line));
  });
  return [...titles, ...(more > 0 ? [`And ${more} more, on the status page.`] : []), ...told, ...shared];
}

/** Without the site, where all of them have the same. */
function shortTitle(alert: Alert, site: string): string {
  return alert.title.startsWith(`${site}: `) ? alert.title.slice(site.length + 2) : alert.title;
}
