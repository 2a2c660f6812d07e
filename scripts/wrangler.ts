/** Wrangler as a program: called with arguments, answering its exit code and what it printed. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import * as z from "zod/mini";

/** The lines of its output that an owner is shown when it fails. */
const LINES_SHOWN = 15;

const settings = z.object({
  d1_databases: z.array(z.object({ binding: z.string(), database_name: z.string() })),
});

/** The name of the database behind the binding `DB`. */
export function databaseName(): string {
  const { d1_databases } = settings.parse(parse(readFileSync("wrangler.toml", "utf8")));
  const found = d1_databases.find(({ binding }) => binding === "DB");
  if (found === undefined) throw new Error("wrangler.toml has no D1 database with the binding DB");
  return found.database_name;
}

export interface Called {
  readonly ok: boolean;
  readonly stdout: string;
  /** The end of what it printed, for a message. */
  readonly lastLines: string;
}

/** Calls wrangler and keeps what it prints. It asks nothing: its input is empty. */
export function callWrangler(args: readonly string[]): Called {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
  const { status, stdout, stderr, error } = spawnSync("wrangler", args, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error !== undefined)
    return { ok: false, stdout: "", lastLines: `wrangler could not be started: ${error.message}` };
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  return { ok: status === 0, stdout, lastLines: lines.slice(-LINES_SHOWN).join("\n") };
}

/** Calls wrangler before the owner's eyes; false when it failed. */
export function showWrangler(args: readonly string[]): boolean {
  console.log(`\n> wrangler ${args.join(" ")}`);
  return spawnSync("wrangler", args, { stdio: "inherit" }).status === 0;
}

/** True when wrangler is logged in to Cloudflare, by itself or by a token in the environment. */
export function isLoggedIn(): boolean {
  return callWrangler(["whoami", "--json"]).ok;
}

export const LOG_IN =
  "You are not logged in to Cloudflare: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and try again.";

/** Whether a command can go on to that worker: the one on Cloudflare takes a login, and without one this says how to. */
export function canReach(where: "--local" | "--remote"): boolean {
  if (where === "--local" || isLoggedIn()) return true;
  console.error(LOG_IN);
  return false;
}
