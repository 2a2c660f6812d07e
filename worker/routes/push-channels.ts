/** Channels whose targets are browsers that subscribed, and what is wrong with those. */
import { subscriberFaults } from "../judge/subscribers.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { subscribersOf } from "../store/subscriptions.ts";

export type PushChannel = Extract<Settings["channels"][number], { readonly kind: "push" }>;

export function pushChannels({ channels }: Settings): PushChannel[] {
  return channels.flatMap((channel) => (channel.kind === "push" ? [channel] : []));
}

/** Every fault of the settings, and of who is to be reached by them. */
export async function allFaults(db: Database, settings: Settings): Promise<string[]> {
  const names = pushChannels(settings).map(({ name }) => name);
  return [...settings.faults, ...subscriberFaults(names, await subscribersOf(db, names))];
}
