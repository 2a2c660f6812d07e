/** The client's side of SMTP, against servers that a script speaks for. Real servers stand in test/site/smtp.test.ts. */
import { describe, expect, test } from "vitest";
import { type Connection, talkSmtp } from "../../../worker/channels/smtp-talk.ts";

const MAIL = { from: "t@example.org", to: "me@example.org", data: "Subject: x\r\n\r\nbody\r\n" };
const LOGIN = { user: "me", password: "pä:ss" };
const GREETING = "220 mail.example.org ESMTP\r\n";
const PLAIN = "250-mail.example.org\r\n250-SIZE 1000\r\n250 AUTH LOGIN PLAIN\r\n";
const REST = ["250 sender\r\n", "250 recipient\r\n", "354 go on\r\n", "250 taken\r\n", "221 bye\r\n"];

/** A server that says its lines, one for each that it hears, and hangs up; a line may come in pieces. */
function server(lines: readonly (string | readonly string[])[], more: Partial<Connection> = {}) {
  const heard: string[] = [];
  const rest = [...lines];
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 99,
  });
  const out = writable.getWriter();
  const speak = async () => {
    const line = rest.shift() ?? [];
    for (const piece of typeof line === "string" ? [line] : line) await out.write(new TextEncoder().encode(piece));
    if (rest.length === 0) await out.close().catch(() => undefined);
  };
  void speak();
  const ears = new WritableStream<Uint8Array>({
    write(words) {
      heard.push(new TextDecoder().decode(words));
      void speak();
    },
  });
  const startTls = () => {
    throw new Error("nobody asked for TLS");
  };
  return { heard, connection: { readable, writable: ears, startTls, ...more } };
}

describe("a talk", () => {
  test("says all that a mail needs, in order, and leaves politely", async () => {
    const { heard, connection } = server([GREETING, PLAIN, "235 welcome\r\n", ...REST]);
    expect(await talkSmtp(connection, false, LOGIN, MAIL)).toEqual({ kind: "delivered" });
    expect(heard).toEqual([
      "EHLO tierwatch.invalid\r\n",
      `AUTH PLAIN ${btoa("\0me\0p\u00c3\u00a4:ss")}\r\n`,
      "MAIL FROM:<t@example.org>\r\n",
      "RCPT TO:<me@example.org>\r\n",
      "DATA\r\n",
      "Subject: x\r\n\r\nbody\r\n.\r\n",
      "QUIT\r\n",
    ]);
  });

  test("logs in by LOGIN where there is no PLAIN", async () => {
    const offer = "250 AUTH=LOGIN\r\n";
    const { heard, connection } = server([
      GREETING,
      offer,
      "334 VXNlcm5hbWU6\r\n",
      "334 UGFzc3dvcmQ6\r\n",
      "235 ok\r\n",
      ...REST,
    ]);
    expect(await talkSmtp(connection, false, LOGIN, MAIL)).toEqual({ kind: "delivered" });
    expect(heard.slice(1, 4)).toEqual(["AUTH LOGIN\r\n", `${btoa("me")}\r\n`, `${btoa("p\u00c3\u00a4:ss")}\r\n`]);
  });

  test("goes on over TLS, and asks again what is offered there", async () => {
    const secret = server([PLAIN, "235 ok\r\n", ...REST]);
    // Over TLS the client speaks first.
    const reader = secret.connection.readable;
    const open = server([GREETING, "250-hi\r\n250 STARTTLS\r\n", "220 go\r\n"], {
      startTls: () => ({ ...secret.connection, readable: reader }),
    });
    expect(await talkSmtp(open.connection, true, LOGIN, MAIL)).toEqual({ kind: "delivered" });
    expect(open.heard).toEqual(["EHLO tierwatch.invalid\r\n", "STARTTLS\r\n"]);
    expect(secret.heard[1]).toMatch(/^AUTH PLAIN /);
  });

  test("believes nothing that came before TLS", async () => {
    const open = server([GREETING, "250 STARTTLS\r\n", "220 go\r\n250 AUTH PLAIN\r\n"]);
    expect(await talkSmtp(open.connection, true, LOGIN, MAIL)).toEqual({
      kind: "retry",
      error: "the server spoke before TLS was set up",
    });
  });

  test("puts replies together from pieces, and takes two at once apart", async () => {
    const { connection } = server([
      ["22", "0 hi\r", "\n"],
      ["250-a\r\n25", "0 AUTH PLAIN\r\n"],
      "235 ok\r\n",
      "250 sender\r\n250 recipient\r\n",
      [],
      ...REST.slice(2),
    ]);
    expect(await talkSmtp(connection, false, LOGIN, MAIL)).toEqual({ kind: "delivered" });
  });

  test("doubles the dot that begins a line of the mail", async () => {
    const { heard, connection } = server([GREETING, "250 hi\r\n", ...REST]);
    await talkSmtp(connection, false, null, { ...MAIL, data: ".a\r\n.\r\nb.\r\n" });
    expect(heard).toContain("..a\r\n..\r\nb.\r\n.\r\n");
  });

  test("is over once the mail was taken, whatever becomes of the farewell", async () => {
    for (const end of [["500 what?\r\n"], []]) {
      const { connection } = server([GREETING, "250 hi\r\n", ...REST.slice(0, 4), ...end]);
      expect(await talkSmtp(connection, false, null, MAIL)).toEqual({ kind: "delivered" });
    }
  });
});

describe("a reply", () => {
  const upTo = (count: number, reply: string) => [GREETING, "250 hi\r\n", ...REST.slice(0, count), reply];

  test.each([
    [["554 go away\r\n"], "refused", "the server answered the greeting with 554 go away"],
    [["421 busy\r\n"], "retry", "the server answered the greeting with 421 busy"],
    [upTo(0, "550 who?\r\n"), "refused", "the server answered the sender with 550 who?"],
    [upTo(1, "450 greylisted\r\n"), "retry", "the server answered the recipient with 450 greylisted"],
    [
      upTo(1, "550-5.1.1 no such\r\n550 user\r\n"),
      "gone",
      "the server answered the recipient with 550-5.1.1 no such 550 user",
    ],
    [upTo(2, "451 later\r\n"), "retry", "the server answered DATA with 451 later"],
    [upTo(3, "552 too big\r\n"), "refused", "the server answered the mail with 552 too big"],
    [upTo(3, "250"), "retry", "the server hung up before it answered the mail"],
    [[], "retry", "the server hung up before it answered the greeting"],
    [["nonsense ".repeat(3000)], "retry", "the server's answer to the greeting has no end"],
  ])("%# of %j is %s", async (lines, kind, error) => {
    expect(await talkSmtp(server(lines).connection, false, null, MAIL)).toEqual({ kind, error });
  });

  test("that offers no way to log in ends the talk", async () => {
    const { heard, connection } = server([GREETING, "250 AUTH CRAM-MD5\r\n"]);
    expect(await talkSmtp(connection, false, LOGIN, MAIL)).toMatchObject({ kind: "retry" });
    expect(heard).toHaveLength(1);
  });
});
