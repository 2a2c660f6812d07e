/** The tools that carry, made ready: Syncthing running, the restic repository made; what will not start is done without. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { type Children, lastLine } from "./children.ts";
import { restic } from "./commands.ts";
import type { Tiers } from "./site.ts";
import { type Syncthing, startSyncthing } from "./syncthing.ts";
import type { Tools } from "./tools.ts";

const SECRET_BYTES = 24;

export interface Carriers {
  readonly tools: Tools;
  /** Running, exactly when `tools.sync` is syncthing. */
  readonly syncthing: Syncthing | undefined;
  /** The file that holds the password of the restic repository. */
  readonly resticPassword: string;
  /** What was found and could not be used, each a sentence. */
  readonly notes: readonly string[];
}

/** Starts and makes what the tools need, in `site`. */
export async function readyCarriers(
  children: Children,
  site: string,
  tiers: Tiers,
  tools: Tools,
): Promise<Result<Carriers, string>> {
  const resticPassword = secretFile(join(site, "restic.password"));
  if (tools.offsite === "restic") {
    const made = await children.start(restic(tiers.offsite, resticPassword.file, "init"));
    if (made.code !== 0) return failed(`restic could not make its repository: ${lastLine(made)}`);
  }
  const files = { resticPassword: resticPassword.file };
  if (tools.sync !== "syncthing") return ok({ tools, syncthing: undefined, ...files, notes: [] });
  const started = await startSyncthing(children, join(site, "syncthing"), newSecret(), tiers);
  if (started.ok) return ok({ tools, syncthing: started.value, ...files, notes: [] });
  const without = { ...tools, sync: tools.nightly };
  const note = `Syncthing is on this machine and did not start (${started.failure}); ${without.sync} takes its place.`;
  return ok({ tools: without, syncthing: undefined, ...files, notes: [note] });
}

/** A new secret in a file that only its owner reads. */
function secretFile(file: string): { readonly file: string } {
  writeFileSync(file, `${newSecret()}\n`, { mode: 0o600 });
  return { file };
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("hex");
}
