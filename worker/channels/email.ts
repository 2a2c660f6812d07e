/**
 * Email by Cloudflare's `send_email` binding (developers.cloudflare.com/email-service: Workers API, Email headers). It makes
 * the Message-ID itself and has no idempotency key: a delivery that is sent twice makes two mails, in one thread.
 */
import * as z from "zod/mini";
import { address } from "./fields.ts";
import { mailOf } from "./mail.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";

export const emailTable = z.strictObject({ kind: z.literal("email"), from: address, to: address });

/** What of the binding is used. */
export interface EmailSender {
  readonly send: (mail: {
    from: string;
    to: string;
    subject: string;
    text: string;
    html: string;
    headers: Record<string, string>;
  }) => Promise<unknown>;
}

/** Codes of the Email Service that no second try can change: of this sender or recipient, and of this mail. */
const GONE = [
  "E_SENDER_NOT_VERIFIED",
  "E_SENDER_DOMAIN_NOT_AVAILABLE",
  "E_RECIPIENT_NOT_ALLOWED",
  "E_RECIPIENT_SUPPRESSED",
];
const REFUSALS = ["E_VALIDATION_ERROR"];

export type EmailChannel = z.infer<typeof emailTable> & { readonly sender: EmailSender };

export async function sendEmail({ from, to, sender }: EmailChannel, message: Message): Promise<Outcome> {
  const { subject, text, html, headers } = await mailOf(message, from);
  try {
    await sender.send({ from, to, subject, text, html, headers: { ...headers } });
    return { kind: "delivered" };
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
    const said = error instanceof Error ? error.message : "the mail could not be sent";
    const told = code === "" ? said : `${code}: ${said}`;
    if (GONE.includes(code)) return { kind: "gone", error: told };
    return REFUSALS.includes(code) ? { kind: "refused", error: told } : { kind: "retry", error: told };
  }
}
