import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { runWithWrangler } from "./fake-wrangler.ts";

const deploy = (wrangler: string) => runWithWrangler("scripts/deploy.ts", [], wrangler);

/** A wrangler whose account has these databases; `more` is further cases of its first two words. */
const account = (databases: string, more = "") => `case "$1 $2" in
  "d1 list") echo '${databases}' ;;
  ${more}
esac`;

describe("npm run deploy", () => {
  test("the first time makes the database, migrates it, then deploys", () => {
    const { code, calls } = deploy(account("[]"));
    expect(code).toBe(0);
    expect(calls).toEqual([
      "whoami --json",
      "d1 list --json",
      "d1 create tierwatch --no-update-config",
      "d1 migrations apply DB --remote",
      "deploy",
    ]);
  });

  test("later leaves the database and only migrates it", () => {
    const { code, calls } = deploy(account('[{"name": "other"}, {"name": "tierwatch"}]'));
    expect(code).toBe(0);
    expect(calls.slice(2)).toEqual(["d1 migrations apply DB --remote", "deploy"]);
  });

  test("without a login says how to log in, and does nothing", () => {
    const { code, calls, stderr } = deploy('[ "$1" != whoami ]');
    expect({ code, calls }).toEqual({ code: 1, calls: ["whoami --json"] });
    expect(stderr).toMatch(/^You are not logged in to Cloudflare: run `npx wrangler login`.*\n$/);
  });

  test("stops before the worker when the database does not migrate", () => {
    const { code, calls, stderr } = deploy(account('[{"name": "tierwatch"}]', '"d1 migrations") exit 1 ;;'));
    expect(code).toBe(1);
    expect(calls).not.toContain("deploy");
    expect(stderr).toContain("the worker that runs was left as it is");
  });

  test("shows what wrangler said when the account cannot be asked", () => {
    const { code, stderr } = deploy('[ "$1" = whoami ] || { echo "no route to host"; exit 1; }');
    expect(code).toBe(1);
    expect(stderr).toMatch(/no route to host\n\n.*nothing was deployed/);
  });

  test("takes no other arguments", () => {
    const ran = runWithWrangler("scripts/deploy.ts", ["--force"], "exit 1");
    expect(ran).toMatchObject({ code: 2, calls: [], stderr: "usage: npm run deploy [-- --dry-run]\n" });
  });
});

test("npm run deploy -- --dry-run checks everything offline and tells the bundle's size", { timeout: 600_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/deploy.ts", "--dry-run"], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^Types: fine\.\nMigrations: .*\.\nBundle: [\d.]+ KiB raw, [\d.]+ KiB gzip; the budget is 220\.0 KiB gzip\.\n$/,
  );
  expect(status).toBe(0);
});
