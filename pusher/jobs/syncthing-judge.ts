/** Where a folder stands, from one look at Syncthing: pure. The other side is believed only while it is connected. */
import { counted } from "./few.ts";
import type { Completion, DbStatus, DeviceConfig, FileError, FolderConfig } from "./syncthing-answers.ts";
import { filesTrouble, folderTrouble, pausedHere } from "./syncthing-trouble.ts";

/** The other side, as this one sees it. */
export interface Peer {
  readonly name: string;
  readonly paused: boolean;
  readonly connected: boolean;
  /** RFC 3339; absent when it was never seen. */
  readonly lastSeenAt?: string;
  /** Of the connection: when it began, and what went over it since. */
  readonly traffic?: { readonly since: string; readonly inBytes: number; readonly outBytes: number };
}

/** One look. */
export interface Seen {
  readonly folder: FolderConfig;
  readonly status: DbStatus;
  readonly peer: Peer;
  /** What the other side still needs; of a receiving side, absent. */
  readonly completion?: Completion;
  /** The first of the files that failed on this side. */
  readonly errors: readonly FileError[];
}

/** What has still to be carried. */
export interface Left {
  readonly items: number;
  readonly bytes: number;
}

export type Standing =
  | { readonly kind: "complete"; readonly warnings: readonly string[] }
  /** It may yet come: `why` is what is to be said if it does not. */
  | { readonly kind: "waiting"; readonly left: Left; readonly why: string }
  /** Somebody has to do something. */
  | { readonly kind: "stuck"; readonly reason: string };

/** Whether the other side has everything that this one has. */
export function judgeSending(seen: Seen): Standing {
  const stuck = standsStill(seen) ?? refusesFolder(seen);
  if (stuck !== undefined) return { kind: "stuck", reason: stuck };
  const { peer, completion, status, folder } = seen;
  const left = {
    items: (completion?.needItems ?? 0) + (completion?.needDeletes ?? 0),
    bytes: completion?.needBytes ?? 0,
  };
  if (!peer.connected) return { kind: "waiting", left, why: `${away(peer)}${lacks(peer, left)}` };
  if (completion === undefined || completion.remoteState === "unknown") {
    return { kind: "waiting", left, why: `${peer.name} does not say what it has of folder ${folder.id}` };
  }
  if (left.items > 0) {
    const advice = `look at the folder there (its failed items), whether it is paused, and whether it is still shared`;
    return { kind: "waiting", left, why: `${peer.name} still lacks ${amount(left)} and does not move on: ${advice}` };
  }
  const unread = status.errors > 0 ? [`not everything was read: ${filesTrouble(seen.errors, status.errors)}`] : [];
  const differs =
    folder.type === "sendonly" && status.needTotalItems > 0
      ? [
          `${counted(status.needTotalItems, "item")} were changed on the other side ("Override Changes" sends this side's again)`,
        ]
      : [];
  return { kind: "complete", warnings: [...unread, ...differs, ...ignored(status)] };
}

/** Whether this side has everything that it was told of. */
export function judgeReceiving(seen: Seen): Standing {
  const stuck = standsStill(seen);
  if (stuck !== undefined) return { kind: "stuck", reason: stuck };
  const { status, peer } = seen;
  const left = { items: status.needTotalItems, bytes: status.needBytes };
  if (!peer.connected)
    return { kind: "waiting", left, why: `${away(peer)}${left.items > 0 ? `; ${amount(left)} still to come` : ""}` };
  if (left.items > 0 || status.errors > 0 || status.state !== "idle") {
    const failed = status.errors > 0 ? `: ${filesTrouble(seen.errors, status.errors)}` : ` (it is ${status.state})`;
    return { kind: "waiting", left, why: `${amount(left)} still to come, and nothing moves${failed}` };
  }
  if (status.globalTotalItems === 0) return { kind: "stuck", reason: `folder ${seen.folder.id} holds nothing at all` };
  const local =
    status.receiveOnlyTotalItems > 0
      ? [
          `${counted(status.receiveOnlyTotalItems, "item")} were changed here, though the folder only receives ("Revert Local Changes" undoes that)`,
        ]
      : [];
  return { kind: "complete", warnings: [...local, ...ignored(status)] };
}

/** Why nothing moves on this side, if so. A paused folder answers as one that is complete and empty. */
function standsStill({ folder, status, peer }: Seen): string | undefined {
  if (folder.paused) return pausedHere(folder.id);
  if (status.state === "") return folderTrouble(folder.id, "");
  if (status.state === "error" || (status.error ?? "") !== "") return folderTrouble(folder.id, status.error ?? "");
  if (peer.paused)
    return `device ${peer.name} is paused on this host: nothing is carried until it is resumed in Syncthing`;
  return undefined;
}

/** Syncthing knows since 1.20; before, the other side just never has what is new. */
function refusesFolder({ completion, peer, folder }: Seen): string | undefined {
  if (!peer.connected) return undefined;
  if (completion?.remoteState === "notSharing") return `${peer.name} does not share folder ${folder.id}: add it there`;
  if (completion?.remoteState === "paused") return `${peer.name} has paused folder ${folder.id}: resume it there`;
  return undefined;
}

function ignored({ ignorePatterns }: DbStatus): string[] {
  return ignorePatterns ? ["ignore patterns keep files on this side from being carried (.stignore)"] : [];
}

function away({ name, lastSeenAt }: Peer): string {
  const since = lastSeenAt === undefined ? "and never was" : `since ${lastSeenAt}`;
  return `${name} is not connected, ${since}: does Syncthing run there, is it online?`;
}

function lacks({ name }: Peer, left: Left): string {
  return left.items > 0 ? `; ${name} still lacks ${amount(left)}` : "";
}

/** `3 items, 1.2 GB`. */
export function amount({ items, bytes }: Left): string {
  return bytes > 0 ? `${counted(items, "item")}, ${sizeOf(bytes)}` : counted(items, "item");
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

function sizeOf(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[step]}`;
}

/** The device that a job means, by its name, its id or the id's beginning; without a word, the only other one of the folder. */
export function peerOf(
  wanted: string | undefined,
  folder: FolderConfig,
  me: string,
  devices: readonly DeviceConfig[],
): DeviceConfig | string {
  const others = devices.filter(({ deviceID }) => deviceID !== me);
  const sharing = others.filter(({ deviceID }) => folder.devices.some((one) => one.deviceID === deviceID));
  const names = (list: readonly DeviceConfig[]) => list.map(nameOf).join(", ");
  if (wanted !== undefined) {
    const found = others.find((one) => one.name === wanted || one.deviceID.startsWith(wanted.toUpperCase()));
    if (found === undefined)
      return `this host's Syncthing knows no device ${wanted}; it knows: ${names(others) || "none"}`;
    return sharing.includes(found)
      ? found
      : `folder ${folder.id} is not shared with ${nameOf(found)}: share it in Syncthing`;
  }
  const [only, ...more] = sharing;
  if (only === undefined) return `folder ${folder.id} is shared with no other device`;
  if (more.length === 0) return only;
  return `folder ${folder.id} is shared with ${names(sharing)}: name the one that this job means as \`device\``;
}

export function nameOf({ name, deviceID }: DeviceConfig): string {
  return name === "" ? deviceID.slice(0, 7) : name;
}
