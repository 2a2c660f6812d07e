/**
 * The watcher of the watcher: takes what an attempt to deliver showed of the worker, and tells the owner by the ways of
 * `[alarm]` when that is due. Whatever could not be said is said at the next look. A lock keeps two pushers of the same
 * host from saying the same.
 */
import { hostname } from "node:os";
import { join } from "node:path";
import type { AlarmConfig } from "../config/alarm.ts";
import type { Config } from "../config.ts";
import { takeLock } from "../lock.ts";
import type { Shell } from "../shell.ts";
import { spoolOf, waiting } from "../spool.ts";
import { recall, remember } from "../state.ts";
import { type AlarmState, alarmState, judge, type Observation, QUIET, type Say, said } from "./judge.ts";
import { type Attempt, observationOf } from "./observe.ts";
import { waysOf } from "./ways.ts";
import { messageOf, type Place } from "./words.ts";

type Alarmed = Config & { readonly alarm: AlarmConfig };

/** Judges what an attempt showed and says what is due; `limitMs` is what each way may take. */
export async function watchAttempt(config: Alarmed, shell: Shell, attempt: Attempt, limitMs: number): Promise<void> {
  const seen = observationOf(attempt, config.alarm.afterSeconds * 1000);
  if (seen === undefined) return;
  const before = recall(config.state, "alarm", alarmState) ?? QUIET;
  if (seen.kind === "well" && before.trouble === undefined && Object.keys(before.told).length === 0) return;
  const taken = await takeLock(join(config.state, "alarm-lock"), shell.newId(), shell.now());
  if (!taken.ok) return;
  try {
    await judgeAndTell(config, shell, seen, limitMs);
  } finally {
    taken.lock.release();
  }
}

async function judgeAndTell(config: Alarmed, shell: Shell, seen: Observation, limitMs: number): Promise<void> {
  const ways = waysOf(config.alarm);
  const { state, says } = judge(recall(config.state, "alarm", alarmState) ?? QUIET, seen, shell.now(), {
    ways: ways.map(({ name }) => name),
    afterMs: config.alarm.afterSeconds * 1000,
    remindMs: config.alarm.remindSeconds * 1000,
    gapMs: (config.beat.everySeconds + config.beat.graceSeconds) * 1000,
  });
  let kept: AlarmState = state;
  remember(config.state, "alarm", kept);
  const place = placeOf(config);
  const tell = async (say: Say) => {
    const way = ways.find(({ name }) => name === say.way);
    const message = messageOf(say, place, shell.now());
    const lines = message.lines.map(shell.secrets.redact);
    const told = await way?.tell({ ...message, lines }, { shell, folder: config.folder, limitMs });
    if (told?.ok !== true) {
      shell.warn(`the owner could not be told by ${say.way}: ${told?.failure ?? "there is no such way"}`);
      return;
    }
    // At once: another way may take long, and what is said is not to be said again.
    kept = said(kept, say, shell.now());
    remember(config.state, "alarm", kept);
  };
  await Promise.all(says.map(tell));
}

/** Where this host stands, for its messages. */
export function placeOf(config: Config): Place {
  const waits = waiting(spoolOf(config.state, () => undefined)).length;
  return { host: hostname(), worker: config.worker, waiting: waits };
}
