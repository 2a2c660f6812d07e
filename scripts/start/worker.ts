/**
 * The real worker on workerd with an embedded D1, as `wrangler dev` runs it: settings made from wrangler.toml, the database
 * migrated, the enrolment codes stored. Cron triggers never fire there by themselves, so the demo fires one each minute.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Children, Ended } from "./children.ts";
import { SWEEP_SECONDS } from "./timetable.ts";

const START_MAX_MS = 90_000;
const POLL_MS = 100;
const CRON_MS = 60_000;
const LINES_SHOWN = 12;
const SECRET = "DEMO_WEBHOOK_SECRET";

export interface WorkerPlace {
  /** Where settings, database and logs go. */
  readonly folder: string;
  /** The repository. */
  readonly source: string;
  readonly port: number;
  readonly children: Children;
}

export interface Alerting {
  /** Address that alerts are posted to, and what they are signed with. */
  readonly url: string;
  readonly secret: string;
}

export interface Worker {
  readonly url: string;
  /** Resolves when it ended by itself, with the sentence to say. */
  readonly died: Promise<string>;
}

const settings = z.looseObject({
  main: z.string(),
  assets: z.looseObject({ directory: z.string() }),
  d1_databases: z.array(z.looseObject({ binding: z.string() })),
});

/** Writes the settings and makes the database: its tables, then whatever `sql` adds. */
export async function prepareWorker(at: WorkerPlace, alerting: Alerting, sql: string): Promise<Result<null, string>> {
  writeSettings(at, alerting);
  for (const args of [
    ["migrations", "apply", "DB"],
    ["execute", "DB", "--yes", "--command", sql],
  ]) {
    const ended = await at.children.start(wrangler(at, "d1", ...args, "--local"), logOf(at));
    if (ended.code !== 0) return failed(`The worker's database could not be made.\n${tail(ended)}`);
  }
  return ok(null);
}

/** Starts the worker, and waits until it answers. */
export async function startWorker(at: WorkerPlace): Promise<Result<Worker, string>> {
  const url = urlOf(at);
  const flags = ["--local", "--ip", "127.0.0.1", "--port", String(at.port), "--inspector-port", "0"];
  const calm = ["--log-level", "warn", "--show-interactive-dev-session=false"];
  const ended = at.children.start(wrangler(at, "dev", ...flags, ...calm), logOf(at));
  const died = ended.then(
    (how) => `The worker stopped by itself; its last lines (more in ${logOf(at)}):\n${tail(how)}`,
  );
  const dead = died.then(failed);
  for (const until = Date.now() + START_MAX_MS; Date.now() < until; ) {
    const answer = await Promise.race([dead, answers(url)]);
    if (typeof answer !== "boolean") return answer;
    if (answer) {
      setInterval(fireCron, CRON_MS, url).unref();
      return ok({ url, died });
    }
  }
  return failed(`The worker did not answer within ${START_MAX_MS / 1000} s; see ${logOf(at)}.`);
}

/** As Cloudflare fires `* * * * *`. One that fails is missed by the other clock, as it should be. */
async function fireCron(url: string): Promise<void> {
  await fetch(new URL("/cdn-cgi/local/scheduled", url)).catch(() => undefined);
}

function urlOf({ port }: WorkerPlace): string {
  return `http://127.0.0.1:${port}`;
}

function logOf({ folder }: WorkerPlace): string {
  return join(folder, "worker.log");
}

function wrangler({ folder, source }: WorkerPlace, ...args: string[]): string[] {
  const program = join(source, "node_modules", "wrangler", "bin", "wrangler.js");
  const place = ["--config", join(folder, "wrangler.json"), "--persist-to", join(folder, "d1")];
  return [process.execPath, program, ...args, ...place];
}

function writeSettings(at: WorkerPlace, { url, secret }: Alerting): void {
  const { triggers: _, ...own } = z.parse(settings, parse(readFileSync(join(at.source, "wrangler.toml"), "utf8")));
  const demo = {
    ...own,
    main: join(at.source, own.main),
    assets: { ...own.assets, directory: join(at.source, own.assets.directory) },
    d1_databases: own.d1_databases.map((database) => ({ ...database, migrations_dir: join(at.source, "migrations") })),
    vars: {
      SWEEP_SECONDS,
      PAGE_URL: urlOf(at),
      ALLOW_PRIVATE_URLS: true,
      // It listens on loopback alone, where nobody has to sign in.
      OPEN_TO_ALL: true,
      CHANNELS: { terminal: { kind: "webhook", url, secret: SECRET } },
    },
  };
  writeFileSync(join(at.folder, "wrangler.json"), JSON.stringify(demo, null, 2));
  writeFileSync(join(at.folder, ".dev.vars"), `${SECRET}="${secret}"\n`, { mode: 0o600 });
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(new URL("/healthz", url));
    return true;
  } catch {
    await sleep(POLL_MS);
    return false;
  }
}

function tail({ output }: Ended): string {
  return output.trimEnd().split("\n").slice(-LINES_SHOWN).join("\n");
}
