/**
 * The client's side of SMTP (RFC 5321) for one mail to one address: greeting, EHLO, STARTTLS (RFC 3207), AUTH (RFC 4954),
 * mail, QUIT. No password and no mail goes over a connection without TLS. A reply 5xx is a no that stays one, 4xx may go
 * well later, and so may whatever ends without a reply: the mail's Message-ID is the same at each try.
 */

import { base64 } from "./mime.ts";
import type { Outcome } from "./outcome.ts";

/** A connection as `cloudflare:sockets` opens it. */
export interface Connection {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly startTls: () => Connection;
}

export interface SmtpMail {
  readonly from: string;
  readonly to: string;
  /** Headers and body, lines ending in CRLF. */
  readonly data: string;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** More than any server says at once. */
const REPLY_MAX_CHARS = 16_384;
const SAID_MAX_CHARS = 160;

/** A reply that ends the talk, or none. */
class TalkEnded extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super("the talk ended");
    this.outcome = outcome;
  }
}

export async function talkSmtp(
  opened: Connection,
  upgrade: boolean,
  login: Login | null,
  mail: SmtpMail,
): Promise<Outcome> {
  try {
    let line = lineOf(opened);
    await line.ask(null, "the greeting", 220);
    let offers = await line.ask("EHLO tierwatch.invalid", "EHLO", 250);
    if (upgrade) {
      if (!/^250[ -]STARTTLS\b/im.test(offers))
        ended("retry", "the server offers no STARTTLS, and nothing is sent in the clear");
      await line.ask("STARTTLS", "STARTTLS", 220);
      line = lineOf(line.secured(opened));
      offers = await line.ask("EHLO tierwatch.invalid", "EHLO", 250);
    }
    if (login !== null) await authenticate(line, offers, login);
    await line.ask(`MAIL FROM:<${mail.from}>`, "the sender", 250);
    await line.ask(`RCPT TO:<${mail.to}>`, "the recipient", 250, 251);
    await line.ask("DATA", "DATA", 354);
    await line.ask(`${mail.data.replace(/^\./gm, "..")}.`, "the mail", 250);
    // It is delivered now; what becomes of the farewell is nobody's concern.
    await line.ask("QUIT", "QUIT", 221).catch(() => undefined);
    return { kind: "delivered" };
  } catch (error) {
    if (error instanceof TalkEnded) return error.outcome;
    throw error;
  }
}

function ended(kind: "retry" | "refused" | "gone", error: string): never {
  throw new TalkEnded({ kind, error });
}

async function authenticate(line: Line, offers: string, { user, password }: Login): Promise<void> {
  const mechanisms = /^250[ -]AUTH[ =](.*)$/im.exec(offers)?.[1]?.toUpperCase().split(/\s+/) ?? [];
  if (mechanisms.includes("PLAIN")) {
    await line.ask(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, "the password", 235);
  } else if (mechanisms.includes("LOGIN")) {
    await line.ask("AUTH LOGIN", "the login", 334);
    await line.ask(base64(user), "the user name", 334);
    await line.ask(base64(password), "the password", 235);
  } else ended("retry", "the server offers neither AUTH PLAIN nor AUTH LOGIN");
}

/** Replies that are about the account or the address, not about this mail. A 554 says that it does not want us now. */
const TARGETS = ["the user name", "the password", "the recipient"];

function noOf(code: number, about: string): "retry" | "refused" | "gone" {
  if (code < 500) return "retry";
  return TARGETS.includes(about) && code !== 554 ? "gone" : "refused";
}

interface Line {
  /** Says something, and answers the reply when it has one of the codes wanted. `about` names it in an error. */
  readonly ask: (words: string | null, about: string, ...wanted: readonly number[]) => Promise<string>;
  /** Hands the connection over to TLS. */
  readonly secured: (connection: Connection) => Connection;
}

function lineOf(connection: Connection): Line {
  const reader = connection.readable.getReader();
  const writer = connection.writable.getWriter();
  const decoder = new TextDecoder();
  let heard = "";

  async function reply(about: string): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-.*\r?\n)*\d{3}(?: .*)?\r?\n/.exec(heard);
      if (whole !== null) {
        heard = heard.slice(whole[0].length);
        return whole[0];
      }
      const { done, value } = await reader.read();
      if (done) ended("retry", `the server hung up before it answered ${about}`);
      heard += decoder.decode(value, { stream: true });
      if (heard.length > REPLY_MAX_CHARS) ended("retry", `the server's answer to ${about} has no end`);
    }
  }

  return {
    ask: async (words, about, ...wanted) => {
      if (words !== null) await writer.write(new TextEncoder().encode(`${words}\r\n`));
      const said = await reply(about);
      const code = Number(said.slice(0, 3));
      if (wanted.includes(code)) return said;
      const told = said
        .replace(/[\p{Cc}]+/gu, " ")
        .trim()
        .slice(0, SAID_MAX_CHARS);
      return ended(noOf(code, about), `the server answered ${about} with ${told}`);
    },
    secured: (plain) => {
      // Words that came before TLS were said by anybody (CVE-2011-0411).
      if (heard !== "") ended("retry", "the server spoke before TLS was set up");
      reader.releaseLock();
      writer.releaseLock();
      return plain.startTls();
    },
  };
}
