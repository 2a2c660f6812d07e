/**
 * Email by Resend (resend.com/docs: Send Email, Idempotency Keys, Errors). For 24 hours the same key sends one mail. The
 * key is made from the delivery and from what is sent: the same key with another content would be refused.
 */
import * as z from "zod/mini";
import { digestOf } from "./digest.ts";
import { address, secret } from "./fields.ts";
import { mailOf } from "./mail.ts";
import type { Message } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Answer, jsonHeaders, post } from "./post.ts";

export const resendTable = z.strictObject({ kind: z.literal("resend"), from: address, to: address, token: secret });

export async function sendResend(channel: z.infer<typeof resendTable>, message: Message): Promise<Outcome> {
  const { from, to, token } = channel;
  const { now, signal } = message;
  const { subject, text, html, headers } = await mailOf(message, from);
  const body = JSON.stringify({ from, to: [to], subject, text, html, headers });
  const asked = jsonHeaders({
    authorization: `Bearer ${token}`,
    "idempotency-key": await digestOf(`${message.id}\n${body}`),
  });
  const url = "https://api.resend.com/emails";
  return post(
    { who: "Resend", url, headers: asked, body, secrets: [token], signal, now },
    { accepts, refuses, isGone },
  );
}

const yes = z.object({ id: z.string() });

function accepts({ body }: Answer): boolean {
  return yes.safeParse(body).success;
}

/** A mail that it never takes. 409 and 429 may go well later. */
function refuses({ status }: Answer): boolean {
  return [400, 404, 405, 422].includes(status);
}

/** The key is not valid, or the sender's domain is not verified. */
function isGone({ status }: Answer): boolean {
  return [401, 403].includes(status);
}
