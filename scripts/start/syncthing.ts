/** The demo's Syncthing: a pair that shares the archive tier and carries it to staging. */
import { join } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { type Children, lastLine } from "./children.ts";
import type { Tiers } from "./site.ts";
import { answers, preparePair, serveArgv } from "./syncthing-pair.ts";

const PROGRAM = "syncthing";

export interface Syncthing {
  /** The settings of the sending side, where its address and key are found. */
  readonly config: string;
}

/** Makes and starts both sides in `folder`, with `key` for their REST addresses; the failure says why it went wrong. */
export async function startSyncthing(
  children: Children,
  folder: string,
  key: string,
  tiers: Tiers,
): Promise<Result<Syncthing, string>> {
  const plan = { program: PROGRAM, folder, from: tiers.archive, to: tiers.staging, key };
  const pair = await preparePair(plan, async (argv) => {
    const made = await children.start(argv);
    return { code: made.code, output: lastLine(made) };
  });
  if (!pair.ok) return pair;
  for (const instance of [pair.value.sender, pair.value.receiver]) {
    const log = join(instance.home, "syncthing.log");
    const stopped = children
      .start(serveArgv(PROGRAM, instance), log)
      .then((how) => failed(`it stopped: ${lastLine(how)}`));
    const answered = await Promise.race([stopped, answers(instance, key)]);
    if (!answered.ok) return answered;
  }
  return ok({ config: join(pair.value.sender.home, "config.xml") });
}
