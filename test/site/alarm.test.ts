/** The bundled pusher tells its owner by mail: what it loads only then is in the bundle, and works there. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { testPusher } from "./pusher.ts";

const folder = mkdtempSync(join(tmpdir(), "tierwatch-site-alarm-"));
const mails: string[] = [];

/** As much of a mail server (RFC 5321) as one mail needs. */
function converse(socket: Socket): void {
  let text = "";
  let inMail = false;
  const answer = (line: string) => {
    if (/^DATA/i.test(line)) inMail = true;
    socket.write(inMail ? "354 go on\r\n" : "250 OK\r\n");
  };
  socket.on("error", () => undefined);
  socket.write("220 ready\r\n");
  socket.on("data", (chunk) => {
    text += chunk.toString();
    if (inMail && text.endsWith("\r\n.\r\n")) {
      mails.push(text);
      inMail = false;
      text = "";
      socket.write("250 taken\r\n");
    } else if (!inMail && text.endsWith("\r\n")) {
      answer(text);
      text = "";
    }
  });
}

const server = createServer(converse);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the bundle sends a test by mail and by a command", async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const { pusher } = testPusher(
    folder,
    `worker = "http://127.0.0.1:9"
key = "file:host.key"
beat = { every = "5m", grace = "10m" }
[alarm.smtp]
host = "127.0.0.1"
port = ${port}
security = "none"
from = "nas@example.org"
to = "me@example.org"
[alarm.command]
argv = ["${process.execPath}", "-e", "process.stdin.resume()"]
`,
  );
  const { code, output } = await pusher("alarm", "test");
  expect(output).toBe("ok     smtp took the test message\nok     command took the test message\n");
  expect(code).toBe(0);
  expect(mails).toEqual([expect.stringMatching(/\r\nSubject: \S+ tests its own Tierwatch alarm\r\n/)]);
});
