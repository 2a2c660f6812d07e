/** `/v1/subscriptions`: browsers come in with a one-time code, change their address, and leave (protocol/subscription.ts). */
import { Hono } from "hono";
import type * as z from "zod/mini";
import { type Refusal, refuse } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import {
  holder,
  type Offer,
  offerRequest,
  renewalRequest,
  SUBSCRIPTION_MAX_BYTES,
  type Subscribed,
  subscribeRequest,
} from "../../protocol/subscription.ts";
import { placeFault } from "../judge/address.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { endSubscription, findSubscribeCode, renewSubscription, subscribe } from "../store/subscriptions.ts";
import { readJson } from "./body.ts";
import type { AppEnv } from "./context.ts";
import { hashOf } from "./hash.ts";
import { type PushChannel, pushChannels } from "./push-channels.ts";

/** 128 bits of a hash in base64url. */
const ID_CHARS = 22;
const STRANGER = { code: "not_found", detail: "this browser is not subscribed" } as const;

export function subscriptionRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post("/offer", async (c) => {
    const { db, settings, now } = c.env;
    const read = await readSmall(c.req.raw, offerRequest);
    if (!read.ok) return refuse(read.failure, now);
    const invited = await invitation(db, settings, read.value.code, now);
    if (!invited.ok) return refuse(invited.failure, now);
    const { channel, usedBy } = invited.value;
    if (usedBy !== null) return refuse({ code: "code_refused" }, now);
    const answer: Offer = { channel: channel.name, publicKey: channel.public_key };
    return c.json(answer);
  });
  routes.post("/", async (c) => {
    const { db, settings, now } = c.env;
    const read = await readSmall(c.req.raw, subscribeRequest);
    if (!read.ok) return refuse(read.failure, now);
    const { code, name, subscription } = read.value;
    const fault = endpointFault(settings, subscription.endpoint);
    if (fault !== undefined) return refuse(fault, now);
    const invited = await invitation(db, settings, code, now);
    if (!invited.ok) return refuse(invited.failure, now);
    const { channel, codeHash } = invited.value;
    const id = (await hashOf(`${channel.name} ${subscription.endpoint}`)).slice(0, ID_CHARS);
    if (!(await subscribe(db, { codeHash, id, name, subscription }, now))) return refuse({ code: "code_refused" }, now);
    const answer: Subscribed = { channel: channel.name, name };
    return c.json(answer, 201);
  });
  routes.post("/renewal", async (c) => {
    const { db, settings, now } = c.env;
    const read = await readSmall(c.req.raw, renewalRequest);
    if (!read.ok) return refuse(read.failure, now);
    const { old, subscription } = read.value;
    const fault = endpointFault(settings, subscription.endpoint);
    if (fault !== undefined) return refuse(fault, now);
    return (await renewSubscription(db, old, subscription)) ? c.body(null, 204) : refuse(STRANGER, now);
  });
  routes.post("/end", async (c) => {
    const { db, now } = c.env;
    const read = await readSmall(c.req.raw, holder);
    if (!read.ok) return refuse(read.failure, now);
    return (await endSubscription(db, read.value)) ? c.body(null, 204) : refuse(STRANGER, now);
  });
  routes.all("/*", (c) => refuse({ code: "method_not_allowed", detail: "use POST" }, c.env.now));
  return routes;
}

function readSmall<Schema extends z.ZodMiniType>(
  request: Request,
  schema: Schema,
): Promise<Result<z.infer<Schema>, Refusal>> {
  return readJson(request, schema, SUBSCRIPTION_MAX_BYTES);
}

interface Invitation {
  readonly channel: PushChannel;
  readonly codeHash: string;
  readonly usedBy: string | null;
}

/** What a code lets a browser into; whether it was used is still to be asked. */
async function invitation(
  db: Database,
  settings: Settings,
  code: string,
  now: number,
): Promise<Result<Invitation, Refusal>> {
  const codeHash = await hashOf(code);
  const found = await findSubscribeCode(db, codeHash, now);
  if (found === null) return failed({ code: "code_refused" });
  const channel = pushChannels(settings).find(({ name }) => name === found.channel);
  const detail = `the code is for the channel "${found.channel}", which is not set up`;
  return channel === undefined
    ? failed({ code: "not_found", detail })
    : ok({ channel, codeHash, usedBy: found.usedBy });
}

/** The worker will call this address, so it is checked like one in the settings. */
function endpointFault(settings: Settings, endpoint: string): Refusal | undefined {
  if (pushChannels(settings).some(({ allowPrivate }) => allowPrivate)) return undefined;
  const message = placeFault(endpoint);
  return message === undefined
    ? undefined
    : { code: "malformed", errors: [{ path: "subscription.endpoint", message }] };
}
