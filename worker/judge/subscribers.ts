/** What is wrong with the subscriptions of push channels, for the page: a channel that reaches nobody looks like one that works. */
import { type Alert, title } from "./say.ts";
import { moment } from "./words.ts";

export interface Subscriber {
  readonly channel: string;
  readonly name: string;
  readonly lastError: string | null;
  readonly goneAt: number | null;
}

/** One sentence a fault, channel by channel. */
export function subscriberFaults(channels: readonly string[], subscribers: readonly Subscriber[]): string[] {
  return channels.flatMap((channel) => {
    const own = subscribers.filter((one) => one.channel === channel);
    const living = own.filter(({ goneAt }) => goneAt === null);
    // Whoever subscribed again under the same name is not missed.
    const gone = own.filter(({ name, goneAt }) => goneAt !== null && living.every((other) => other.name !== name));
    const faults = [
      ...(living.length === 0 ? [nobody(channel)] : []),
      ...gone.map(({ name, goneAt }) => `"${name}" is gone since ${moment(goneAt ?? 0)}: subscribe it again`),
      ...living.flatMap(({ name, lastError }) => (lastError === null ? [] : [`"${name}": ${lastError}`])),
    ];
    return faults.map((fault) => `CHANNELS.${channel}: ${fault}`);
  });
}

/**
 * The notice that a push service knows a browser no more. `id` is the subscription's. Whoever is reached otherwise should
 * hear of it before the next incident, not in it.
 */
export function sayGone(id: string, channel: string, name: string, at: number): Alert {
  return {
    kind: "notice",
    incidentId: `push/${id}@${at}`,
    site: "",
    root: "monitor",
    severity: "warning",
    title: title(`“${name}” takes no more alerts of the channel ${channel}`),
    lines: [
      "Its push service says that it is gone: the browser or app was removed, its data cleared, or its leave withdrawn.",
      `If it is to hear of incidents again: npm run subscribe-code -- --channel ${channel} prints a link for it.`,
    ],
    openedAt: at,
    at,
  };
}

function nobody(channel: string): string {
  return `nobody subscribed yet, so it reaches nobody; npm run subscribe-code -- --channel ${channel} prints a link`;
}
