/** Runs a script of the house with a wrangler of our own first on the PATH, which notes its calls. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** One call of wrangler a line. */
  readonly calls: readonly string[];
}

/** `wrangler` is the body of a shell script; `cwd` is the folder that the script is run in, the repository if nothing is said. */
export function runWithWrangler(script: string, args: readonly string[], wrangler: string, cwd = "."): Ran {
  const folder = mkdtempSync(join(tmpdir(), "tierwatch-wrangler-"));
  try {
    const notes = join(folder, "calls");
    writeFileSync(join(folder, "wrangler"), `#!/bin/sh\necho "$@" >>"${notes}"\n${wrangler}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` };
    const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(script), ...args], {
      cwd,
      env,
      encoding: "utf8",
    });
    const calls = existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
    return { code: status, stdout, stderr, calls };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
