/** Disks whose wear can be read, and file systems that can fill. */
import { counted } from "../jobs/few.ts";
import { type Eyes, type Part, quoted } from "./part.ts";

export async function lookAtDisks(eyes: Eyes): Promise<Part> {
  const volumes = eyes.platform === "win32" ? drivesOf(eyes) : mountsIn(eyes.read("/proc/mounts") ?? "");
  const scan = await eyes.ask("smartctl", "--scan");
  const disks = (scan ?? "").split("\n").filter((line) => /^\S+ -d /.test(line));
  const listed =
    disks.length > 0 || eyes.platform === "win32"
      ? undefined
      : await eyes.ask("lsblk", "--nodeps", "--noheadings", "--output", "NAME,TYPE");
  const unread = (listed ?? "")
    .split("\n")
    .filter((line) => /\sdisk\s*$/.test(line) && !/^(?:zram|loop|ram)/.test(line));
  return {
    found: [...volumes.map((path) => `file system at ${path}`), ...disks.map((line) => `disk ${line.split(" ")[0]}`)],
    leftOut:
      unread.length === 0
        ? []
        : [
            `${counted(unread.length, "disk")}: smartctl tells nothing of its health; install smartmontools, and run this as root`,
          ],
    tables: [...(disks.length === 0 ? [] : [smartOf(eyes)]), ...volumes.map((path) => volumeOf(path, eyes))],
    drafts: [],
  };
}

const KEPT = new Set([
  "ext2",
  "ext3",
  "ext4",
  "xfs",
  "btrfs",
  "f2fs",
  "jfs",
  "reiserfs",
  "bcachefs",
  "ntfs",
  "ntfs3",
  "fuseblk",
  "exfat",
]);

/** Mount points of proc_mounts(5) that hold data on a disk, each device once. ZFS is looked at by its pools. */
export function mountsIn(mounts: string): string[] {
  const seen = new Set<string>();
  return mounts.split("\n").flatMap((line) => {
    const [device = "", path = "", type = ""] = line.split(" ");
    const place = path.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
    if (!KEPT.has(type) || seen.has(device) || /^\/(?:boot|efi|snap|etc|run|dev)(?:\/|$)/.test(place)) return [];
    seen.add(device);
    return [place];
  });
}

function drivesOf(eyes: Eyes): string[] {
  return [..."CDEFGHIJKLMNOPQRSTUVWXYZ"]
    .map((letter) => `${letter}:\\`)
    .filter((drive) => eyes.names(drive).length > 0);
}

function smartOf(eyes: Eyes): string {
  return `[[jobs]]                              # wear, spare blocks, bad sectors and temperature of every disk that smartctl finds
name = ${quoted(eyes.name("disks"))}
kind = "smart"
schedule = { cron = "30 6 * * *" }
grace = "1h"
`;
}

function volumeOf(path: string, eyes: Eyes): string {
  const name = eyes.name(path === "/" ? "root-space" : `${path}-space`);
  return `[[jobs]]                              # space that is left at ${path}
name = ${quoted(name)}
kind = "disk"
schedule = { every = "1h" }
grace = "30m"
path = ${quoted(path)}
`;
}
