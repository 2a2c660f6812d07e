/**
 * An Apprise API server, which hands on to a hundred other services (github.com/caronc/apprise-api, README: API Details,
 * Persistent Storage Solution). The key names the configuration kept there, and whoever knows it can post.
 */
import * as z from "zod/mini";
import { webUrl } from "./fields.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, jsonHeaders, post } from "./post.ts";
import { clean, plainText } from "./text.ts";
import { type Urgency, urgencyOf } from "./urgency.ts";

export const appriseTable = z.strictObject({
  kind: z.literal("apprise"),
  server: webUrl,
  key: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, "is not a key: 1 to 64 letters, digits, - and _")),
  /** Only the services that carry this tag there. */
  tag: z.optional(z.string().check(z.minLength(1, "is empty"))),
});

const TYPES: Readonly<Record<Urgency, string>> = { urgent: "failure", high: "warning", normal: "info", low: "success" };

export async function sendApprise(channel: z.infer<typeof appriseTable>, message: Message): Promise<Outcome> {
  const { alert, now, signal } = message;
  const body = JSON.stringify({
    title: clean(alert.title),
    body: plainText(message).trimEnd(),
    type: TYPES[urgencyOf(alert)],
    format: "text",
    ...(channel.tag === undefined ? {} : { tag: channel.tag }),
  });
  const url = `${channel.server.replace(/\/+$/, "")}/notify/${channel.key}`;
  const to = { who: "Apprise", url, headers: jsonHeaders(), body, secrets: [channel.key], signal, now };
  return post(to, { accepts, refuses, isGone });
}

/** 204: there is no configuration under this key, and nobody was told. */
function accepts({ status }: Answer): boolean {
  return status !== 204;
}

/** 424 (some service behind it failed) may go well later. */
function refuses({ status }: Answer): boolean {
  return [400, 405].includes(status);
}

/** 204: nothing is configured under the key; the others: no such server, or its doors are closed. */
function isGone({ status }: Answer): boolean {
  return [204, 401, 403, 404].includes(status);
}
