/** `/v1/channels`: how they are, a real test through one, and a code for a browser that takes pushes. */
import * as operations from "../../protocol/owner/channels.ts";
import { failed, ok } from "../../protocol/result.ts";
import { SUBSCRIBE_CODE_BITS, SUBSCRIBE_CODE_TTL_SECONDS } from "../../protocol/subscription.ts";
import { subscribeLink } from "../judge/subscribe-link.ts";
import type { Settings } from "../settings.ts";
import * as store from "../store/owner-acts.ts";
import { hashOf } from "./hash.ts";
import { isoOf, isoOrNull } from "./iso.ts";
import { pushChannels } from "./push-channels.ts";
import { randomCode } from "./secret.ts";
import { on, type Served } from "./serve.ts";

export function ownerChannelRoutes(): Served[] {
  return [
    on(operations.listChannels, async (_, c) => {
      const states = new Map((await store.channelStates(c.env.db)).map((state) => [state.name, state]));
      const channels = c.env.settings.channels.map(({ name, kind }) => {
        const { lastDeliveredAt = null, disabledAt = null, error = null } = states.get(name) ?? {};
        return { name, kind, lastDeliveredAt: isoOrNull(lastDeliveredAt), disabledAt: isoOrNull(disabledAt), error };
      });
      return ok({ channels });
    }),
    on(operations.testChannel, async ({ params, owner }, c) => {
      const { db, settings, now, sweepSoon } = c.env;
      if (!settings.channels.some(({ name }) => name === params.name)) return unknownChannel(settings);
      await store.askTest(db, params.name, owner, now);
      sweepSoon();
      return ok({ at: isoOf(now) });
    }),
    on(operations.readTest, async ({ params }, c) => {
      const found = await store.outcomesOf(c.env.db, params.name, Date.parse(params.at));
      if (found.length === 0) return failed({ code: "not_found", detail: "there was no such test" });
      const outcomes = found.map(({ state, attempts, last_error }) => ({ state, attempts, error: last_error }));
      return ok({ outcomes });
    }),
    on(operations.makeSubscribeCode, async ({ params, owner }, c) => {
      const { db, settings, now } = c.env;
      if (!pushChannels(settings).some(({ name }) => name === params.name)) return unknownChannel(settings, "push");
      const code = randomCode(SUBSCRIBE_CODE_BITS);
      const expiresAt = now + SUBSCRIBE_CODE_TTL_SECONDS * 1000;
      await store.putSubscribeCode(db, { codeHash: await hashOf(code), channel: params.name, expiresAt }, owner, now);
      return ok({ code, link: subscribeLink(c.req.url, code), expiresAt: isoOf(expiresAt) });
    }),
  ];
}

/** That no channel has that name, and which there are. */
export function unknownChannel({ channels }: Settings, wanted?: "push") {
  const names = channels.flatMap(({ name, kind }) => (wanted === undefined || kind === wanted ? [name] : []));
  const there = names.length === 0 ? "there is none" : `there is ${names.join(", ")}`;
  return failed({
    code: "not_found",
    detail: `no channel${wanted === undefined ? "" : " of the kind push"} has this name; ${there}`,
  } as const);
}
