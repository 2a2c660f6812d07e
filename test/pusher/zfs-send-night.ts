/** A night of zfs-send as ZFS would answer it, changed by what a test says, and what was asked of ZFS. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import { type Answer, played } from "./played.ts";

export const NOW = Date.parse("2026-11-23T02:00:00.500Z");
export const TODAY = "tierwatch-20261123T020000Z";
export const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/zfs-receive", `${name}.stderr`), "utf8");
export const gone = (name: string) => ({ exitCode: 1, stderr: `cannot open '${name}': dataset does not exist\n` });
export const listing = (dataset: string, guids: Readonly<Record<string, string>>) =>
  Object.entries(guids)
    .map(([name, guid], i) => `${dataset}@${name}\tguid\t${guid}\n${dataset}@${name}\tcreatetxg\t${i}\n`)
    .join("");

export const TOKEN = "zfs get -H -o value receive_resume_token archive/apps";
export const SNAPSHOTS = "zfs get -H -p -d 1 -o name,property,value creation,createtxg,guid,userrefs,clones";
export const MOUNT = "zfs get -H -o property,value canmount,mountpoint,mounted archive/apps";
export const BOOKMARKS = "zfs list -H -p -t bookmark -d 1 -o name,guid,createtxg,creation fast/apps";
export const mountedAs = (mounted: "yes" | "no", canmount = "on") =>
  `canmount\t${canmount}\nmountpoint\t/archive/apps\nmounted\t${mounted}\n`;

/** A night on which everything works: yesterday's snapshot is on both sides. */
export const NIGHT: readonly Answer[] = [
  ["zpool list -H -o health", { stdout: "ONLINE\n" }],
  [TOKEN, { stdout: "-\n" }],
  [`${SNAPSHOTS} fast/apps`, { stdout: listing("fast/apps", { yesterday: "1", [TODAY]: "2" }) }],
  [`${SNAPSHOTS} archive/apps`, { stdout: listing("archive/apps", { yesterday: "1", [TODAY]: "2" }) }],
  ["zfs list -H -o name archive/apps", { stdout: "archive/apps\n" }],
  ["zfs snapshot", {}],
  ["zfs send", { bytes: 624 }],
  ["zfs receive", {}],
  [MOUNT, { stdout: mountedAs("yes") }],
  [BOOKMARKS, {}],
  ["zfs bookmark", {}],
];

export async function run(answers: readonly Answer[], more: object = {}, carries?: KindContext["carries"]) {
  const prepared = zfsSend.prepare({ source: "fast/apps", target: "archive/apps", ...more });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls, log } = played([...answers, ...NIGHT], NOW, { nightly: { daily: 7 }, once: { daily: 1 } });
  return { outcome: await prepared.value.run(carries === undefined ? context : { ...context, carries }), calls, log };
}

export const moving = (calls: readonly string[]) =>
  calls.filter((line) => /^zfs (send|receive|snapshot|destroy|mount)/.test(line));
