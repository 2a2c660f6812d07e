/**
 * An alert as a mail: subject, plain text and HTML, and the headers that keep the mails of one incident together. All of
 * them refer to one id made from the incident (RFC 5322, section 3.6.4), which no mail has to bear itself: readers of mail
 * gather by References. Both bodies say the same; the HTML loads nothing from anywhere.
 */
import type { Alert } from "../judge/say.ts";
import { moment } from "../judge/words.ts";
import { digestOf } from "./digest.ts";
import type { Action, Message } from "./message.ts";
import { clean, escapeHtml, linksOf, plainText } from "./text.ts";
import { type Urgency, urgencyOf, wordOf } from "./urgency.ts";

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** In angle brackets; for services that let the sender choose it. */
  readonly messageId: string;
  readonly headers: { readonly "In-Reply-To": string; readonly References: string };
}

/** Of a mail about several incidents: more would not fit into a header's line of 998 characters (RFC 5322, section 2.1.1). */
const THREADS_MAX = 8;

/** `from` is the sender's address: ids of mails end in its domain. */
export async function mailOf(message: Message, from: string): Promise<Mail> {
  const { alert, id } = message;
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const threads = await Promise.all((alert.incidents ?? [alert.incidentId]).slice(0, THREADS_MAX).map(digestOf));
  const ids = threads.map((thread) => `<incident.${thread}@${domain}>`);
  return {
    subject: clean(alert.title).replace(/\p{Cc}+/gu, " "),
    text: `${clean(alert.title)}\n\n${plainText(message)}${logText(message)}`,
    html: htmlOf(message),
    messageId: `<delivery.${await digestOf(id)}@${domain}>`,
    headers: { "In-Reply-To": ids[0] ?? "", References: ids.join(" ") },
  };
}

/** Ink on the light and on the dark card; each has a contrast of at least 4.5 to 1. */
const INKS: Readonly<Record<Urgency, readonly [light: string, dark: string]>> = {
  urgent: ["#a3241b", "#ff9385"],
  high: ["#7d5200", "#e6b75c"],
  normal: ["#565d66", "#a3abb5"],
  low: ["#1d5c43", "#7fd0a8"],
};

/** Light colours stand inline, for readers that drop style sheets; dark ones in the sheet. */
function htmlOf(message: Message): string {
  const { alert } = message;
  const [light, dark] = INKS[urgencyOf(alert)];
  const line = (text: string) => `<p style="margin:0 0 12px">${unbroken(escapeHtml(clean(text)))}</p>`;
  const links = linksOf(message);
  const buttons = links.map((link, at) => buttonOf(link, at === 0)).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(clean(alert.title))}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .paper { background: #101418 !important; }
  .card { background: #171c22 !important; border-color: #2b323b !important; color: #e9e6df !important; }
  .state { color: ${dark} !important; border-color: ${dark} !important; }
  .soft { color: #a3abb5 !important; }
  .log { background: #101418 !important; color: #e9e6df !important; }
  .button { background: #e9e6df !important; border-color: #e9e6df !important; color: #171c22 !important; }
  .quiet { border-color: #a3abb5 !important; color: #e9e6df !important; }
}
</style></head>
<body class="paper" style="margin:0;padding:24px 12px;background:#f5f3ee">
<div class="card" style="${CARD}">
<p class="state" style="margin:0 0 8px;font-size:14px;font-weight:700;color:${light}">${stateOf(alert)}</p>
<h1 style="margin:0 0 20px;font-size:22px;line-height:1.3">${escapeHtml(clean(alert.title))}</h1>
${alert.lines.map(line).join("\n")}
${buttons === "" ? "" : `<p style="margin:20px 0 0">${buttons}</p>`}
${logHtml(message)}<p class="soft" style="margin:24px 0 0;font-size:13px;color:#565d66">Tierwatch, ${moment(alert.at)}</p>
</div>
</body></html>
`;
}

/** What is not of one site says only what it is. */
function stateOf(alert: Alert): string {
  return [wordOf(alert), alert.site]
    .filter((part) => part !== "")
    .map(clean)
    .map(escapeHtml)
    .join(" · ");
}

/** A date that is broken at its hyphens is hard to read. */
function unbroken(html: string): string {
  return html.replace(/\d{4}-\d\d-\d\d(?: \d\d:\d\d)?/g, '<span style="white-space:nowrap">$&</span>');
}

const LOG_TITLE = "The end of its log";

function logText({ log }: Message): string {
  return log.length === 0 ? "" : `\n${LOG_TITLE}:\n${log.map((line) => `  ${clean(line)}`).join("\n")}\n`;
}

function logHtml({ log }: Message): string {
  if (log.length === 0) return "";
  const lines = log.map((line) => escapeHtml(clean(line))).join("\n");
  return `<h2 style="margin:24px 0 8px;font-size:15px">${LOG_TITLE}</h2>
<pre class="log" style="${LOG}">${lines}</pre>
`;
}

const LOG =
  "margin:0;padding:12px;border-radius:6px;background:#f0ede5;color:#1c2126;white-space:pre-wrap;overflow-wrap:anywhere;" +
  "font:13px/1.45 ui-monospace,'Cascadia Mono',Menlo,Consolas,monospace";

const CARD =
  "max-width:600px;margin:0 auto;padding:24px;background:#fffdf9;border:1px solid #dcd7cc;border-radius:8px;color:#1c2126;" +
  "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;overflow-wrap:anywhere";

/** The first is what is most wanted; the others are quieter. */
function buttonOf({ label, url }: Action, isFirst: boolean): string {
  const look = isFirst
    ? "background:#1c2126;color:#fffdf9;border:1px solid #1c2126"
    : "color:#1c2126;border:1px solid #565d66";
  const style = `display:inline-block;margin:0 8px 8px 0;padding:11px 18px;border-radius:6px;${look};font-weight:600;text-decoration:none`;
  return `<a class="${isFirst ? "button" : "quiet"}" href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a>`;
}
