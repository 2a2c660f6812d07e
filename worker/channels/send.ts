/** Hands a message to its channel. Pushes go another way: each of them has a subscription, which the store keeps. */
import { sendApprise } from "./apprise.ts";
import { sendDiscord } from "./discord.ts";
import { sendEmail } from "./email.ts";
import type { DirectChannel } from "./kinds.ts";
import type { Message } from "./message.ts";
import { sendNtfy } from "./ntfy.ts";
import type { Outcome } from "./outcome.ts";
import { sendPushover } from "./pushover.ts";
import { sendResend } from "./resend.ts";
import { sendSlack } from "./slack.ts";
import { sendSmtp } from "./smtp.ts";
import { sendTelegram } from "./telegram.ts";
import { sendWebhook } from "./webhook.ts";

export async function send(channel: DirectChannel, message: Message): Promise<Outcome> {
  switch (channel.kind) {
    case "email":
      return sendEmail(channel, message);
    case "smtp":
      return sendSmtp(channel, message);
    case "resend":
      return sendResend(channel, message);
    case "ntfy":
      return sendNtfy(channel, message);
    case "pushover":
      return sendPushover(channel, message);
    case "telegram":
      return sendTelegram(channel, message);
    case "slack":
      return sendSlack(channel, message);
    case "discord":
      return sendDiscord(channel, message);
    case "apprise":
      return sendApprise(channel, message);
    case "webhook":
      return sendWebhook(channel, message);
  }
}
