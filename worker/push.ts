/** One push of one alert to one subscription, and what its end says of that subscription. */
import type { PushChannel } from "./channels/kinds.ts";
import type { Message } from "./channels/message.ts";
import type { Outcome } from "./channels/outcome.ts";
import { sendWebPush } from "./channels/web-push.ts";
import { placeFault } from "./judge/address.ts";
import type { Routing } from "./judge/route.ts";
import type { Database } from "./store/database.ts";
import { livingSubscription, recordPush } from "./store/subscriptions.ts";

/** The channel that deliveries to `name/subscription` are of, and the subscription's id; empty where it is no push. */
export function targetOf(channel: string): { readonly name: string; readonly subscription: string } {
  const [name = "", subscription = ""] = channel.split("/");
  return { name, subscription };
}

/** `routings`: who is told when the browser is gone. */
export async function push(
  db: Database,
  channel: PushChannel,
  id: string,
  message: Message,
  routings: readonly Routing[],
): Promise<Outcome> {
  // It was written after the others of its channel were spread; the next sweep spreads it.
  if (id === "") return { kind: "retry", error: "not spread yet" };
  const to = await livingSubscription(db, id);
  if (to === null) return { kind: "refused", error: "no longer subscribed" };
  // It was checked when it came; the setting may have changed since.
  const fault = channel.allowPrivate ? undefined : placeFault(to.subscription.endpoint);
  if (fault !== undefined) return { kind: "refused", error: `its push service's address ${fault}` };
  const pushed = await sendWebPush(channel, to.subscription, message);
  const error = pushed.kind === "delivered" ? null : pushed.error;
  await recordPush(db, to, { error, gone: pushed.kind === "gone" }, routings, message.now);
  return pushed.kind === "gone" ? { kind: "refused", error: pushed.error } : pushed;
}
