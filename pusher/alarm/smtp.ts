/**
 * By mail over SMTP (RFC 5321), encrypted from the first byte (RFC 8314) or by STARTTLS that has to succeed. All messages
 * about one trouble are one thread.
 */
import { createHash } from "node:crypto";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { SmtpConfig } from "../config/alarm.ts";
import { codeOf } from "../files.ts";
import type { Means } from "./way.ts";
import type { Message } from "./words.ts";

export async function tellBySmtp(config: SmtpConfig, message: Message, means: Means): Promise<Result<void, string>> {
  const { shell, folder, limitMs } = means;
  const password = config.login === undefined ? undefined : shell.secrets.resolve(config.login.password, folder);
  if (password?.ok === false) return password;
  const mail = compose(config, message, shell.now());
  const { host, port, security } = config;
  const connection = new SMTPConnection({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    dnsTimeout: limitMs,
  });
  try {
    await inTime(limitMs, hand(connection, config, password?.value, mail));
    return ok(undefined);
  } catch (error) {
    return failed(`${host}:${port}: ${wordsOf(error)}`);
  } finally {
    connection.close();
  }
}

/** Connects, logs in where there is a login, and waits until the server has taken the mail. */
function hand(connection: SMTPConnection, config: SmtpConfig, pass: string | undefined, mail: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = () =>
      connection.send({ from: config.from, to: [config.to] }, mail, (error) => (error ? reject(error) : resolve()));
    connection.on("error", reject);
    connection.on("end", () => reject(new Error("the server closed the connection")));
    connection.connect((error) => {
      if (error) reject(error);
      else if (config.login === undefined) send();
      else connection.login({ user: config.login.user, pass }, (refused) => (refused ? reject(refused) : send()));
    });
  });
}

async function inTime(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A mail of plain text (RFC 5322). What is not ASCII is base64, in the body (RFC 2045) and in the subject (RFC 2047). */
function compose(config: SmtpConfig, message: Message, now: number): Buffer {
  const thread = idOf(message.thread, message.host, config);
  const follows = message.kind === "reminder" || message.kind === "clear";
  const head = [
    `From: ${config.from}`,
    `To: ${config.to}`,
    `Subject: ${encodedWord(message.title)}`,
    `Date: ${new Date(now).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: ${message.kind === "alarm" ? thread : idOf(message.id, message.host, config)}`,
    ...(follows ? [`In-Reply-To: ${thread}`, `References: ${thread}`] : []),
    // Answered by no out-of-office note (RFC 3834).
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
  ];
  const body = Buffer.from(`${message.lines.join("\r\n\r\n")}\r\n`).toString("base64");
  return Buffer.from([...head, "", ...(body.match(/.{1,76}/g) ?? []), ""].join("\r\n"));
}

/** Each encoded word holds whole characters, 15 at most, and so stays below the 75 that it may be long. */
function encodedWord(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const words = text.match(/.{1,15}/gsu) ?? [];
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString("base64")}?=`).join("\r\n ");
}

/** A Message-ID that is the same whenever it is made of the same: a host's name may hold what an id may not. */
function idOf(name: string, host: string, config: SmtpConfig): string {
  const digest = createHash("sha256").update(`${host}/${name}`).digest("hex").slice(0, 32);
  return `<${digest}@${config.from.slice(config.from.indexOf("@") + 1)}>`;
}

const REASONS: Readonly<Record<string, string>> = {
  EAUTH: "the server refused user and password",
  EENVELOPE: "the server refused the sender or the recipient",
  ETLS: "the server offers no STARTTLS, or it failed",
  EDNS: "the name is not known to DNS",
  ETIMEDOUT: "no answer in time",
};

/** The server's own reply may quote what it was sent, so only its code is told. */
function wordsOf(error: unknown): string {
  const code = codeOf(error) ?? "";
  const reply = error instanceof Error && "responseCode" in error ? error.responseCode : undefined;
  const words = REASONS[code] ?? (error instanceof Error && reply === undefined ? error.message : "the server refused");
  return typeof reply === "number" ? `${words} (reply ${reply})` : words;
}
