/**
 * Slack, by an incoming webhook (docs.slack.dev: Sending messages using incoming webhooks, Block Kit's header, section and
 * actions blocks, Formatting message text: Escaping text). Mentions cannot be made: `<` and `>` are escaped, and `@here`
 * written out is plain text.
 */
import * as z from "zod/mini";
import { secretUrl } from "./fields.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, jsonHeaders, post } from "./post.ts";
import { clean, fitted, linksOf } from "./text.ts";
import { wordOf } from "./urgency.ts";

const HEADER_MAX_CHARS = 150;
const SECTION_MAX_CHARS = 3000;

export const slackTable = z.strictObject({ kind: z.literal("slack"), url: secretUrl });

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function escapeSlack(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? "");
}

export async function sendSlack(channel: z.infer<typeof slackTable>, message: Message): Promise<Outcome> {
  const { alert, now, signal } = message;
  const lines = fitted(alert.lines.join("\n"), { max: SECTION_MAX_CHARS, escaped: escapeSlack });
  const buttons = linksOf(message).map(({ label, url }) => ({
    type: "button",
    text: { type: "plain_text", text: label },
    url,
  }));
  const body = JSON.stringify({
    // What a phone's notification shows, and screen readers read.
    text: escapeSlack(clean(`${wordOf(alert)}: ${alert.title}`)),
    blocks: [
      {
        type: "header",
        text: { type: "plain_text", text: fitted(alert.title, { max: HEADER_MAX_CHARS }), emoji: false },
      },
      // Plain text: what a tool printed is not read as markup.
      ...(lines === "" ? [] : [{ type: "section", text: { type: "plain_text", text: lines, emoji: false } }]),
      ...(buttons.length === 0 ? [] : [{ type: "actions", elements: buttons }]),
    ],
    unfurl_links: false,
  });
  const to = { who: "Slack", url: channel.url, headers: jsonHeaders(), body, secrets: [channel.url], signal, now };
  return post(to, { accepts: ({ body }) => body === "ok", refuses, isGone });
}

/** 400 invalid_payload. Whatever else says 200 is not Slack, but something on the way. */
function refuses({ status }: Answer): boolean {
  return status === 400;
}

/** 403 action_prohibited, 404 no_service or channel_not_found, 410 channel_is_archived. */
function isGone({ status }: Answer): boolean {
  return [403, 404, 410].includes(status);
}
