/** Days left of certificates and keys: real ones, made for the test, from a file and over TLS on loopback. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificate, daysLeft } from "../../pusher/jobs/certificate.ts";
import { keyAge } from "../../pusher/jobs/key-age.ts";
import type { JobKind } from "../../pusher/jobs/kind.ts";
import { levelsOf } from "../../worker/judge/levels.ts";
import { missing } from "../site/tools.ts";
import { played } from "./played.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-23T02:00:00Z");
let folder: string;

function run(kind: JobKind, settings: object, now = NOW) {
  const prepared = kind.prepare(settings);
  if (!prepared.ok) throw new Error("these settings are good");
  return prepared.value.run({ ...played([], now).context, job: "nas", folder });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-cert-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listening<Of extends Server>(server: Of): Promise<{ readonly at: string; readonly close: () => void }> {
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server on loopback has a port");
  return { at: `127.0.0.1:${address.port}`, close: () => void server.close() };
}

const absent = missing(["openssl"], "certificates made by openssl");
describe.skipIf(absent.length > 0)("a certificate made by openssl", () => {
  const file = (name: string) => join(folder, name);
  const make = (name: string, days: number) =>
    execFileSync(
      "openssl",
      [
        ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj".split(" "),
        `/CN=${name}.example`,
        ...["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`), "-days", String(days)],
      ],
      { stdio: "ignore" },
    );
  beforeAll(() => {
    make("long", 90);
    make("short", 20);
  });

  test("has its days left counted, from a file", async () => {
    const { status, readings } = await run(certificate, { file: "long.pem" }, Date.now() + DAY);
    expect(status).toBe("succeeded");
    expect(readings).toMatchObject([{ name: "certificate.nas.days_left", value: 88, unit: "days", verdict: "ok" }]);
    expect(readings?.[0]?.text).toMatch(/^nas: the certificate of long\.example ends on 20\d\d-\d\d-\d\d, in 88 days$/);
    expect(levelsOf("certificate.nas.days_left")).toMatchObject({ unit: "days", worse: "below" });
  });

  test("is in a chain as good as the first to end", async () => {
    writeFileSync(file("chain.pem"), readFileSync(file("long.pem"), "utf8") + readFileSync(file("short.pem"), "utf8"));
    const { readings } = await run(certificate, { file: "chain.pem" }, Date.now() + DAY);
    expect(readings?.[0]).toMatchObject({ value: 18, text: expect.stringContaining("short.example") });
  });

  test("is asked of a server, which need not be trusted", async () => {
    const server = await listening(
      createServer({ key: readFileSync(file("short.key")), cert: readFileSync(file("short.pem")) }),
    );
    const { readings } = await run(certificate, { server: server.at }, Date.now() + DAY);
    server.close();
    expect(readings?.[0]).toMatchObject({ value: 18, text: expect.stringContaining("short.example") });
  });

  test("fails by name when the file holds none", async () => {
    expect((await run(certificate, { file: "long.key" })).reason).toMatch(
      /long\.key holds no certificate: it is no PEM/,
    );
    expect((await run(certificate, { file: "nowhere.pem" })).reason).toMatch(/nowhere\.pem: it does not exist/);
  });
});

test("a server that is not there, or speaks no TLS, is told as that", async () => {
  const plain = await listening(createPlainServer((socket) => void socket.end("220 hello\r\n")));
  expect((await run(certificate, { server: plain.at })).reason).toMatch(/does not speak TLS|does it speak TLS/);
  plain.close();
  expect(await run(certificate, { server: plain.at })).toMatchObject({
    status: "failed",
    reason: `${plain.at}: nothing listens there`,
  });
});

test("a certificate is critical once it has ended, and before it begins", () => {
  const one = { subject: "x.example", beginsAt: NOW - DAY, endsAt: NOW + DAY };
  expect(daysLeft("nas", [one], NOW)).toMatchObject({ value: 1, verdict: "ok" });
  expect(daysLeft("nas", [one], NOW + DAY)).toMatchObject({
    value: 0,
    verdict: "critical",
    text: expect.stringMatching(/ended on/),
  });
  expect(daysLeft("nas", [one], NOW - 2 * DAY)).toMatchObject({
    verdict: "critical",
    text: expect.stringMatching(/only from/),
  });
});

describe("a key", () => {
  test("has the age of its file, which is not read", async () => {
    writeFileSync(join(folder, "token"), "hush", { mode: 0o200 });
    utimesSync(join(folder, "token"), NOW / 1000, (NOW - 401.5 * DAY) / 1000);
    const { readings } = await run(keyAge, { file: "token" });
    expect(readings).toMatchObject([{ name: "key.nas.age", value: 401, unit: "days" }]);
    expect(levelsOf("key.nas.age")).toMatchObject({ warning: 400, unit: "days" });
  });

  test.each([
    ["2026-12-03", 10, "ok"],
    ["2026-11-23", 0, "ok"],
    ["2026-11-22", -1, "critical"],
  ])("that ends on %s has %i days left", async (expires, value, verdict) => {
    expect((await run(keyAge, { expires })).readings).toMatchObject([{ name: "key.nas.days_left", value, verdict }]);
  });

  test.each(["2026-02-30", "31.12.2026", "soon"])("does not end on %s", (expires) => {
    expect(keyAge.prepare({ expires }).ok).toBe(false);
  });

  test("that is gone is a failure", async () => {
    expect((await run(keyAge, { file: "gone" })).reason).toMatch(/gone: it does not exist/);
  });
});
