/** A mail as it goes over the wire: RFC 5322 headers, RFC 2047 words, RFC 2046 multipart/alternative, all in ASCII. */
import type { Mail } from "./mail.ts";

const LINE_MAX_CHARS = 76;
/** An encoded word has at most 75 characters, 12 of them around its base64. */
const WORD_MAX_BYTES = 45;

export interface Envelope {
  readonly from: string;
  readonly to: string;
  /** When the mail was written, in milliseconds. */
  readonly at: number;
}

/** The whole mail, lines ending in CRLF. The same mail has the same bytes at each try. */
export function mimeOf({ subject, text, html, messageId, headers }: Mail, { from, to, at }: Envelope): string {
  // Hexadecimal letters and a hyphen: in no base64 line, which is what both parts are.
  const boundary = `part-${messageId.replace(/[^0-9a-f]/g, "")}`;
  const part = (type: string, body: string) => [
    `--${boundary}`,
    `Content-Type: ${type}; charset=utf-8`,
    "Content-Transfer-Encoding: base64",
    "",
    ...wrapped(base64(body.replace(/\r?\n/g, "\r\n"))),
  ];
  return [
    `Date: ${new Date(at).toUTCString().replace("GMT", "+0000")}`,
    `From: Tierwatch <${from}>`,
    `To: <${to}>`,
    `Subject: ${headerText(subject)}`,
    `Message-ID: ${messageId}`,
    // Ids are folded apart (RFC 5322, section 2.2.3).
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value.replaceAll(" ", "\r\n ")}`),
    // RFC 3834: no answering machine is to answer.
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    "",
    ...part("text/plain", text),
    ...part("text/html", html),
    `--${boundary}--`,
    "",
  ].join("\r\n");
}

function headerText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("=?")) return text;
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    if (new TextEncoder().encode(word + character).byteLength > WORD_MAX_BYTES) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${base64(each)}?=`).join("\r\n ");
}

/** Of the text's UTF-8 bytes. */
export function base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function wrapped(text: string): string[] {
  return text.match(new RegExp(`.{1,${LINE_MAX_CHARS}}`, "g")) ?? [""];
}
