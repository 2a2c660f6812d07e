/**
 * `npm run deploy`: makes the database if there is none, migrates it, deploys the worker. Migrations come first: they only
 * add, so the old worker runs on the new tables for the seconds in between. `-- --dry-run` does all that can be done
 * without an account: types, migrations on a throw-away database, the bundle and its size.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { callWrangler, databaseName, isLoggedIn, LOG_IN, showWrangler } from "./wrangler.ts";

const GZIP_BUDGET_BYTES = 220 * 1024;

function main(argv: readonly string[]): number {
  if (argv.length === 1 && argv[0] === "--dry-run") return dryRun();
  if (argv.length === 0) return deploy();
  console.error("usage: npm run deploy [-- --dry-run]");
  return 2;
}

function deploy(): number {
  if (!isLoggedIn()) return failed(LOG_IN);
  const name = databaseName();
  const exists = hasDatabase(name);
  if (exists === undefined) return 1;
  if (!exists && !makeDatabase(name)) return 1;
  if (!showWrangler(["d1", "migrations", "apply", "DB", "--remote"])) {
    return failed("The database could not be migrated; the worker that runs was left as it is.");
  }
  return showWrangler(["deploy"]) ? 0 : failed("The worker was not deployed; its database is ready for the next try.");
}

/** Whether the account has a database of that name; undefined when it could not be asked, which was told. */
function hasDatabase(name: string): boolean | undefined {
  const listed = callWrangler(["d1", "list", "--json"]);
  if (!listed.ok) {
    failed(`${listed.lastLines}\n\nThe account's databases could not be listed; nothing was deployed.`);
    return undefined;
  }
  const databases = z.array(z.object({ name: z.string() })).parse(JSON.parse(listed.stdout));
  return databases.some((database) => database.name === name);
}

/** Its output is shown only when it fails: it ends in advice on the settings file that does not apply here. */
function makeDatabase(name: string): boolean {
  const { ok, lastLines } = callWrangler(["d1", "create", name, "--no-update-config"]);
  return told(
    ok,
    `Made the database ${name}.`,
    `${lastLines}\n\nThe database could not be made; nothing was deployed.`,
  );
}

function dryRun(): number {
  const folder = mkdtempSync(join(tmpdir(), "tierwatch-deploy-"));
  try {
    return checkTypes() && checkMigrations(folder) && checkBundle(folder) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkTypes(): boolean {
  const { status } = spawnSync("tsc", ["-p", "tsconfig.worker.json"], { stdio: "inherit" });
  return told(status === 0, "Types: fine.", "Types: wrong, see above.");
}

function checkMigrations(folder: string): boolean {
  const { ok, lastLines } = callWrangler(["d1", "migrations", "apply", "DB", "--local", "--persist-to", folder]);
  return told(ok, "Migrations: they apply to an empty database.", `${lastLines}\nMigrations: they do not apply.`);
}

function checkBundle(folder: string): boolean {
  const { ok, lastLines } = callWrangler(["deploy", "--dry-run", "--outdir", folder]);
  if (!ok) return told(false, "", `${lastLines}\nBundle: it could not be built.`);
  const bundle = readFileSync(join(folder, "index.js"));
  const packed = gzipSync(bundle).length;
  const size = `${kib(bundle.length)} raw, ${kib(packed)} gzip; the budget is ${kib(GZIP_BUDGET_BYTES)} gzip`;
  return told(packed <= GZIP_BUDGET_BYTES, `Bundle: ${size}.`, `Bundle: too large: ${size}.`);
}

function told(ok: boolean, good: string, bad: string): boolean {
  if (ok) console.log(good);
  else console.error(bad);
  return ok;
}

function failed(message: string): number {
  console.error(message);
  return 1;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

process.exitCode = main(process.argv.slice(2));
