/** One look at a folder through Syncthing's REST interface. */
import { failed, ok, type Result } from "../../protocol/result.ts";
import { few } from "./few.ts";
import {
  connections,
  type DeviceConfig,
  dbCompletion,
  dbStatus,
  deviceConfigs,
  deviceStats,
  fileList,
  folderConfig,
  folderErrors,
  systemStatus,
} from "./syncthing-answers.ts";
import type { Refusal, Rest } from "./syncthing-api.ts";
import { nameOf, type Peer, peerOf, type Seen } from "./syncthing-judge.ts";
import type { SyncthingSettings } from "./syncthing-settings.ts";
import { folderTrouble } from "./syncthing-trouble.ts";

const NEVER = "1970-01-01T00:00:00Z";
/** So many names are asked for. */
const FEW = { page: "1", perpage: "20" };

/** A look; of a refusal by what Syncthing knows for sure, `status` tells that waiting is in vain. */
export async function lookAt(
  own: SyncthingSettings,
  rest: Rest,
): Promise<Result<Seen & { readonly peerId: string }, Refusal>> {
  const { folder: id, side } = own;
  const folder = await rest.get(`/config/folders/${encodeURIComponent(id)}`, {}, folderConfig);
  if (!folder.ok) return failed(aboutFolder(id, folder.failure));
  const device = await deviceOf(own, rest, folder.value);
  if (!device.ok) return device;
  const peerId = device.value.deviceID;
  const status = await rest.get("/db/status", { folder: id }, dbStatus);
  if (!status.ok) return failed(aboutFolder(id, status.failure));
  const needs =
    side === "sending" ? await rest.get("/db/completion", { folder: id, device: peerId }, dbCompletion) : undefined;
  // After the question what it lacks: who is connected now was not away when that was answered.
  const peer = await peerSeen(device.value, rest);
  if (!peer.ok) return peer;
  const errors =
    status.value.errors > 0 ? await rest.get("/folder/errors", { folder: id, ...FEW }, folderErrors) : undefined;
  return ok({
    folder: folder.value,
    status: status.value,
    peer: peer.value,
    peerId,
    ...(needs?.ok ? { completion: needs.value } : {}),
    errors: errors?.ok ? (errors.value.errors ?? []) : [],
  });
}

function aboutFolder(folder: string, refusal: Refusal): Refusal {
  return refusal.status === 404 ? { ...refusal, words: folderTrouble(folder, refusal.said) } : refusal;
}

async function deviceOf(
  own: SyncthingSettings,
  rest: Rest,
  folder: Seen["folder"],
): Promise<Result<DeviceConfig, Refusal>> {
  const me = await rest.get("/system/status", {}, systemStatus);
  if (!me.ok) return me;
  const devices = await rest.get("/config/devices", {}, deviceConfigs);
  if (!devices.ok) return devices;
  const peer = peerOf(own.device, folder, me.value.myID, devices.value);
  return typeof peer === "string" ? failed({ status: 404, said: peer, words: peer }) : ok(peer);
}

async function peerSeen(device: DeviceConfig, rest: Rest): Promise<Result<Peer, Refusal>> {
  const all = await rest.get("/system/connections", {}, connections);
  if (!all.ok) return all;
  const connection = all.value.connections[device.deviceID];
  const base = { name: nameOf(device), paused: device.paused };
  if (connection?.connected === true) {
    const { startedAt, inBytesTotal, outBytesTotal } = connection;
    const traffic = startedAt && { since: startedAt, inBytes: inBytesTotal, outBytes: outBytesTotal };
    return ok({ ...base, connected: true, ...(traffic ? { traffic } : {}) });
  }
  const stats = await rest.get("/stats/device", {}, deviceStats);
  const lastSeenAt = stats.ok ? stats.value[device.deviceID]?.lastSeen : undefined;
  const isKnown = lastSeenAt !== undefined && lastSeenAt !== NEVER;
  return ok({ ...base, connected: false, ...(isKnown ? { lastSeenAt } : {}) });
}

/** A few names of what the other side lacks; empty when they are not to be had. */
export async function lackedBy(own: SyncthingSettings, peerId: string, rest: Rest): Promise<string> {
  if (own.side === "receiving") return "";
  const files = await rest.get("/db/remoteneed", { folder: own.folder, device: peerId, ...FEW }, fileList);
  const names = few();
  for (const { name } of files.ok ? (files.value.files ?? []) : []) names.add(name);
  return names.say();
}
