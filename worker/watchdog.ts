/** Calls the watchdog after a good sweep. Whatever becomes of the call, the sweep was made and is recorded before it. */
import { afterCall, type Watchdog } from "./judge/watchdog.ts";
import { routingsOf, type Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";
import { recordWatchdog } from "./store/watchdog.ts";

const CALL_MAX_MS = 5_000;

/** One GET; what it changes is written down, and told where it is time. */
export async function callWatchdog(
  db: Database,
  settings: Settings,
  url: string,
  before: Watchdog,
  now: number,
): Promise<void> {
  const called = afterCall(before, await call(url), now);
  if (called === null) return;
  await recordWatchdog(db, called, routingsOf(settings));
}

/** Null when it went well, else why not. The address may be a secret, so no error says it. */
async function call(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(CALL_MAX_MS) });
    await answer.body?.cancel();
    return answer.ok ? null : `answered ${answer.status}`;
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return late ? `gave no answer within ${CALL_MAX_MS / 1000} s` : "was not reached";
  }
}
