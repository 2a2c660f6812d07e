/** A host with an `[alarm]`, run in this process, so that a test can move its clock. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beat } from "../../pusher/commands/deliver.ts";
import { enroll } from "../../pusher/commands/enroll.ts";
import { type Config, checkConfig } from "../../pusher/config.ts";
import { secretsOf } from "../../pusher/secrets.ts";
import type { Shell } from "../../pusher/shell.ts";
import type { FakeWorker } from "./fake-worker.ts";

export interface AlarmHost {
  readonly folder: string;
  readonly config: Config;
  readonly shell: Shell;
  readonly warnings: string[];
  readonly said: string[];
  /** Moves the clock of this host and of the worker on, and beats; the worker has swept so long before. */
  readonly beatAfter: (minutes: number, sweptMinutesAgo?: number) => Promise<number>;
  readonly remove: () => void;
}

/** Enrols a host whose pusher.toml has these further tables; `files` are secrets beside it. */
export async function alarmHost(
  worker: FakeWorker,
  tables: string,
  files: Readonly<Record<string, string>> = {},
): Promise<AlarmHost> {
  const folder = mkdtempSync(join(tmpdir(), "tierwatch-alarm-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const toml = `worker = "${worker.url}"\nkey = "file:host.key"\n[beat]\nevery = "5m"\ngrace = "10m"\n${tables}`;
  const checked = checkConfig(toml, join(folder, "pusher.toml"), "pusher.toml");
  if (!checked.ok) throw new Error(checked.failure.join("\n"));
  const config = checked.value;
  const [warnings, said]: [string[], string[]] = [[], []];
  let ahead = 0;
  const secrets = secretsOf({});
  const shell: Shell = {
    now: () => Date.now() + ahead,
    elapsed: () => performance.now(),
    newId: () => crypto.randomUUID(),
    env: process.env,
    platform: process.platform,
    program: ["node", "main.ts"],
    say: (line) => void said.push(secrets.redact(line)),
    warn: (line) => void warnings.push(secrets.redact(line)),
    pass: () => undefined,
    onSignal: () => () => undefined,
    secrets,
  };
  if ((await enroll(config, shell, worker.code)) !== 0) throw new Error(warnings.join("\n"));
  said.length = 0;
  return {
    folder,
    config,
    shell,
    warnings,
    said,
    beatAfter: (minutes, sweptMinutesAgo = 0) => {
      ahead += minutes * 60_000;
      worker.clockAheadMs = ahead;
      worker.lastSweepAt = new Date(shell.now() - sweptMinutesAgo * 60_000).toISOString();
      return beat(config, shell);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Text of a file in the host's folder; empty when it is not there. */
export function textOf(here: AlarmHost, name: string): string {
  try {
    return readFileSync(join(here.folder, name), "utf8");
  } catch {
    return "";
  }
}

export interface Posted {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly posted: Posted[];
  /** Set by tests: the status that is answered; 0 never answers. */
  status: number;
  readonly close: () => Promise<void>;
}

/** Takes POSTs on loopback, as ntfy or the receiver of a webhook does. */
export async function receiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.entries(request.headers).map(([key, value]) => [key, String(value)] as const);
    const body = Buffer.concat(chunks).toString("utf8");
    if (here.status === 0) return;
    if (request.method === "POST" && here.status < 300) {
      here.posted.push({ path: request.url ?? "", headers: Object.fromEntries(headers), body });
    }
    response.writeHead(here.status, here.status === 307 ? { location: `${here.url}/elsewhere` } : {}).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const here: Receiver = {
    url: `http://127.0.0.1:${port}`,
    posted: [],
    status: 200,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return here;
}
