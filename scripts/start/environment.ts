/**
 * The environment of every program that the demo starts: little of the user's own, so that no RESTIC_REPOSITORY, proxy or
 * Cloudflare token of theirs takes part, and home and temporary files inside the demo's folder.
 */
import { join } from "node:path";
import type { Folder } from "./folder.ts";

/** What programs need to start at all, on the systems there are. */
const KEPT = ["PATH", "Path", "LANG", "TZ", "LD_LIBRARY_PATH", "SystemRoot", "SystemDrive", "ComSpec", "PATHEXT"];

export function environmentIn(folder: Folder, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { home, temp, worker } = folder;
  const kept = KEPT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    USERPROFILE: home,
    APPDATA: home,
    LOCALAPPDATA: home,
    TMPDIR: temp,
    TMP: temp,
    TEMP: temp,
    // Wrangler asks nobody anything, tells nobody anything, and colours nothing.
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG_PATH: join(worker, "logs"),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    STNOUPGRADE: "1",
  };
}
