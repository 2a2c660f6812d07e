/** The machine that entries are written for: who asks, where its schedulers keep theirs, and how programs of it are run. */
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { executor } from "../exec.ts";
import type { Ended } from "../jobs/job.ts";
import type { Shell } from "../shell.ts";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly scope: "system" | "user";
  readonly user: string;
  readonly zone: string;
  readonly folders: {
    readonly cron: string;
    readonly systemd: string;
    /** There is such a folder exactly when systemd runs the machine (sd_booted(3)). */
    readonly systemdRuns: string;
    readonly temp: string;
  };
  /** Runs a program to its end, silently. */
  readonly exec: (...argv: readonly string[]) => Promise<Ended>;
}

/** No question to a scheduler takes longer. */
const CALL_SECONDS = 60;

/** Where units of the machine, or of one user, stand (systemd.unit(5)). */
export function unitFolder(isRoot: boolean, home: string, env: Shell["env"]): string {
  return isRoot ? "/etc/systemd/system" : join(env.XDG_CONFIG_HOME ?? join(home, ".config"), "systemd/user");
}

export function machineOf(shell: Shell): Machine {
  const ignore = () => undefined;
  const { env, platform } = shell;
  const children = executor({ env, platform, onOutput: ignore, onBytes: ignore, onStart: ignore });
  const { uid, username, homedir } = userInfo();
  const domain = env.USERDOMAIN;
  const isRoot = uid === 0;
  return {
    platform,
    scope: isRoot ? "system" : "user",
    user: platform === "win32" && domain !== undefined ? `${domain}\\${username}` : username,
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    folders: {
      cron: "/etc/cron.d",
      systemd: unitFolder(isRoot, homedir, env),
      systemdRuns: "/run/systemd/system",
      temp: tmpdir(),
    },
    exec: (...argv) => children.exec(argv, { timeoutSeconds: CALL_SECONDS, quiet: true, quietErrors: true }),
  };
}

/** Why a call did not do what it should, in its own words; undefined when it did. */
export function troubleOf(ended: Ended): string | undefined {
  if (ended.exitCode === 0) return undefined;
  if (ended.startError !== undefined) return ended.startError;
  if (ended.timedOut) return `it did not end in ${CALL_SECONDS} s`;
  const words = (ended.stderr.trim() || ended.stdout.trim()).replace(/\s*\n\s*/g, " ");
  return words === "" ? `it ended with ${ended.exitCode ?? ended.signal}` : words;
}
