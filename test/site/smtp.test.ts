/**
 * The worker's own mail, from the real bundle to a real mail server on loopback, encrypted as each of the two ways has it.
 * Each mail is a test as `npm run test-channel` asks for one.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { spelledOut } from "../../worker/store/spelled.ts";
import { putTest, testOutcomes } from "../../worker/store/test-delivery-sql.ts";
import { type Served, serve } from "./harness.ts";

/** Debian's package is Debian's Python's, which another Python on the PATH may hide. */
const python = ["python3", "/usr/bin/python3"].find((it) => spawnSync(it, ["-c", "import aiosmtpd"]).status === 0);
const hasServer = python !== undefined && spawnSync("openssl", ["version"]).status === 0;
if (!hasServer) console.warn("skipped: the worker's mail to a real server (not on this machine: aiosmtpd or openssl)");

const taken = z.object({ to: z.array(z.string()), user: z.string(), mail: z.string() });

let certs: string;
let worker: Served | undefined;
/** Each sweep is later than every one before, and its lease over. */
let time = Date.now();
const later = () => {
  time += 120_000;
  return time;
};
const closing: (() => unknown)[] = [];

beforeAll(() => {
  certs = mkdtempSync(join(tmpdir(), "tierwatch-certs-"));
  for (const name of ["trusted", "strange"]) {
    const pair = ["-keyout", join(certs, `${name}.key`), "-out", join(certs, `${name}.pem`)];
    const about = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    if (hasServer)
      spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...pair, ...about]);
  }
  // Read once, when the local runtime is loaded: the one authority that it trusts.
  process.env.NODE_EXTRA_CA_CERTS = join(certs, "trusted.pem");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await worker?.close();
  rmSync(certs, { recursive: true, force: true });
});

async function mailServer(security: "tls" | "starttls", certificate = "trusted") {
  const script = join("test", "pusher", "smtp-server.py");
  const args = [script, join(certs, `${certificate}.pem`), join(certs, `${certificate}.key`), security];
  const child: ChildProcess = spawn(python ?? "", args, { stdio: ["pipe", "pipe", "ignore"] });
  if (child.stdout === null) throw new Error("stdout is a pipe");
  closing.push(() => child.stdin?.end());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return { port: Number(await next()), mail: async () => z.parse(taken, JSON.parse(await next())) };
}

/** A server that says its lines, one for each thing it is told, and then does as `last` says. */
async function server(lines: readonly string[], last: (socket: Socket) => void) {
  const heard: string[] = [];
  const listening: Server = createServer((socket) => {
    const rest = [...lines];
    const speak = () => {
      const line = rest.shift();
      if (line === undefined) last(socket);
      else socket.write(line);
    };
    socket.on("error", () => undefined);
    socket.on("data", (words) => {
      heard.push(String(words));
      speak();
    });
    speak();
  });
  await new Promise<void>((resolve) => listening.listen(0, "localhost", resolve));
  closing.push(() => listening.close());
  const address = listening.address();
  return { port: address !== null && typeof address === "object" ? address.port : 0, heard };
}

const ended = z.object({ state: z.string(), last_error: z.nullable(z.string()) });

/** Lets the worker with this channel sweep once, and answers how its test ended. */
async function tested(channel: object, password = "a-password"): Promise<z.infer<typeof ended>> {
  const smtp = { kind: "smtp", host: "localhost", from: "tierwatch@example.org", to: "me@example.org", ...channel };
  const vars = { ALLOW_PRIVATE_URLS: true, PAGE_URL: "https://t.example/", CHANNELS: { mail: smtp } };
  const secrets = { MAIL_PASSWORD: password };
  worker = await (worker === undefined ? serve(vars, secrets) : worker.change(vars, secrets));
  const now = later();
  const anna = { by: "anna", through: "command" } as const;
  // What the tests before could not deliver would be tried again.
  await worker.db.prepare("DELETE FROM deliveries").run();
  for (const statement of putTest("mail", anna, "", now)) await worker.db.prepare(spelledOut(statement)).run();
  await worker.sweep(now);
  return z.parse(ended, await worker.db.prepare(spelledOut(testOutcomes("mail", now))).first());
}

const LOGIN = { user: "me", password: "MAIL_PASSWORD" };

describe.skipIf(!hasServer)("the worker's mail", () => {
  test.each(["tls", "starttls"] as const)("goes encrypted and with login, by %s", async (security) => {
    const real = await mailServer(security);
    expect(await tested({ security, port: real.port, ...LOGIN })).toEqual({ state: "delivered", last_error: null });
    const { to, user, mail } = await real.mail();
    expect({ to, user }).toEqual({ to: ["me@example.org"], user: "me" });
    expect(mail).toContain("\r\nSubject: Test of the channel mail: nothing is wrong\r\n");
    expect(mail).toMatch(/\r\nMessage-ID: <delivery\.[0-9a-f]{32}@example\.org>\r\nIn-Reply-To: <incident\./);
    const parts = mail.split(/\r\n--part-[0-9a-f]+(?:--)?\r\n/).slice(1, 3);
    const bodies = parts.map((part) => Buffer.from(part.split("\r\n\r\n")[1] ?? "", "base64").toString());
    expect(bodies[0]).toContain("anna asked for this test");
    expect(bodies[1]).toContain('<a class="button" href="https://t.example/"');
  });

  test("is refused for good with a wrong password, which nobody gets to see", async () => {
    const real = await mailServer("tls");
    const end = await tested({ port: real.port, ...LOGIN }, "wrong-password");
    expect(end).toMatchObject({ state: "refused", last_error: expect.stringContaining("the password with 535") });
    expect(end.last_error).not.toContain("wrong-password");
  });

  test("is refused for good by a server that knows no such recipient", async () => {
    const real = await mailServer("tls");
    const end = await tested({ port: real.port, to: "nobody@example.org", ...LOGIN });
    expect(end).toEqual({ state: "refused", last_error: "the server answered the recipient with 550 no such user" });
  });

  test.each(["tls", "starttls"] as const)(
    "goes to no server whose certificate nobody vouches for, by %s",
    async (security) => {
      const real = await mailServer(security, "strange");
      const end = await tested({ security, port: real.port, ...LOGIN });
      expect(end).toMatchObject({
        state: "pending",
        last_error: expect.stringContaining("no talk over TLS with localhost:"),
      });
    },
  );
});

describe("a mail server", () => {
  const starttls = async (lines: readonly string[], last: (socket: Socket) => void = () => undefined) => {
    const { port, heard } = await server(lines, last);
    return { ...(await tested({ security: "starttls", port, ...LOGIN })), heard };
  };

  test("that offers no STARTTLS is told neither password nor mail", async () => {
    expect(await starttls(["220 hi\r\n", "250-hi\r\n250 AUTH PLAIN\r\n"])).toEqual({
      state: "pending",
      last_error: "the server offers no STARTTLS, and nothing is sent in the clear",
      heard: ["EHLO tierwatch.invalid\r\n"],
    });
  });

  test("that hangs up in the middle of the talk is tried again", async () => {
    const end = await starttls(["220 hi\r\n"], (socket) => socket.end());
    expect(end).toMatchObject({ state: "pending", last_error: expect.stringMatching(/hung up|no talk/) });
  });

  test("that says nothing for 10 seconds is tried again", async () => {
    const end = await starttls(["220 hi\r\n"]);
    expect(end).toMatchObject({ state: "pending", last_error: "no answer within 10 s" });
  });

  test("that has no time now is tried again, and one that does not want to talk is not", async () => {
    expect(await starttls(["421 busy\r\n"])).toMatchObject({ state: "pending" });
    expect(await starttls(["554 go away\r\n"])).toMatchObject({ state: "refused" });
  });

  test("that is not there is named", async () => {
    const end = await tested({ port: 9, ...LOGIN });
    expect(end).toMatchObject({ state: "pending", last_error: expect.stringContaining("localhost:9") });
  });
});
