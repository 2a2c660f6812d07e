/** The eyes on this very machine: programs that are asked get a few seconds, files are read up to a size. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { executor } from "../exec.ts";
import type { Shell } from "../shell.ts";
import { type Eyes, outputOf } from "./part.ts";

/** On a suspended pool `zfs list` never answers. */
const ASK_SECONDS = 10;
const FILE_MAX_BYTES = 4_194_304;

export function eyesOf(shell: Shell, name: Eyes["name"]): Eyes {
  const ignore = () => undefined;
  const { env, platform } = shell;
  const children = executor({ env, platform, onOutput: ignore, onBytes: ignore, onStart: ignore });
  const names = (path: string) => quietly(() => readdirSync(path).sort()) ?? [];
  const others = platform === "win32" ? [] : names("/home").map((user) => join("/home", user));
  return {
    platform,
    env,
    homes: [...new Set([homedir(), ...others])],
    ask: async (...argv) =>
      outputOf(await children.exec(argv, { timeoutSeconds: ASK_SECONDS, quiet: true, quietErrors: true })),
    read: (path) => quietly(() => (isSmallFile(path) ? readFileSync(path, "utf8") : undefined)),
    names,
    name,
  };
}

function isSmallFile(path: string): boolean {
  const stats = statSync(path);
  return stats.isFile() && stats.size <= FILE_MAX_BYTES;
}

/** What cannot be read was not found: this only looks. */
function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
