import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { alert } from "../../worker/judge/say.ts";
import { spelledOut } from "../../worker/store/spelled.ts";
import { putTest } from "../../worker/store/test-delivery-sql.ts";
import { runWithWrangler } from "./fake-wrangler.ts";

const NOW = Date.parse("2026-11-23T02:14:00Z");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-test-channel-"));
  writeFileSync(
    join(folder, "wrangler.toml"),
    '[vars.CHANNELS.phone]\nkind = "ntfy"\n\n[vars.CHANNELS.mail]\nkind = "email"\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], wrangler: string) =>
  runWithWrangler("scripts/test-channel.ts", args, wrangler, folder);

/** A wrangler that stores, and answers how the delivery stands. */
const standing = (...results: object[]) => `case "$*" in
  *SELECT*) echo '${JSON.stringify([{ results, success: true }])}' ;;
esac`;

describe("the delivery of a test", () => {
  test("is an alert that says that it is one, and is due at once", () => {
    const anna = { by: "anna", through: "command" } as const;
    const [sql = "", trail = ""] = putTest("phone", anna, ", with npm run test-channel", NOW).map(spelledOut);
    expect(sql).toContain(`'test/${NOW}/test/phone'`);
    expect(trail).toContain("INTO audit");
    const said = alert.parse(JSON.parse(/'(\{.*\})'/.exec(sql)?.[1] ?? ""));
    expect(said).toMatchObject({ kind: "test", title: "Test of the channel phone: nothing is wrong" });
    expect(said.lines[0]).toBe("anna asked for this test at 2026-11-23 02:14 UTC, with npm run test-channel.");
  });
});

describe("npm run test-channel", () => {
  test("puts a delivery into the worker's database, waits, and says that it was taken", () => {
    const ran = run(["phone"], standing({ state: "delivered", last_error: null, attempts: 1 }));
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain("The provider behind phone took it. Did it arrive?");
    expect(ran.calls).toEqual([
      "whoami --json",
      expect.stringMatching(/^d1 execute DB --remote --yes --command INSERT OR IGNORE INTO deliveries /),
      expect.stringMatching(/^d1 execute DB --remote --yes --json --command SELECT state/),
    ]);
  });

  test.each([
    [{ state: "refused", last_error: "ntfy answered 403: forbidden" }, "The worker will not try again."],
    [{ state: "pending", last_error: "ntfy answered 500" }, "The worker will try again."],
  ])("says why it was not taken: %j", (row, next) => {
    const ran = run(["phone", "--local"], standing({ ...row, attempts: 1 }));
    expect(ran.code).toBe(1);
    expect(ran.stderr).toBe(`phone did not take it: ${row.last_error}. ${next}\n`);
  });

  test("tells of the browser that did not get it, though another did", () => {
    const got = { state: "delivered", last_error: null, attempts: 1 };
    const ran = run(["phone", "--local"], standing(got, { ...got, state: "refused", last_error: "it is gone" }));
    expect(ran.stderr).toBe("phone did not take it: it is gone. The worker will not try again.\n");
  });

  test("knows the channels of wrangler.toml, and no other", () => {
    const ran = run(["pager"], "");
    expect(ran).toMatchObject({ code: 1, calls: [] });
    expect(ran.stderr).toBe('wrangler.toml has no channel "pager" under [vars.CHANNELS]. It has phone, mail.\n');
  });

  test("says how to log in, and stores nothing", () => {
    const ran = run(["phone"], "exit 1");
    expect(ran).toMatchObject({ code: 1, calls: ["whoami --json"] });
    expect(ran.stderr).toContain("npx wrangler login");
  });

  test("shows what wrangler said when the test was not stored", () => {
    const ran = run(["phone", "--local"], 'echo "no such table"; exit 1');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/no such table\n\nThe test was not stored\./);
  });

  test.each([
    ["no name", []],
    ["two names", ["phone", "mail"]],
    ["both places", ["phone", "--local", "--remote"]],
    ["an unknown option", ["phone", "--force"]],
  ])("with %s explains itself", (_, args) => {
    const ran = run(args, "");
    expect(ran).toMatchObject({ code: 2, calls: [] });
    expect(ran.stderr).toMatch(/^usage: npm run test-channel/);
  });
});
