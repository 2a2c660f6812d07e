/** Which version a tool is. Only tools that are known are asked: what a script of the owner does with --version, nobody knows. */
import { basename } from "node:path";
import { executor } from "../exec.ts";
import type { Shell } from "../shell.ts";

const VERSION_SECONDS = 10;

/** The words that make a tool tell its version and do nothing else. */
const QUESTIONS: Readonly<Record<string, string>> = {
  borg: "--version",
  kopia: "--version",
  rclone: "version",
  restic: "version",
  rsync: "--version",
  sanoid: "--version",
  smartctl: "--version",
  ssh: "-V",
  syncthing: "--version",
  zfs: "version",
  zpool: "version",
};

/** Asks a program by its path; undefined when it is not known, or gives no answer. */
export function versionAsker({ env, platform }: Shell): (path: string) => Promise<string | undefined> {
  const ignore = () => undefined;
  const children = executor({ env, platform, onOutput: ignore, onBytes: ignore, onStart: ignore });
  return async (path) => {
    const question = QUESTIONS[basename(path).replace(/\.exe$/i, "")];
    if (question === undefined) return undefined;
    const options = { timeoutSeconds: VERSION_SECONDS, quiet: true, quietErrors: true };
    const ended = await children.exec([path, question], options);
    return ended.exitCode === 0 ? versionIn(`${ended.stdout}\n${ended.stderr}`) : undefined;
  };
}

/** The first number with a dot: `rsync  version 3.2.7  protocol version 31`, `zfs-2.3.2-2`, `OpenSSH_9.2p1`. */
export function versionIn(text: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)*(?:p\d+)?/.exec(text)?.[0];
}
