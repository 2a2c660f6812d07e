import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { enrollmentCode } from "../../protocol/enrollment.ts";
import { enrollmentSql, makeEnrollmentCode } from "../../scripts/enrollment-code.ts";
import { runWithWrangler } from "./fake-wrangler.ts";

const NOW = Date.parse("2026-11-23T02:00:00Z");
const HOME = { site: "home", host: "corenas" };
const ASKED = ["--site", "home", "--host", "corenas"];

describe("an enrolment code", () => {
  test("has the 128 bits that were drawn, and 15 minutes", () => {
    const { code, expiresAt } = makeEnrollmentCode((bytes) => Buffer.alloc(bytes, 0xab), NOW);
    expect(code).toBe("q6urq6urq6urq6urq6urqw");
    expect(enrollmentCode.safeParse(code).success).toBe(true);
    expect(expiresAt - NOW).toBe(15 * 60_000);
  });

  test("never begins like an option of a command line", () => {
    const draws = [Buffer.alloc(16, 0xfb), Buffer.alloc(16, 0)];
    const { code } = makeEnrollmentCode(() => draws.shift() ?? Buffer.alloc(0), NOW);
    expect(code).toBe("A".repeat(22));
  });

  test("is stored as its hash alone", () => {
    const made = makeEnrollmentCode(randomBytes, NOW);
    const hash = createHash("sha256").update(made.code).digest("base64url");
    const sql = enrollmentSql(made, HOME);
    expect(sql).toContain(`VALUES ('${hash}', 'home', 'corenas', ${made.expiresAt}, 0)`);
    expect(sql).not.toContain(made.code);
  });
});

describe("npm run enroll-code", () => {
  test("stores the code and prints it, with the command for the host", () => {
    const { code, stdout, calls } = runWithWrangler("scripts/enroll-code.ts", [...ASKED, "--local"], "");
    expect(code).toBe(0);
    const [, printed] = /^ {4}(\S{22})$/m.exec(stdout) ?? [];
    const hash = createHash("sha256")
      .update(printed ?? "")
      .digest("base64url");
    expect(stdout).toContain(`node pusher.mjs enroll ${printed}`);
    expect(calls).toEqual([expect.stringContaining(`d1 execute DB --local --yes --command INSERT INTO enrollments`)]);
    expect(calls[0]).toContain(hash);
  });

  test("means the worker on Cloudflare when nothing is said", () => {
    const { calls } = runWithWrangler("scripts/enroll-code.ts", ASKED, "");
    expect(calls).toEqual(["whoami --json", expect.stringContaining("d1 execute DB --remote")]);
  });

  test("says how to log in, and makes no code", () => {
    const ran = runWithWrangler("scripts/enroll-code.ts", ASKED, "exit 1");
    expect(ran).toMatchObject({ code: 1, stdout: "", calls: ["whoami --json"] });
    expect(ran.stderr).toContain("npx wrangler login");
  });

  test("prints no code that was not stored", () => {
    const ran = runWithWrangler("scripts/enroll-code.ts", [...ASKED, "--local"], 'echo "no such table"; exit 1');
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/no such table\n\nThe code was not stored\./);
  });

  test.each([
    ["no host", ["--site", "home"]],
    ["a name that is none", ["--site", "home", "--host", "Core'NAS"]],
    ["both places", [...ASKED, "--local", "--remote"]],
    ["an unknown option", [...ASKED, "--force"]],
  ])("with %s explains itself", (_, args) => {
    const ran = runWithWrangler("scripts/enroll-code.ts", args, "");
    expect(ran).toMatchObject({ code: 2, calls: [] });
    expect(ran.stderr).toMatch(/^usage: npm run enroll-code/);
  });
});
