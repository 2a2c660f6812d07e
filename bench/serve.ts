/** A worker on workerd with its D1 on disk, run by `wrangler dev` on loopback; ended by its process group. */
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";

const WRANGLER = resolve("node_modules/wrangler/bin/wrangler.js");
const START_MAX_MS = 60_000;

export interface Served {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts a worker of its own name, entry and variables, after running `sql` over its migrated or empty database. */
export async function serve(folder: string, name: string, own: object, sql: string, migrate: boolean): Promise<Served> {
  const config = join(folder, `${name}.json`);
  const database = { binding: "DB", database_name: name, database_id: name, migrations_dir: resolve("migrations") };
  writeFileSync(config, JSON.stringify({ name, compatibility_date: "2026-11-02", d1_databases: [database], ...own }));
  const place = ["--config", config, "--persist-to", join(folder, `${name}-state`)];
  if (migrate) run(["d1", "migrations", "apply", "DB", "--local", ...place]);
  if (sql !== "") run(["d1", "execute", "DB", "--local", "--yes", "--command", sql, ...place]);
  const port = await freePort();
  const flags = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--log-level", "error"];
  const child = spawn(
    process.execPath,
    [WRANGLER, "dev", "--local", ...flags, "--show-interactive-dev-session=false", ...place],
    {
      stdio: "ignore",
      detached: true,
    },
  );
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  return {
    url,
    stop: async () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [WRANGLER, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`wrangler ${args[0]} ${args[1]} failed: ${stderr}`);
}

async function answering(url: string): Promise<void> {
  for (const until = Date.now() + START_MAX_MS; Date.now() < until; await sleep(100)) {
    if ((await fetch(url).catch(() => null)) !== null) return;
  }
  throw new Error(`no worker answers at ${url}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = z.parse(z.object({ port: z.number() }), server.address());
  await new Promise<void>((done) => server.close(() => done()));
  return port;
}
