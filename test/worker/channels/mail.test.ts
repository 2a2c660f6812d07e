/** A mail: its threads, both its bodies, and its bytes on the wire. */
import { describe, expect, test } from "vitest";
import { mailOf } from "../../../worker/channels/mail.ts";
import { mimeOf } from "../../../worker/channels/mime.ts";
import { HOSTILE, message, NOW, opened, PAGE } from "./support.ts";

const FROM = "tierwatch@example.org";
const envelope = { from: FROM, to: "me@example.org", at: NOW };

describe("the mails of one incident", () => {
  test("refer to one id, and bear each its own, in the sender's domain", async () => {
    const first = await mailOf(message(), FROM);
    const last = await mailOf({ ...message({ kind: "closed" }), id: "home/job:corenas/sync@1/closed/phone" }, FROM);
    const other = await mailOf(message({ incidentId: "home/host:nas@2" }), FROM);
    expect(first.headers.References).toMatch(/^<incident\.[0-9a-f]{32}@example\.org>$/);
    expect(first.headers["In-Reply-To"]).toBe(first.headers.References);
    expect(last.headers).toEqual(first.headers);
    expect(other.headers.References).not.toBe(first.headers.References);
    expect(first.messageId).toMatch(/^<delivery\.[0-9a-f]{32}@example\.org>$/);
    expect(last.messageId).not.toBe(first.messageId);
  });

  test("are one thread with the mail that told of several at once", async () => {
    const ids = ["home/job:corenas/sync@1", "home/host:nas@2"];
    const together = await mailOf(message({ incidentId: "batch@1", incidents: ids }), FROM);
    const alone = await Promise.all(ids.map((incidentId) => mailOf(message({ incidentId }), FROM)));
    expect(together.headers.References.split(" ")).toEqual(alone.map(({ headers }) => headers.References));
    const incidents = Array.from({ length: 200 }, (_, i) => `home/job:nas/j${i}@1`);
    const lines = mimeOf(await mailOf(message({ incidents }), FROM), envelope).split("\r\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe("a mail", () => {
  test("says the same in both bodies, and HTML of others is text in it", async () => {
    const { text, html } = await mailOf(message({ title: HOSTILE, lines: [HOSTILE] }), FROM);
    expect(text).toContain('<b>&"</b>');
    expect(html).toContain("&lt;b&gt;&amp;&quot;&lt;/b&gt;");
    expect(html).not.toMatch(/<b>|<\/p><script>|\u202E|\uD83D/);
    expect(text.isWellFormed() && html.isWellFormed()).toBe(true);
  });

  test("ends in the end of the log, where there is one", async () => {
    const log = ["sending…", `<b>cannot open</b> \u202Earchive`];
    const { text, html } = await mailOf({ ...message(), log }, FROM);
    expect(text).toContain("\nThe end of its log:\n  sending…\n  <b>cannot open</b> archive\n");
    expect(html).toContain("sending…\n&lt;b&gt;cannot open&lt;/b&gt; archive</pre>");
    expect((await mailOf(message(), FROM)).html).not.toContain("<pre");
  });

  test("has a button for each action before the page's, and their addresses in its text", async () => {
    const actions = [{ label: "Acknowledge", url: "https://t.example/act/a.b" }];
    const { text, html } = await mailOf(message({}, PAGE, actions), FROM);
    expect([...html.matchAll(/<a [^>]*>([^<]*)</g)].map(([, label]) => label)).toEqual(["Acknowledge", "Status page"]);
    expect(text).toContain(`Acknowledge: https://t.example/act/a.b\nStatus page: ${PAGE}\n`);
  });

  test("has no button where there is no page", async () => {
    const { text, html } = await mailOf(message({}, null), FROM);
    expect(html).not.toContain("<a ");
    expect(text).toBe(`${opened.title}\n\n${opened.lines.join("\n")}\n`);
  });
});

/** Header lines and bodies of a mail, folded lines joined, base64 and encoded words decoded. */
function read(mail: string) {
  const decoded = (text: string) => new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  const [head = "", ...rest] = mail.split("\r\n\r\n");
  const words = (line: string) => line.replace(/=\?utf-8\?B\?([^?]*)\?=/g, (_, word: string) => decoded(word));
  // Between two encoded words the fold is no part of the text (RFC 2047, section 6.2).
  const unfolded = head.replace(/\?=\r\n =\?/g, "?==?").replace(/\r\n /g, " ");
  const headers = unfolded.split("\r\n").map(words);
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1] ?? "";
  const parts = rest.join("\r\n\r\n").split(`--${boundary}`).slice(1, -1);
  return { headers, bodies: parts.map((part) => decoded((part.split("\r\n\r\n")[1] ?? "").replaceAll("\r\n", ""))) };
}

describe("on the wire", () => {
  const mime = async (alert = {}) => mimeOf(await mailOf(message(alert), FROM), envelope);

  test("a mail is two bodies of the same content, told apart by type, and asks for no answer", async () => {
    const mail = await mime();
    const { headers, bodies } = read(mail);
    expect(headers).toEqual([
      "Date: Mon, 23 Nov 2026 02:14:00 +0000",
      `From: Tierwatch <${FROM}>`,
      "To: <me@example.org>",
      `Subject: ${opened.title}`,
      expect.stringMatching(/^Message-ID: <delivery/),
      expect.stringMatching(/^In-Reply-To: <incident/),
      expect.stringMatching(/^References: <incident/),
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      expect.stringMatching(/^Content-Type: multipart\/alternative; boundary="part-[0-9a-f]+"$/),
    ]);
    expect(mail).toMatch(/text\/plain; charset=utf-8\r\n.*text\/html; charset=utf-8\r\n/s);
    expect(bodies[0]).toContain(opened.lines[0]);
    expect(bodies[1]).toContain("<!doctype html>");
  });

  test("everything is short lines of ASCII, whatever a tool printed", async () => {
    const mail = await mime({
      title: `${HOSTILE} ${"→😀".repeat(20)}`,
      lines: [HOSTILE, "\r\n.\r\nQUIT", "ü".repeat(3000)],
    });
    const lines = mail.split("\r\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(mail.replaceAll("\r\n", "")).toMatch(/^[\x20-\x7e]*$/);
    expect(lines).not.toContain(".");
    expect(read(mail).bodies[0]).toContain("\r\n.\r\nQUIT");
  });

  test("a subject cannot begin a header of its own, nor pass for an encoded word", async () => {
    const { headers } = read(await mime({ title: "a\r\nBcc: you@example.org" }));
    expect(headers).toContain("Subject: a Bcc: you@example.org");
    expect(await mime({ title: "=?utf-8?B?eA==?=" })).not.toContain("Subject: =?utf-8?B?eA==?=\r\n");
  });

  test("the same mail has the same bytes at each try", async () => {
    expect(await mime()).toBe(await mime());
  });
});
