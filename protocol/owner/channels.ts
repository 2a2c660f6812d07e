/** Channels: how they are, tests through them, and the browsers that take the pushes of one. */
import * as z from "zod/mini";
import { instant } from "../fields.ts";
import type { Operation } from "./operation.ts";

const maybe = z.nullable(instant);
const channelName = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,100}$/, "a channel is named as in wrangler.toml"));
const ofChannel = z.strictObject({ name: channelName });
/** A subscription's: 128 bits of a hash in base64url. */
const browserId = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/, "an id has 22 characters"));
const ofBrowser = z.strictObject({ name: channelName, id: browserId });

export const listChannels = {
  id: "listChannels",
  method: "get",
  path: "/v1/channels",
  needs: "read",
  status: 200,
  answer: z.strictObject({
    channels: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        lastDeliveredAt: maybe,
        disabledAt: maybe,
        error: z.nullable(z.string()),
      }),
    ),
  }),
  refusals: [],
} as const satisfies Operation;

export const testChannel = {
  id: "testChannel",
  method: "post",
  path: "/v1/channels/{name}/test",
  needs: "write",
  params: ofChannel,
  status: 201,
  /** When it was asked for: by that its outcome is found. */
  answer: z.strictObject({ at: instant }),
  refusals: ["not_found"],
} as const satisfies Operation;

export const readTest = {
  id: "readTest",
  method: "get",
  path: "/v1/channels/{name}/tests/{at}",
  needs: "read",
  params: z.strictObject({ name: channelName, at: instant }),
  status: 200,
  /** Of a push channel one outcome for each browser. */
  answer: z.strictObject({
    outcomes: z.array(z.strictObject({ state: z.string(), attempts: z.int(), error: z.nullable(z.string()) })),
  }),
  refusals: ["not_found"],
} as const satisfies Operation;

export const makeSubscribeCode = {
  id: "makeSubscribeCode",
  method: "post",
  path: "/v1/channels/{name}/subscribe-code",
  needs: "write",
  params: ofChannel,
  status: 201,
  answer: z.strictObject({ code: z.string(), link: z.url(), expiresAt: instant }),
  refusals: ["not_found"],
} as const satisfies Operation;

export const listBrowsers = {
  id: "listBrowsers",
  method: "get",
  path: "/v1/channels/{name}/browsers",
  needs: "read",
  params: ofChannel,
  status: 200,
  answer: z.strictObject({
    browsers: z.array(
      z.strictObject({
        id: browserId,
        /** As whoever subscribed it called it. */
        name: z.string(),
        /** Whose link let it in; empty when that was before it was written down. */
        by: z.string(),
        subscribedAt: instant,
        /** To the hour. */
        lastDeliveredAt: maybe,
        /** How the last push failed; null when it arrived. */
        error: z.nullable(z.string()),
        /** When its push service said that it is no more. */
        goneAt: maybe,
      }),
    ),
  }),
  refusals: ["not_found"],
} as const satisfies Operation;

export const testBrowser = {
  id: "testBrowser",
  method: "post",
  path: "/v1/channels/{name}/browsers/{id}/test",
  needs: "write",
  params: ofBrowser,
  status: 201,
  /** By that its outcome is found, as that of a test of the channel. */
  answer: z.strictObject({ at: instant }),
  refusals: ["not_found"],
} as const satisfies Operation;

export const removeBrowser = {
  id: "removeBrowser",
  method: "post",
  path: "/v1/channels/{name}/browsers/{id}/remove",
  needs: "write",
  params: ofBrowser,
  status: 204,
  refusals: ["not_found"],
} as const satisfies Operation;
