/** `alarm test`: sends a real message by each way of `[alarm]`, and says of each whether it was taken. */
import { placeOf } from "../alarm/watch.ts";
import { waysOf } from "../alarm/ways.ts";
import { testMessage } from "../alarm/words.ts";
import type { Config } from "../config.ts";
import { PATIENT } from "../link.ts";
import type { Shell } from "../shell.ts";
import { EXIT_FAULT } from "./exit-codes.ts";

export async function testAlarm(config: Config, shell: Shell): Promise<number> {
  if (config.alarm === undefined) {
    shell.warn(`there is no [alarm] in ${config.file}; add one, as examples/pusher.alarm.toml shows`);
    return EXIT_FAULT;
  }
  const means = { shell, folder: config.folder, limitMs: PATIENT.totalMs };
  const message = testMessage(placeOf(config), shell.now());
  const tried = await Promise.all(
    waysOf(config.alarm).map(async (way) => ({ way, told: await way.tell(message, means) })),
  );
  for (const { way, told } of tried) {
    shell.say(told.ok ? `ok     ${way.name} took the test message` : `FAULT  ${way.name}: ${told.failure}`);
  }
  return tried.every(({ told }) => told.ok) ? 0 : EXIT_FAULT;
}
