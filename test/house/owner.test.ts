/** `npm run owner`: a link that is good once, and the end of an owner; and never the code where it would be kept. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { runWithWrangler } from "./fake-wrangler.ts";

const owner = (...args: string[]) => runWithWrangler("scripts/owner.ts", args, "true");

describe("npm run owner", () => {
  test("prints a link with a code whose hash alone is stored, and writes down who asked for it", () => {
    const ran = owner("anna", "--local");
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const [, code = ""] = /^ {4}http:\/\/localhost:8787\/owner\/enroll#([A-Za-z0-9_-]{22})$/m.exec(ran.stdout) ?? [];
    const sql = ran.calls.join("\n");
    expect(sql).toContain(createHash("sha256").update(code).digest("base64url"));
    expect(sql).not.toContain(code);
    expect(sql).toContain("INSERT OR IGNORE INTO audit");
    expect(sql).toContain("'anna'");
  });

  test("makes the link for where the page is", () => {
    expect(owner("anna", "--remote", "--url", "https://t.example/").stdout).toContain(
      "https://t.example/owner/enroll#",
    );
    const without = owner("anna", "--remote");
    expect(without).toMatchObject({ code: 1, calls: [] });
    expect(without.stderr).toContain("PAGE_URL");
  });

  test("locks somebody out of everything", () => {
    const ran = owner("anna", "--local", "--remove");
    expect(ran.stdout).toMatch(/^anna is locked out/);
    const sql = ran.calls.join("\n");
    for (const table of ["passkeys", "sessions", "tokens", "owner_codes"]) expect(sql).toContain(`UPDATE ${table} SET`);
  });

  test.each([[["an na"]], [["a'b"]], [["anna", "bert"]], [["--local", "--remote"]], [["anna", "--url", "nowhere"]]])(
    "explains itself when asked %j",
    (args) => {
      const ran = owner(...args);
      expect(ran).toMatchObject({ code: 2, calls: [] });
      expect(ran.stderr).toMatch(/^usage: npm run owner/);
    },
  );

  test("says when nothing was stored", () => {
    const ran = runWithWrangler("scripts/owner.ts", ["anna", "--local"], "echo no such table; exit 1");
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("Nothing was changed");
  });
});
