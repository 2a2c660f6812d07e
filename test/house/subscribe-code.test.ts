import { spawnSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runWithWrangler } from "./fake-wrangler.ts";

let folder: string;
const settings = (page: string) =>
  `[vars]\n${page}\n[vars.CHANNELS.phones]\nkind = "push"\n[vars.CHANNELS.mail]\nkind = "email"\n`;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-subscribe-code-"));
  writeFileSync(join(folder, "wrangler.toml"), settings('PAGE_URL = "https://tierwatch.example/"'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], wrangler = "") =>
  runWithWrangler("scripts/subscribe-code.ts", args, wrangler, folder);
const PHONES = ["--channel", "phones"];

describe("npm run subscribe-code", () => {
  test("stores the code's hash, and prints the link with the code in its fragment", () => {
    const { code, stdout, calls } = run(PHONES);
    expect(code).toBe(0);
    const [, printed = ""] = /^ {4}https:\/\/tierwatch\.example\/subscribe#(\S{22})$/m.exec(stdout) ?? [];
    const hash = createHash("sha256").update(printed).digest("base64url");
    expect(calls).toEqual(["whoami --json", expect.stringContaining("d1 execute DB --remote --yes --command INSERT")]);
    expect(calls[1]).toContain(`VALUES ('${hash}', 'phones', `);
    expect(calls[1]).not.toContain(printed);
  });

  test("is good for an hour", () => {
    const [before, { calls }] = [Date.now(), run([...PHONES, "--local"])];
    const expiresAt = Number(/VALUES \([^)]*, (\d+), /.exec(calls[0] ?? "")?.[1]);
    expect(expiresAt - before).toBeGreaterThanOrEqual(3_600_000);
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  test("of the worker on this machine needs neither a login nor PAGE_URL", () => {
    writeFileSync(join(folder, "wrangler.toml"), settings(""));
    const { code, stdout, calls } = run([...PHONES, "--local"]);
    expect(code).toBe(0);
    expect(calls).toHaveLength(1);
    expect(stdout).toContain("http://localhost:8787/subscribe#");
  });

  test("without PAGE_URL says what to set, and makes no code", () => {
    writeFileSync(join(folder, "wrangler.toml"), settings(""));
    const ran = run(PHONES);
    expect(ran).toMatchObject({ code: 1, stdout: "", calls: [] });
    expect(ran.stderr).toContain("PAGE_URL is not set");
  });

  test("knows the push channels of wrangler.toml, and no other", () => {
    const ran = run(["--channel", "mail"]);
    expect(ran).toMatchObject({ code: 1, calls: [] });
    expect(ran.stderr).toBe('wrangler.toml has no channel "mail" of the kind "push". It has phones.\n');
  });

  test("prints no code that was not stored", () => {
    const ran = run([...PHONES, "--local"], 'echo "no such table"; exit 1');
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/no such table\n\nThe code was not stored\./);
  });

  test.each([
    ["no channel", []],
    ["both places", [...PHONES, "--local", "--remote"]],
    ["an unknown option", [...PHONES, "--force"]],
  ])("with %s explains itself", (_, args) => {
    const ran = run(args);
    expect(ran).toMatchObject({ code: 2, calls: [] });
    expect(ran.stderr).toMatch(/^usage: npm run subscribe-code/);
  });
});

test("npm run vapid prints two halves of one key, and the commands that set them", () => {
  const { stdout } = spawnSync(process.execPath, ["scripts/vapid.ts"], { encoding: "utf8" });
  const publicKey = Buffer.from(/public_key = "(\S{87})"/.exec(stdout)?.[1] ?? "", "base64url");
  const d = /secret put VAPID_PRIVATE_KEY\n\n {4}(\S{43})\n/.exec(stdout)?.[1] ?? "";
  const half = (from: number) => publicKey.subarray(from, from + 32).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: half(1), y: half(33) };
  const derived = createPublicKey(createPrivateKey({ key: { ...jwk, d }, format: "jwk" })).export({ format: "jwk" });
  expect(derived).toEqual(jwk);
});
