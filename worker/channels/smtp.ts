/**
 * Email by any mail server, over TLS from the first byte (port 465, RFC 8314) or by STARTTLS (port 587). Cloudflare lets no
 * worker use port 25. The certificate is checked by the runtime, against the public authorities.
 */
import { connect } from "cloudflare:sockets";
import * as z from "zod/mini";
import { address, hostName } from "./fields.ts";
import { mailOf } from "./mail.ts";
import type { Message } from "./message.ts";
import { mimeOf } from "./mime.ts";
import type { Outcome } from "./outcome.ts";
import { talkSmtp } from "./smtp-talk.ts";

const PORTS = { tls: 465, starttls: 587 } as const;

const port = z
  .int()
  .check(z.minimum(1, "must be a port number"), z.maximum(65_535, "must be a port number"))
  .check(z.refine((number) => number !== 25, "may not be 25, which Cloudflare closes to workers: use 465 or 587"));

export const smtpTable = z
  .strictObject({
    kind: z.literal("smtp"),
    host: hostName,
    security: z._default(z.enum(["tls", "starttls"], 'must be "tls" or "starttls"'), "tls"),
    port: z.optional(port),
    user: z.optional(z.string().check(z.minLength(1, "is empty"))),
    password: z.optional(z.string()),
    from: address,
    to: address,
  })
  .check(
    z.refine(({ user, password }) => (user === undefined) === (password === undefined), {
      error: "and password go together: give both, or neither",
      path: ["user"],
    }),
  );

export async function sendSmtp(channel: z.infer<typeof smtpTable>, message: Message): Promise<Outcome> {
  const { host, security, from, to, user, password } = channel;
  const place = { hostname: host, port: channel.port ?? PORTS[security] };
  const mail = await mailOf(message, from);
  const data = mimeOf(mail, { from, to, at: message.alert.at });
  const login = user === undefined || password === undefined ? null : { user, password };
  const socket = connect(place, { secureTransport: security === "tls" ? "on" : "starttls", allowHalfOpen: false });
  const close = () => void socket.close().catch(() => undefined);
  message.signal.addEventListener("abort", close);
  try {
    return await talkSmtp(socket, security === "starttls", login, { from, to, data });
  } catch {
    // The runtime says neither whether nobody listened nor what was wrong with a certificate.
    const error = `no talk over TLS with ${place.hostname}:${place.port}: is it reachable, and its certificate valid?`;
    return { kind: "retry", error };
  } finally {
    message.signal.removeEventListener("abort", close);
    close();
  }
}
