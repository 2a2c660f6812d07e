/** What `doctor` asks Syncthing: does it answer with this key, does it know the folder, and is this the right side of it? */
import type { Finding } from "../doctor/finding.ts";
import type { CheckContext } from "./kind.ts";
import { restOf } from "./syncthing-api.ts";
import { findApi } from "./syncthing-find.ts";
import { lookAt } from "./syncthing-look.ts";
import type { SyncthingSettings } from "./syncthing-settings.ts";
import { sideFault } from "./syncthing-trouble.ts";

const ANSWER_MS = 60_000;

/** Reads only: no scan is asked for. A peer that is away is no fault of this host. */
export async function checkSyncthing(own: SyncthingSettings, context: CheckContext): Promise<Finding[]> {
  const what = `Syncthing folder ${own.folder}`;
  const api = findApi(own, context);
  if (!api.ok) return [{ what, fault: api.failure }];
  const seen = await lookAt(own, restOf(api.value, AbortSignal.timeout(ANSWER_MS)));
  const fault = seen.ok ? sideFault(own, seen.value.folder.type) : seen.failure.words;
  return [fault === undefined ? { what: `${what} answers` } : { what, fault }];
}
