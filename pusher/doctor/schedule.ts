/** Does something start the beat and the jobs? */
import type { Config } from "../config.ts";
import { schedulersHere } from "../schedule/choose.ts";
import { machineOf } from "../schedule/machine.ts";
import { differences, type Scheduler } from "../schedule/scheduler.ts";
import { settingOf } from "../schedule/setting.ts";
import type { Setting } from "../schedule/task.ts";
import type { Shell } from "../shell.ts";
import type { Finding } from "./finding.ts";
import { findProgram, programsOf } from "./local.ts";

export async function checkSchedule(config: Config, shell: Shell): Promise<Finding[]> {
  const machine = machineOf(shell);
  const setting = settingOf(config, shell, machine);
  const looks = await Promise.all(schedulersHere(machine).map((scheduler) => findingOf(scheduler, setting)));
  const found = looks.flat();
  if (found.length > 0) return found;
  const advice = "unless something else starts the beat and the jobs, nothing does; run `schedule install`";
  return [{ what: "no schedule of `schedule install` is here", advice }, ...checkCronPath(config, shell)];
}

/** All that cron and its like set; the pusher adds the folders of administrators' programs itself. */
const CRON_PATH = "/usr/bin:/bin";

/** Programs that only the owner's own PATH finds: whoever schedules by hand has to say where they are. */
function checkCronPath(config: Config, shell: Shell): Finding[] {
  if (shell.platform === "win32") return [];
  const underCron = { env: { PATH: CRON_PATH }, platform: shell.platform };
  const lost = programsOf(config).filter(
    ({ program }) =>
      findProgram(program, config.folder, shell) !== undefined &&
      findProgram(program, config.folder, underCron) === undefined,
  );
  return lost.map(({ program }) => ({
    what: `${program} is found by your PATH alone`,
    advice: "under cron it is not found: `schedule install` writes its folder, or write its whole path",
  }));
}

/** Nothing for a scheduler that has nothing of ours. */
async function findingOf(scheduler: Scheduler, setting: Setting): Promise<Finding[]> {
  const found = await scheduler.look(setting);
  if (!found.ok || found.value.entries.size === 0) return [];
  const what = `the schedule at ${scheduler.name}`;
  const entries = scheduler.render(setting);
  if (!entries.ok) return [{ what, fault: entries.failure.join("; ") }];
  const all = differences(entries.value, found.value, scheduler.same);
  if (all.every(({ state }) => state === "same")) return [{ what: `${what} is as pusher.toml says` }];
  return [{ what, fault: "is not as pusher.toml says; `schedule status` tells how, `schedule install` mends it" }];
}
