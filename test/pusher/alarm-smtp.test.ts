/** An alarm by mail, to a real mail server on loopback, encrypted as each of the two ways has it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { type Host, host } from "./host.ts";

/** Debian's package is Debian's Python's, which another Python on the PATH may hide. */
const python = ["python3", "/usr/bin/python3"].find((it) => spawnSync(it, ["-c", "import aiosmtpd"]).status === 0);
const hasServer = python !== undefined && spawnSync("openssl", ["version"]).status === 0;
if (!hasServer) console.warn("skipped: an alarm by mail to a real server (not on this machine: aiosmtpd or openssl)");

const taken = z.object({ to: z.array(z.string()), user: z.string(), mail: z.string() });

let certs: string;
beforeAll(() => {
  certs = mkdtempSync(join(tmpdir(), "tierwatch-certs-"));
  if (!hasServer) return;
  const pair = ["-keyout", join(certs, "key.pem"), "-out", join(certs, "cert.pem")];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...pair, ...name]);
});
afterAll(() => rmSync(certs, { recursive: true, force: true }));

interface MailServer {
  readonly port: number;
  readonly mails: () => Promise<z.infer<typeof taken>>;
  readonly stop: () => void;
}

async function mailServer(security: "tls" | "starttls"): Promise<MailServer> {
  const script = join(import.meta.dirname, "smtp-server.py");
  const args = [script, join(certs, "cert.pem"), join(certs, "key.pem"), security];
  const child: ChildProcess = spawn(python ?? "", args, { stdio: ["pipe", "pipe", "ignore"] });
  if (child.stdout === null) throw new Error("stdout is a pipe");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return {
    port: Number(await next()),
    mails: async () => z.parse(taken, JSON.parse(await next())),
    stop: () => void child.stdin?.end(),
  };
}

let here: Host;
let caBefore: string | undefined;
beforeEach(() => {
  here = host();
  writeFileSync(join(here.folder, "password"), "a-password\n");
  caBefore = process.env.NODE_EXTRA_CA_CERTS;
  process.env.NODE_EXTRA_CA_CERTS = join(certs, "cert.pem");
});
afterEach(() => {
  if (caBefore === undefined) delete process.env.NODE_EXTRA_CA_CERTS;
  else process.env.NODE_EXTRA_CA_CERTS = caBefore;
  here.remove();
});

function configure(port: number, security: string, more = 'to = "me@example.org"', login = true): void {
  const user = login ? 'user = "me"\npassword = "file:password"\n' : "";
  const table = `[alarm.smtp]\nhost = "localhost"\nport = ${port}\nsecurity = "${security}"\nfrom = "nas@example.org"\n`;
  here.configure("http://127.0.0.1:9", `${table}${user}${more}\n`);
}

describe.skipIf(!hasServer)("an alarm by mail", () => {
  it.each(["tls", "starttls"] as const)("goes encrypted and with login, by %s", async (security) => {
    const server = await mailServer(security);
    configure(server.port, security);
    const ended = await here.pusher("alarm", "test");
    expect(ended).toMatchObject({ code: 0, stdout: "ok     smtp took the test message\n" });
    const { to, user, mail } = await server.mails();
    expect({ to, user }).toEqual({ to: ["me@example.org"], user: "me" });
    expect(mail).toMatch(
      /^From: nas@example.org\r\nTo: me@example.org\r\nSubject: \S+ tests its own Tierwatch alarm\r\n/,
    );
    expect(mail).toMatch(/\r\nMessage-ID: <[0-9a-f]{32}@example.org>\r\n/i);
    const [, body = ""] = mail.split("\r\n\r\n");
    expect(Buffer.from(body, "base64").toString("utf8")).toContain("By this way");
    server.stop();
  });

  it("says that the server refused the password or the recipient, and never shows the password", async () => {
    const server = await mailServer("tls");
    configure(server.port, "tls", 'to = "nobody@example.org"');
    const recipient = await here.pusher("alarm", "test");
    expect(recipient.stdout).toBe(
      `FAULT  smtp: localhost:${server.port}: the server refused the sender or the recipient (reply 550)\n`,
    );
    writeFileSync(join(here.folder, "password"), "wrong-password\n");
    const { code, stdout, stderr } = await here.pusher("alarm", "test");
    expect(code).toBe(1);
    expect(stdout).toBe(`FAULT  smtp: localhost:${server.port}: the server refused user and password (reply 535)\n`);
    expect(stdout + stderr).not.toContain("wrong-password");
    server.stop();
  });

  it("goes to no server whose certificate nobody vouches for", async () => {
    const server = await mailServer("tls");
    configure(server.port, "tls");
    delete process.env.NODE_EXTRA_CA_CERTS;
    expect((await here.pusher("alarm", "test")).stdout).toMatch(/FAULT {2}smtp: localhost:\d+: .*self.signed/);
    server.stop();
  });
});

describe("an alarm by mail to a server", () => {
  const listening: Server[] = [];
  afterEach(() => {
    for (const server of listening.splice(0)) server.close();
  });

  async function talks(lines: readonly string[]): Promise<number> {
    const server = createServer((socket) => {
      const rest = [...lines];
      socket.on("error", () => undefined);
      socket.write(rest.shift() ?? "");
      socket.on("data", () => socket.write(rest.shift() ?? ""));
    });
    listening.push(server);
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  it("that offers no STARTTLS is not sent unencrypted", async () => {
    configure(await talks(["220 hi\r\n", "250 hi\r\n", "502 what?\r\n"]), "starttls");
    expect((await here.pusher("alarm", "test")).stdout).toMatch(/the server offers no STARTTLS, or it failed/);
  });

  it("that is not there is named", async () => {
    configure(9, "none", 'to = "me@example.org"', false);
    expect((await here.pusher("alarm", "test")).stdout).toMatch(/^FAULT {2}smtp: localhost:9: .*refused/i);
  });
});
