/**
 * Discord, by a webhook (docs.discord.com: Webhook resource, Execute Webhook; Message resource, Embed limits, Allowed
 * mentions; Rate limits). Nobody can be mentioned by what a tool printed.
 */
import * as z from "zod/mini";
import { secretUrl } from "./fields.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, jsonHeaders, post } from "./post.ts";
import { fitted } from "./text.ts";
import { type Urgency, urgencyOf, wordOf } from "./urgency.ts";

const TITLE_MAX_CHARS = 256;
const DESCRIPTION_MAX_CHARS = 4096;

export const discordTable = z.strictObject({ kind: z.literal("discord"), url: secretUrl });

const COLOURS: Readonly<Record<Urgency, number>> = {
  urgent: 0xc0392b,
  high: 0xd68910,
  normal: 0x566573,
  low: 0x1e8449,
};

/** A backslash before each character that could begin markup; a URL keeps working. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_~`|>#[\]()<@-]/g, "\\$&");
}

export async function sendDiscord(channel: z.infer<typeof discordTable>, message: Message): Promise<Outcome> {
  const { alert, pageUrl, actions, now, signal } = message;
  const links = actions.map(({ label, url }) => `[${escapeMarkdown(label)}](${url})`).join(" · ");
  const lines = fitted(alert.lines.join("\n"), {
    max: DESCRIPTION_MAX_CHARS - links.length - 2,
    escaped: escapeMarkdown,
  });
  const body = JSON.stringify({
    content: wordOf(alert),
    embeds: [
      {
        title: fitted(alert.title, { max: TITLE_MAX_CHARS, escaped: escapeMarkdown }),
        description: links === "" ? lines : `${lines}\n\n${links}`,
        color: COLOURS[urgencyOf(alert)],
        timestamp: new Date(alert.at).toISOString(),
        ...(pageUrl === null ? {} : { url: pageUrl }),
      },
    ],
    allowed_mentions: { parse: [] },
  });
  const to = { who: "Discord", url: channel.url, headers: jsonHeaders(), body, secrets: [channel.url], signal, now };
  return post(to, { accepts, refuses, isGone });
}

/** 204, or the message that was made; whatever else says 200 is not Discord. */
function accepts({ status, body }: Answer): boolean {
  return status === 204 || made.safeParse(body).success;
}

const made = z.object({ id: z.string() });

/** A message that it never takes. */
function refuses({ status }: Answer): boolean {
  return status === 400;
}

/** The webhook was deleted (code 10015), or its token is wrong. */
function isGone({ status }: Answer): boolean {
  return [401, 403, 404].includes(status);
}
