/**
 * Who hears what, and when. Pure: an alert and the channels' settings in, deliveries with the instant they are due out.
 *
 * What is due later than now is held: when its time comes the store drops it if nobody needs it any more (store/held.ts).
 * Whether a channel was told of an incident is known to the store alone, so a reminder goes out here in two forms: as
 * itself for a channel that was told, as the opening alert for one that was not. The store keeps the one that fits.
 */
import type { Digest } from "./digest.ts";
import { type Quiet, quietEnd } from "./quiet.ts";
import type { Alert } from "./say.ts";

export type Level = "notice" | "warning" | "critical";

const RANKS: Readonly<Record<Level, number>> = { notice: 0, warning: 1, critical: 2 };

/** What one channel is to hear. */
export interface Routing {
  readonly channel: string;
  readonly least: Level;
  /** Null: all. */
  readonly sites: readonly string[] | null;
  /** Null: all. */
  readonly tiers: readonly string[] | null;
  /** Holds back what is less than critical. */
  readonly quiet: Quiet | null;
  /** An opening alert waits so long for somebody to acknowledge it elsewhere. */
  readonly afterMs: number;
  /** What opens within `BATCH_MS` comes as one message. */
  readonly batches: boolean;
  readonly digest: Digest | null;
}

/** What a channel hears that says nothing of it: everything, at once. */
export function everything(channel: string): Routing {
  return { channel, least: "notice", sites: null, tiers: null, quiet: null, afterMs: 0, batches: false, digest: null };
}

/** One delivery that an alert asks for. */
export interface Routed {
  readonly alert: Alert;
  readonly channel: string;
  readonly dueAt: number;
  /** It waits so long from `dueAt` on for what else opens, or until what waits already goes out (store/routed.ts). */
  readonly batchMs?: number;
}

const BATCH_MS = 60_000;

/** Notices rank as loud as they are said (channels/urgency.ts). */
export function levelOf({ kind, severity }: Pick<Alert, "kind" | "severity">): Level {
  if (kind !== "notice") return severity;
  return severity === "critical" ? "warning" : "notice";
}

/** The deliveries of an alert that is said at `now`. `tiers` are those that its incident reaches. */
export function routesOf(
  alert: Alert,
  tiers: ReadonlySet<string>,
  routings: readonly Routing[],
  now: number,
): Routed[] {
  return routings.flatMap((routing) => {
    const { channel } = routing;
    const atOnce = { alert, channel, dueAt: outsideQuiet(routing, alert, now) };
    // Who was told that it opened is told that it is over, whatever the settings are by then.
    if (alert.kind === "closed") return [atOnce];
    if (!hears(routing, alert, tiers)) return [];
    const batch = routing.batches ? { batchMs: BATCH_MS } : {};
    const dueAt = outsideQuiet(routing, alert, now + routing.afterMs);
    const opening = { alert: asOpened(alert), channel, dueAt, ...batch };
    if (alert.kind === "opened") return [opening];
    return alert.kind === "reminder" ? [atOnce, opening] : [atOnce];
  });
}

/** The deliveries of a notice. One without a site is about Tierwatch itself, and so about all of them; none is of a tier. */
export function noticeRoutes(notice: Alert, routings: readonly Routing[]): Routed[] {
  return routings
    .filter((routing) => notice.site === "" || isOfSite(routing, notice))
    .filter((routing) => isLoudEnough(routing, notice))
    .map((routing) => ({ alert: notice, channel: routing.channel, dueAt: outsideQuiet(routing, notice, notice.at) }));
}

function hears(routing: Routing, alert: Alert, reached: ReadonlySet<string>): boolean {
  const { tiers } = routing;
  const touches = tiers === null || tiers.some((tier) => reached.has(tier));
  return touches && isLoudEnough(routing, alert) && isOfSite(routing, alert);
}

function isLoudEnough({ least }: Routing, alert: Alert): boolean {
  return RANKS[levelOf(alert)] >= RANKS[least];
}

function isOfSite({ sites }: Routing, { site }: Alert): boolean {
  return sites === null || sites.includes(site);
}

function outsideQuiet({ quiet }: Routing, alert: Alert, at: number): number {
  if (quiet === null || levelOf(alert) === "critical") return at;
  return quietEnd(quiet, at) ?? at;
}

/** What a channel first hears of an incident opens it there, whatever was said elsewhere before. */
function asOpened({ number: _, ...alert }: Alert): Alert {
  return { ...alert, kind: "opened" };
}
