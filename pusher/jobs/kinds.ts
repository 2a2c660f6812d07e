/** Every kind of job there is, by the name that `kind` in pusher.toml gives it. */
import { borg } from "./borg.ts";
import { certificate } from "./certificate.ts";
import { command } from "./command.ts";
import { disk } from "./disk.ts";
import { duplicati } from "./duplicati.ts";
import { exportKind } from "./export.ts";
import { exportFollow } from "./export-follow.ts";
import { keyAge } from "./key-age.ts";
import type { JobKind } from "./kind.ts";
import { kopia } from "./kopia.ts";
import { rclone } from "./rclone.ts";
import { restic } from "./restic.ts";
import { restoreDrill } from "./restore-drill.ts";
import { robocopy } from "./robocopy.ts";
import { rsync } from "./rsync.ts";
import { smart } from "./smart.ts";
import { syncthing } from "./syncthing.ts";
import { zfsFollow } from "./zfs-follow.ts";
import { zfsHealth } from "./zfs-health.ts";
import { zfsScrub } from "./zfs-scrub.ts";
import { zfsSend } from "./zfs-send.ts";
import { zfsSnapshot } from "./zfs-snapshot.ts";

export const KINDS: Readonly<Record<string, JobKind>> = {
  borg,
  certificate,
  command,
  disk,
  duplicati,
  export: exportKind,
  "export-follow": exportFollow,
  key: keyAge,
  kopia,
  rclone,
  restic,
  "restore-drill": restoreDrill,
  robocopy,
  rsync,
  smart,
  syncthing,
  "zfs-follow": zfsFollow,
  "zfs-health": zfsHealth,
  "zfs-scrub": zfsScrub,
  "zfs-send": zfsSend,
  "zfs-snapshot": zfsSnapshot,
};
