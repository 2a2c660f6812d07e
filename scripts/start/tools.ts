/** Which real tools are on this machine, and which of them carries over which hop. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What every machine has. */
export type Copier = "rsync" | "cp" | "robocopy";

export interface Tools {
  /** From fast to archive. */
  readonly nightly: Copier;
  /** From archive to staging. */
  readonly sync: "syncthing" | Copier;
  /** From staging to offsite. */
  readonly offsite: "restic" | "rclone" | Copier;
}

export function findTools(path: string, platform: NodeJS.Platform): Tools {
  const has = (program: string) => isOnPath(platform === "win32" ? `${program}.exe` : program, path);
  const basic = platform === "win32" ? "robocopy" : "cp";
  const copier = has("rsync") && platform !== "win32" ? "rsync" : basic;
  const cloud = has("rclone") ? "rclone" : copier;
  return { nightly: copier, sync: has("syncthing") ? "syncthing" : copier, offsite: has("restic") ? "restic" : cloud };
}

function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => folder !== "" && isExecutable(join(folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One line for the owner. */
export function toolsLine({ nightly, sync, offsite }: Tools): string {
  return `${nightly} from fast to archive, ${sync} from archive to staging, ${offsite} from staging to offsite`;
}
