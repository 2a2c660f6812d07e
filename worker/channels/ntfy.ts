/**
 * ntfy, by its JSON form (docs.ntfy.sh, "Publishing": Publish as JSON, Message priority, Tags & emojis, Click action,
 * Action buttons, Limitations). The topic's name is as good as a password, so it is a secret.
 */
import * as z from "zod/mini";
import { secret, webUrl } from "./fields.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, jsonHeaders, post } from "./post.ts";
import { bytesOf, clean, fitted, linksOf } from "./text.ts";
import { type Urgency, urgencyOf } from "./urgency.ts";

/** A longer message would arrive as an attached file. */
const MESSAGE_MAX_BYTES = 4096;

export const ntfyTable = z.strictObject({
  kind: z.literal("ntfy"),
  server: z._default(webUrl, "https://ntfy.sh"),
  topic: z.string().check(z.regex(/^[-_A-Za-z0-9]{1,64}$/, "is not a topic: 1 to 64 letters, digits, - and _")),
  token: z.optional(secret),
});

const PRIORITIES: Readonly<Record<Urgency, number>> = { urgent: 5, high: 4, normal: 3, low: 2 };
const TAGS: Readonly<Record<Urgency, string>> = {
  urgent: "rotating_light",
  high: "warning",
  normal: "information_source",
  low: "white_check_mark",
};

export async function sendNtfy(channel: z.infer<typeof ntfyTable>, message: Message): Promise<Outcome> {
  const { alert, pageUrl, now, signal } = message;
  const urgency = urgencyOf(alert);
  // "view" opens the link: ntfy's own way to post at a tap would act without asking.
  const actions = linksOf(message).map((link) => ({ action: "view", ...link }));
  const body = JSON.stringify({
    topic: channel.topic,
    title: clean(alert.title),
    message: fitted(alert.lines.join("\n"), { max: MESSAGE_MAX_BYTES, measure: bytesOf }),
    priority: PRIORITIES[urgency],
    tags: [TAGS[urgency], alert.site],
    ...(pageUrl === null ? {} : { click: pageUrl }),
    ...(actions.length === 0 ? {} : { actions }),
  });
  const tokens = channel.token === undefined ? [] : [channel.token];
  const headers = jsonHeaders(Object.fromEntries(tokens.map((token) => ["authorization", `Bearer ${token}`])));
  const to = { who: "ntfy", url: channel.server, headers, body, secrets: [channel.topic, ...tokens], signal, now };
  return post(to, { accepts, refuses, isGone });
}

/** The message as it was published; whatever else says 200 is not ntfy. */
function accepts({ body }: Answer): boolean {
  return published.safeParse(body).success;
}

const published = z.object({ id: z.string() });

/** ntfy will never take this message. */
function refuses({ status }: Answer): boolean {
  return [400, 413].includes(status);
}

/** The token or the topic's rights are wrong. */
function isGone({ status }: Answer): boolean {
  return [401, 403].includes(status);
}
