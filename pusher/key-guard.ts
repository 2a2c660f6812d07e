/** Keeps the private key to its owner on Windows, where mode bits mean nothing: asks and sets access lists. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../protocol/result.ts";
import { protectArgv, type Readers, readersIn, saveArgv, sidIn, WHO_AM_I } from "./acl.ts";
import { bystander } from "./exec.ts";
import { codeOf, removeIfThere } from "./files.ts";
import type { Shell } from "./shell.ts";

type Place = Pick<Shell, "env" | "platform">;

/** Leaves a file to the account that runs this, the system and administrators. Elsewhere than on Windows its mode does that. */
export async function protect(path: string, shell: Place): Promise<Result<null, string>> {
  if (shell.platform !== "win32") return ok(null);
  const exec = bystander(shell);
  const sid = sidIn((await exec(WHO_AM_I)).stdout);
  if (sid === undefined) return failed("`whoami` did not say whose account this is");
  const set = await exec(protectArgv(path, sid));
  if (set.exitCode === 0) return ok(null);
  const said = set.startError ?? `${set.stdout}${set.stderr}`.trim().split("\n")[0] ?? "";
  return failed(`icacls could not set who may read it (${said}): is it on a volume with NTFS?`);
}

/** Who may read a file on Windows; the command to mend it names the account that runs this. */
export async function readersOf(
  path: string,
  state: string,
  shell: Place,
): Promise<Result<Readers & { mend: string }, string>> {
  const exec = bystander(shell);
  const sid = sidIn((await exec(WHO_AM_I)).stdout);
  const saved = join(state, "key-access.tmp");
  const asked = await exec(saveArgv(path, saved));
  try {
    const readers = readersIn(readFileSync(saved, "utf16le"), sid);
    if (readers === undefined) return failed("icacls told no access list");
    const mend = protectArgv(`"${path}"`, sid ?? "S-1-3-4").join(" ");
    return ok({ ...readers, mend });
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return failed(asked.startError ?? "icacls told no access list");
  } finally {
    removeIfThere(saved);
  }
}
