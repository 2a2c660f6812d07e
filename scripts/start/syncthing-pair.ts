/**
 * Two real Syncthing instances (1.x or 2.x) that share one folder on loopback: their homes and settings, and how they are
 * started. They know each other's address; nothing is announced, relayed, reported or upgraded, so nothing leaves the machine.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { freePort } from "./ports.ts";

/** The id of the folder that both share. */
export const SHARED_FOLDER = "archive";
const START_MAX_MS = 30_000;
const POLL_MS = 100;

export interface Instance {
  readonly home: string;
  readonly device: string;
  /** What the other one calls it. */
  readonly name: string;
  /** Where its side of the folder lies. */
  readonly path: string;
  readonly type: "sendonly" | "receiveonly";
  readonly guiPort: number;
  readonly syncPort: number;
}

export interface Pair {
  readonly sender: Instance;
  readonly receiver: Instance;
}

/** Where the pair is to live and to look. */
export interface PairPlan {
  /** The program, 1.x or 2.x. */
  readonly program: string;
  /** For both homes. */
  readonly folder: string;
  readonly from: string;
  readonly to: string;
  /** Of both REST interfaces. */
  readonly key: string;
}

/** Runs a command line to its end. */
export type RunOnce = (argv: readonly string[]) => Promise<{ readonly code: number | null; readonly output: string }>;

/** Makes both homes; the failure says why not. */
export async function preparePair(plan: PairPlan, run: RunOnce): Promise<Result<Pair, string>> {
  const sender = await prepare(plan, { name: "corenas", path: plan.from, type: "sendonly" }, run);
  if (!sender.ok) return sender;
  const receiver = await prepare(plan, { name: "winvm", path: plan.to, type: "receiveonly" }, run);
  if (!receiver.ok) return receiver;
  configure(sender.value, receiver.value, plan.key);
  configure(receiver.value, sender.value, plan.key);
  return ok({ sender: sender.value, receiver: receiver.value });
}

async function prepare(
  { program, folder }: PairPlan,
  side: Pick<Instance, "name" | "path" | "type">,
  run: RunOnce,
): Promise<Result<Instance, string>> {
  const home = join(folder, side.name);
  mkdirSync(home, { recursive: true });
  const made = await run([program, "generate", `--home=${home}`]);
  if (made.code !== 0) return failed(`syncthing generate: ${made.output}`);
  // Version 1 tells the id by a flag, version 2 by a command; the generated settings hold it in both.
  const device = /<device id="([A-Z0-9-]{63})"/.exec(readFileSync(join(home, "config.xml"), "utf8"))?.[1];
  if (device === undefined) return failed("syncthing generate named no device");
  return ok({ ...side, home, device, guiPort: await freePort(), syncPort: await freePort() });
}

/** Rewrites the generated settings whole: one folder, one peer at a fixed address, and nothing that calls out. */
function configure(me: Instance, peer: Instance, key: string): void {
  const file = join(me.home, "config.xml");
  const version = /<configuration version="(\d+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "36";
  const device = ({ device: id, name, syncPort }: Instance) =>
    `<device id="${id}" name="${name}"><address>tcp://127.0.0.1:${syncPort}</address></device>`;
  const off = ["globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled"];
  const quiet = [...off, "startBrowser", "crashReportingEnabled"].map((name) => `<${name}>false</${name}>`);
  writeFileSync(
    file,
    `<configuration version="${version}">
  <folder id="${SHARED_FOLDER}" path="${xml(me.path)}" type="${me.type}" rescanIntervalS="3600" fsWatcherEnabled="false">
    <device id="${me.device}"></device><device id="${peer.device}"></device>
    <minDiskFree unit="%">0</minDiskFree>
  </folder>
  ${device(me)}${device(peer)}
  <gui enabled="true" tls="false"><address>127.0.0.1:${me.guiPort}</address><apikey>${key}</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:${me.syncPort}</listenAddress>
    <reconnectionIntervalS>1</reconnectionIntervalS>
    <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
    ${quiet.join("")}
  </options>
</configuration>`,
  );
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** How an instance is started; it stays in the foreground. */
export function serveArgv(program: string, { home }: Instance): string[] {
  return [program, "serve", `--home=${home}`, "--no-browser", "--no-restart"];
}

export function urlOf({ guiPort }: Pick<Instance, "guiPort">): string {
  return `http://127.0.0.1:${guiPort}`;
}

/** Waits until an instance answers. */
export async function answers(instance: Instance, key: string): Promise<Result<null, string>> {
  for (const until = Date.now() + START_MAX_MS; Date.now() < until; await sleep(POLL_MS)) {
    try {
      const headers = { "X-API-Key": key };
      if ((await fetch(`${urlOf(instance)}/rest/system/ping`, { headers })).ok) return ok(null);
    } catch {
      // It does not listen yet.
    }
  }
  return failed(`it did not answer within ${START_MAX_MS / 1000} s`);
}
