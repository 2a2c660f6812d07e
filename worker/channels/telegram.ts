/**
 * Telegram, by a bot's sendMessage (core.telegram.org/bots/api: Making requests, sendMessage, HTML style). The token stands
 * in the URL, so no error may show that.
 */
import * as z from "zod/mini";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, jsonHeaders, post } from "./post.ts";
import { escapeHtml, fitted, linksOf } from "./text.ts";
import { urgencyOf } from "./urgency.ts";

/** Of 4096 characters after the markup is read; the escapes only make it safer. */
const LINES_MAX_CHARS = 3900;

export const telegramTable = z.strictObject({
  kind: z.literal("telegram"),
  /** The number of a chat, or `@name` of a channel. */
  chat: z.string().check(z.regex(/^(-?\d+|@[A-Za-z][A-Za-z0-9_]+)$/, 'is not a chat: a number in quotes, or "@name"')),
  token: z.string().check(z.regex(/^\d+:[A-Za-z0-9_-]+$/, "is not a bot's token, such as 123456:ABC…")),
});

export async function sendTelegram(channel: z.infer<typeof telegramTable>, message: Message): Promise<Outcome> {
  const { alert, now, signal } = message;
  const title = `<b>${escapeHtml(fitted(alert.title, { max: 100 }))}</b>`;
  const text = `${title}\n\n${fitted(alert.lines.join("\n"), { max: LINES_MAX_CHARS, escaped: escapeHtml })}`;
  const buttons = linksOf(message).map(({ label, url }) => ({ text: label, url }));
  const keyboard = buttons.length === 0 ? {} : { reply_markup: { inline_keyboard: [buttons] } };
  const urgency = urgencyOf(alert);
  const body = JSON.stringify({
    chat_id: channel.chat,
    text,
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
    disable_notification: urgency === "low",
    ...keyboard,
  });
  const url = `https://api.telegram.org/bot${channel.token}/sendMessage`;
  const to = { who: "Telegram", url, headers: jsonHeaders(), body, secrets: [channel.token], signal, now };
  return post(to, { accepts: ({ body }) => yes.safeParse(body).success, refuses, isGone });
}

const yes = z.object({ ok: z.literal(true) });

/** A message that it never takes. */
function refuses({ status }: Answer): boolean {
  return status === 400;
}

const noChat = z.object({ description: z.string().check(z.regex(/chat not found|group chat was/i)) });

/** 401, 404: no such token; 403: the bot was blocked or thrown out; 400 with these words: no such chat. */
function isGone({ status, body }: Answer): boolean {
  return [401, 403, 404].includes(status) || (status === 400 && noChat.safeParse(body).success);
}
