/** Two real Syncthing instances on loopback that share one folder, from `source` to `target`; nothing leaves the machine. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import * as z from "zod/mini";

export const FOLDER = "archive";

interface Instance {
  readonly home: string;
  readonly id: string;
  readonly guiPort: number;
  readonly syncPort: number;
}

export interface SyncthingPair {
  /** REST address and key of the sending side. */
  readonly api: { readonly url: string; readonly key: string };
  readonly receiver: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const KEY = "tierwatch-site-test";

/** Prepares both instances; `start` runs them, `stop` ends them by their own process ids. */
export async function syncthingPair(folder: string, source: string, target: string): Promise<SyncthingPair> {
  const sender = await prepare(join(folder, "sender"));
  const receiver = await prepare(join(folder, "receiver"));
  configure(sender, receiver, source, "sendonly");
  configure(receiver, sender, target, "receiveonly");
  let running: ChildProcess[] = [];
  return {
    api: { url: `http://127.0.0.1:${sender.guiPort}`, key: KEY },
    receiver: receiver.id,
    start: async () => {
      running = [sender, receiver].map(run);
      await Promise.all([sender, receiver].map(answers));
    },
    stop: async () => {
      await Promise.all(running.map(end));
      running = [];
    },
  };
}

async function prepare(home: string): Promise<Instance> {
  mkdirSync(home, { recursive: true });
  execFileSync("syncthing", ["generate", `--home=${home}`], { stdio: "ignore", env: { ...process.env, HOME: home } });
  const id = execFileSync("syncthing", ["--device-id", `--home=${home}`], { env: { ...process.env, HOME: home } });
  return { home, id: id.toString().trim(), guiPort: await freePort(), syncPort: await freePort() };
}

/** Rewrites the generated config.xml: one folder, one peer at a fixed loopback address, and nothing that calls out. */
function configure(me: Instance, peer: Instance, path: string, type: string): void {
  const device = ({ id, syncPort }: Instance) =>
    `<device id="${id}" name="${id.slice(0, 7)}"><address>tcp://127.0.0.1:${syncPort}</address></device>`;
  const off = [
    "globalAnnounceEnabled",
    "localAnnounceEnabled",
    "relaysEnabled",
    "natEnabled",
    "startBrowser",
    "crashReportingEnabled",
  ];
  const file = join(me.home, "config.xml");
  const version = /<configuration version="(\d+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "36";
  writeFileSync(
    file,
    `<configuration version="${version}">
      <folder id="${FOLDER}" path="${path}" type="${type}" rescanIntervalS="3600" fsWatcherEnabled="false">
        <device id="${me.id}"></device><device id="${peer.id}"></device>
        <minDiskFree unit="%">0</minDiskFree>
      </folder>
      ${device(me)}${device(peer)}
      <gui enabled="true" tls="false"><address>127.0.0.1:${me.guiPort}</address><apikey>${KEY}</apikey></gui>
      <options>
        <listenAddress>tcp://127.0.0.1:${me.syncPort}</listenAddress>
        <reconnectionIntervalS>1</reconnectionIntervalS>
        <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
        ${off.map((name) => `<${name}>false</${name}>`).join("")}
      </options>
    </configuration>`,
  );
}

function run({ home }: Instance): ChildProcess {
  const env = { ...process.env, HOME: home, STNOUPGRADE: "1", STNORESTART: "1" };
  return spawn("syncthing", ["serve", `--home=${home}`, "--no-browser", "--no-restart"], { env, stdio: "ignore" });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await ended;
}

/** Waits until the instance answers its REST address; fails after half a minute. */
async function answers({ guiPort }: Instance): Promise<void> {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${guiPort}/rest/system/ping`, { headers: { "X-API-Key": KEY } }).catch(
      () => null,
    );
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Syncthing does not answer at port ${guiPort}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = z.parse(z.object({ port: z.number() }), server.address());
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
