/** `npm run share`: what it stores, prints and refuses. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { runWithWrangler } from "./fake-wrangler.ts";

const run = (args: readonly string[], wrangler = "echo '[]'") => runWithWrangler("scripts/share.ts", args, wrangler);
const LISTED = JSON.stringify([
  {
    results: [
      { name: "kitchen", sites: '["home"]', made_at: Date.parse("2026-11-23T02:00:00Z") },
      { name: "parents", sites: null, made_at: Date.parse("2026-11-24T02:00:00Z") },
    ],
  },
]);

describe("npm run share", () => {
  test("make stores the key's hash and never the key, and prints the link once", () => {
    const { code, stdout, calls } = run(["make", "--name", "kitchen", "--site", "home", "--site", "cabin", "--local"]);
    expect(code).toBe(0);
    const [, key = ""] = /^ {4}http:\/\/localhost:8787\/\?key=(\S{22})$/m.exec(stdout) ?? [];
    const hash = createHash("sha256").update(key).digest("base64url");
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain(`'${hash}', 'kitchen', '["home","cabin"]', `);
    expect(calls[0]).toMatch(/INSERT OR IGNORE INTO audit .*'make link'.*'kitchen, of home, cabin'/);
    expect(calls[0]).not.toContain(key);
  });

  test("make without a site shows every site", () => {
    expect(run(["make", "--name", "kitchen", "--local"]).calls[0]).toContain("'kitchen', null, ");
  });

  test("list shows what there is, without keys", () => {
    const { stdout } = run(["list", "--local"], `echo '${LISTED}'`);
    expect(stdout).toBe("kitchen: home, made 2026-11-23\nparents: every site, made 2026-11-24\n");
    expect(run(["list", "--local"], `echo '[{"results":[]}]'`).stdout).toBe("There is no such link.\n");
  });

  test("revoke ends it, and says when there was none", () => {
    const done = run(
      ["revoke", "--name", "kitchen", "--local"],
      `echo '[{"results":[{"name":"kitchen"}]},{"results":[]}]'`,
    );
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("Revoked") });
    expect(done.calls[0]).toContain("WHERE name = 'kitchen' AND revoked_at IS NULL");
    expect(done.calls[0]).toContain("'revoke link'");
    expect(run(["revoke", "--name", "Anna's", "--local"], `echo '[{"results":[{"name":"x"}]}]'`).calls[0]).toContain(
      "WHERE name = 'Anna''s'",
    );
    const none = run(["revoke", "--name", "kitchen", "--local"], `echo '[{"results":[]},{"results":[]}]'`);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no link "kitchen"') });
  });

  test.each([
    [[]],
    [["give"]],
    [["make"]],
    [["make", "--name", " "]],
    [["make", "--name", "x".repeat(61)]],
    [["make", "--name", "kitchen", "--site", "Ho'me"]],
    [["revoke", "--name", "kitchen", "--site", "home"]],
    [["list", "kitchen"]],
  ])("%j is not understood, and asks for nothing", (args) => {
    expect(run(args)).toMatchObject({ code: 2, calls: [], stderr: expect.stringContaining("usage: npm run share") });
  });

  test("says what to do when the database is not reached", () => {
    const { code, stderr } = run(["list", "--local"], "echo 'no such table: shares' >&2; exit 1");
    expect(code).toBe(1);
    expect(stderr).toContain("no such table: shares");
    expect(stderr).toContain("Was the worker deployed");
  });
});
