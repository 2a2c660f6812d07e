/** The two hosts: each a folder with its pusher.toml and its key, and the bundled pusher as cron would start it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { type Children, type Ended, lastLine } from "./children.ts";

export interface Host {
  readonly name: string;
  readonly folder: string;
  /** Runs `pusher ARGS…` to its end. */
  readonly pusher: (...args: string[]) => Promise<Ended>;
}

/** Makes a host's folder below `site`, with its settings in it. */
export function makeHost(children: Children, bundle: string, site: string, name: string, toml: string): Host {
  const folder = join(site, name);
  const config = join(folder, "pusher.toml");
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, toml);
  const command = [process.execPath, bundle, "--config", config];
  return { name, folder, pusher: (...args) => children.start([...command, ...args]) };
}

/** Enrols a host with its one-time code; it makes a key of its own. */
export async function enrol(host: Host, code: string): Promise<Result<null, string>> {
  const ended = await host.pusher("enroll", code);
  return ended.code === 0 ? ok(null) : failed(`${host.name} could not be enrolled: ${lastLine(ended)}`);
}
