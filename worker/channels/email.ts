/** Email by Cloudflare's `send_email` binding. Sending the same delivery twice makes two mails: the binding has no key. */
import type { Alert } from "../judge/say.ts";
import type { Channel } from "../settings.ts";
import type { Outcome } from "./outcome.ts";
import { plainText } from "./text.ts";

type EmailChannel = Extract<Channel, { kind: "email" }>;

/** Codes of the Email Service that no second try can change. */
const REFUSALS = ["E_SENDER_NOT_VERIFIED", "E_RECIPIENT_NOT_ALLOWED", "E_RECIPIENT_SUPPRESSED", "E_VALIDATION_ERROR"];

export async function sendEmail(channel: EmailChannel, alert: Alert, pageUrl: string | null): Promise<Outcome> {
  try {
    const { from, to } = channel;
    await channel.sender.send({ from, to, subject: alert.title, text: plainText(alert, pageUrl) });
    return { kind: "delivered" };
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
    const message = error instanceof Error ? error.message : "the mail could not be sent";
    const told = code === "" ? message : `${code}: ${message}`;
    return REFUSALS.includes(code) ? { kind: "refused", error: told } : { kind: "retry", error: told };
  }
}
