/**
 * Two real Syncthing instances that share one folder on loopback, from the archive tier to staging. They know each other's address;
 * nothing is announced, relayed, reported or upgraded, so nothing leaves the machine.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { type Children, lastLine } from "./children.ts";
import { freePort } from "./ports.ts";
import type { Tiers } from "./site.ts";

export const SHARED_FOLDER = "archive";
const START_MAX_MS = 30_000;
const POLL_MS = 100;

export interface Syncthing {
  /** REST address of the sending side. */
  readonly url: string;
  /** Device id of the receiving side. */
  readonly receiver: string;
}

interface Instance {
  readonly home: string;
  readonly device: string;
  readonly guiPort: number;
  readonly syncPort: number;
}

interface Shared {
  readonly path: string;
  readonly type: "sendonly" | "receiveonly";
  readonly key: string;
}

/** Makes and starts both sides in `folder`, with `key` for their REST addresses; the failure says why it went wrong. */
export async function startSyncthing(
  children: Children,
  folder: string,
  key: string,
  tiers: Tiers,
): Promise<Result<Syncthing, string>> {
  const sender = await prepare(children, join(folder, "sender"));
  const receiver = await prepare(children, join(folder, "receiver"));
  if (!sender.ok) return sender;
  if (!receiver.ok) return receiver;
  configure(sender.value, receiver.value, { path: tiers.archive, type: "sendonly", key });
  configure(receiver.value, sender.value, { path: tiers.staging, type: "receiveonly", key });
  for (const instance of [sender.value, receiver.value]) {
    const stopped = run(children, instance).then((line) => failed(`it stopped: ${line}`));
    const answered = await Promise.race([stopped, answers(instance, key)]);
    if (!answered.ok) return answered;
  }
  return ok({ url: urlOf(sender.value), receiver: receiver.value.device });
}

function urlOf({ guiPort }: Instance): string {
  return `http://127.0.0.1:${guiPort}`;
}

async function prepare(children: Children, home: string): Promise<Result<Instance, string>> {
  mkdirSync(home, { recursive: true });
  const made = await children.start(["syncthing", "generate", `--home=${home}`]);
  if (made.code !== 0) return failed(`syncthing generate: ${lastLine(made)}`);
  // Version 1 tells the id by a flag, version 2 by a command; the generated settings hold it in both.
  const device = /<device id="([A-Z0-9-]{63})"/.exec(readFileSync(join(home, "config.xml"), "utf8"))?.[1];
  if (device === undefined) return failed("syncthing generate named no device");
  return ok({ home, device, guiPort: await freePort(), syncPort: await freePort() });
}

/** Rewrites the generated settings whole: one folder, one peer at a fixed address, and nothing that calls out. */
function configure(me: Instance, peer: Instance, { path, type, key }: Shared): void {
  const file = join(me.home, "config.xml");
  const version = /<configuration version="(\d+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "36";
  const device = ({ device: id, syncPort }: Instance, name: string) =>
    `<device id="${id}" name="${name}"><address>tcp://127.0.0.1:${syncPort}</address></device>`;
  const off = ["globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled"];
  const quiet = [...off, "startBrowser", "crashReportingEnabled"].map((name) => `<${name}>false</${name}>`);
  writeFileSync(
    file,
    `<configuration version="${version}">
  <folder id="${SHARED_FOLDER}" path="${xml(path)}" type="${type}" rescanIntervalS="3600" fsWatcherEnabled="false">
    <device id="${me.device}"></device><device id="${peer.device}"></device>
    <minDiskFree unit="%">0</minDiskFree>
  </folder>
  ${device(me, "me")}${device(peer, "peer")}
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

async function run(children: Children, { home }: Instance): Promise<string> {
  const argv = ["syncthing", "serve", `--home=${home}`, "--no-browser", "--no-restart"];
  return lastLine(await children.start(argv, join(home, "syncthing.log")));
}

async function answers(instance: Instance, key: string): Promise<Result<null, string>> {
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
