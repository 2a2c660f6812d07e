/** Whether all that Syncthing was told of has arrived in a folder of this host. */
import { isAbsolute, relative } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Asking } from "./kind.ts";
import { restOf } from "./syncthing-api.ts";
import { findApi } from "./syncthing-find.ts";
import { judgeReceiving } from "./syncthing-judge.ts";
import { lookAt } from "./syncthing-look.ts";
import type { SyncthingSettings } from "./syncthing-settings.ts";

/** Asked after a marker was found in `root`, so that a good answer is true of what came with the marker. */
export async function hasArrived(own: SyncthingSettings, root: string, asking: Asking): Promise<Result<null, string>> {
  if (own.side !== "receiving") return ok(null);
  const api = findApi(own, asking);
  if (!api.ok) return api;
  const look = await lookAt(own, restOf(api.value, asking.stopping));
  if (!look.ok) return failed(look.failure.words);
  const inside = relative(look.value.folder.path, root);
  if (inside.startsWith("..") || isAbsolute(inside)) return ok(null);
  // Who is away now has told before all that is here.
  const standing = judgeReceiving({ ...look.value, peer: { ...look.value.peer, connected: true, paused: false } });
  if (standing.kind === "complete") return ok(null);
  return failed(standing.kind === "stuck" ? standing.reason : standing.why);
}
