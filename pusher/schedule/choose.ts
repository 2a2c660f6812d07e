/** Which schedulers this machine has. */
import { existsSync } from "node:fs";
import { cronOf } from "./cron-place.ts";
import type { Machine } from "./machine.ts";
import type { Scheduler, SchedulerName } from "./scheduler.ts";
import { systemdOf } from "./systemd-place.ts";
import { taskSchedulerOf } from "./task-scheduler-place.ts";

const MAKERS: Readonly<Record<SchedulerName, (machine: Machine) => Scheduler>> = {
  cron: cronOf,
  systemd: systemdOf,
  "task-scheduler": taskSchedulerOf,
};

export function schedulerOf(name: SchedulerName, machine: Machine): Scheduler {
  return MAKERS[name](machine);
}

/** The schedulers that may start something here, the best first. */
export function schedulersHere(machine: Machine): [Scheduler, ...Scheduler[]] {
  if (machine.platform === "win32") return [taskSchedulerOf(machine)];
  const systemdFirst = existsSync(machine.folders.systemdRuns);
  const both = [systemdOf(machine), cronOf(machine)] as const;
  return systemdFirst ? [both[0], both[1]] : [both[1], both[0]];
}
