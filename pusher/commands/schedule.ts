/** `schedule`: brings the beat and the jobs of pusher.toml under the machine's scheduler, and touches nobody else's entries. */
import { isScheduleAct, type ScheduleAct } from "../command-line.ts";
import type { Config } from "../config.ts";
import { schedulerOf, schedulersHere } from "../schedule/choose.ts";
import { type Machine, machineOf } from "../schedule/machine.ts";
import { type Difference, differences, SCHEDULERS, type Scheduler, type SchedulerName } from "../schedule/scheduler.ts";
import { settingOf } from "../schedule/setting.ts";
import type { Entry, Setting } from "../schedule/task.ts";
import type { Shell } from "../shell.ts";
import { EXIT_FAULT, EXIT_USAGE } from "./exit-codes.ts";

export async function schedule(config: Config, shell: Shell, act: string, by: string | undefined): Promise<number> {
  if (by !== undefined && !isScheduler(by)) {
    shell.warn(`there is no scheduler \`${by}\`; they are ${SCHEDULERS.join(", ")}`);
    return EXIT_USAGE;
  }
  if (!isScheduleAct(act)) return EXIT_USAGE;
  const machine = machineOf(shell);
  const setting = settingOf(config, shell, machine);
  return await performSchedule({ shell, machine, setting }, act, by);
}

/** The act itself, on any machine. */
export function performSchedule(desk: Desk, act: ScheduleAct, by: SchedulerName | undefined): Promise<number> {
  return ACTS[act](desk, by);
}

export interface Desk {
  readonly shell: Pick<Shell, "say" | "warn">;
  readonly machine: Machine;
  readonly setting: Setting;
}

const ACTS: Readonly<Record<ScheduleAct, (desk: Desk, by: SchedulerName | undefined) => Promise<number>>> = {
  print,
  install,
  remove,
  status,
};

function isScheduler(text: string): text is SchedulerName {
  return SCHEDULERS.some((name) => name === text);
}

function chosen({ machine }: Desk, by: SchedulerName | undefined): Scheduler {
  return by === undefined ? schedulersHere(machine)[0] : schedulerOf(by, machine);
}

async function print(desk: Desk, by: SchedulerName | undefined): Promise<number> {
  const scheduler = chosen(desk, by);
  const entries = wanted(desk, scheduler);
  if (entries === undefined) return EXIT_FAULT;
  desk.shell.say(scheduler.show(entries, desk.setting).trimEnd());
  return 0;
}

/** What should stand at a scheduler; undefined when it cannot start all of it, which the owner is told. */
function wanted({ shell, setting }: Desk, scheduler: Scheduler): readonly Entry[] | undefined {
  const entries = scheduler.render(setting);
  if (entries.ok) return entries.value;
  for (const fault of entries.failure) shell.warn(fault);
  return undefined;
}

async function install(desk: Desk, by: SchedulerName | undefined): Promise<number> {
  const { shell, setting } = desk;
  const scheduler = chosen(desk, by);
  const entries = wanted(desk, scheduler);
  if (entries === undefined || (await startedTwice(desk, scheduler))) return EXIT_FAULT;
  const found = await scheduler.look(setting);
  if (!found.ok) return fault(shell, found.failure);
  const all = differences(entries, found.value, scheduler.same);
  const foreign = all.filter(({ state }) => state === "foreign");
  for (const { name } of foreign) shell.warn(`${name} is ${found.value.foreign.get(name)}: it is left alone`);
  if (foreign.length > 0) return fault(shell, "nothing was installed; rename or remove what is in the way");
  const named = (states: readonly string[]) =>
    all.filter(({ state }) => states.includes(state)).map(({ name }) => name);
  const write = entries.filter(({ name }) => named(["new", "changed", "off"]).includes(name));
  shell.say(`${scheduler.name}, in ${scheduler.place}:`);
  if (write.length > 0) shell.say(`\n${scheduler.show(write, setting).trimEnd()}\n`);
  for (const { name, state } of all) shell.say(`${WORDS[state].padEnd(10)} ${name}`);
  const changed = await scheduler.change({ write, remove: named(["gone"]), all: entries }, setting);
  if (!changed.ok) return fault(shell, changed.failure);
  for (const note of changed.value) shell.warn(note);
  shell.say(all.every(({ state }) => state === "same") ? "nothing to do" : "installed");
  return 0;
}

const WORDS: Readonly<Record<Difference["state"], string>> = {
  same: "as it is",
  new: "new",
  changed: "changed",
  off: "switched on",
  gone: "taken away",
  foreign: "not ours",
};

/** Another scheduler of this machine that starts the same jobs already. */
async function startedTwice({ shell, machine, setting }: Desk, chosenOne: Scheduler): Promise<boolean> {
  for (const other of schedulersHere(machine).filter(({ name }) => name !== chosenOne.name)) {
    const found = await other.look(setting);
    if (!found.ok || found.value.entries.size === 0) continue;
    shell.warn(
      `${other.name} starts them already, by ${other.place}; take that away: schedule remove --by ${other.name}`,
    );
    return true;
  }
  return false;
}

async function remove(desk: Desk, by: SchedulerName | undefined): Promise<number> {
  const { shell, machine, setting } = desk;
  let code = 0;
  let removed = 0;
  for (const scheduler of by === undefined ? schedulersHere(machine) : [schedulerOf(by, machine)]) {
    const found = await scheduler.look(setting);
    if (!found.ok) {
      code = fault(shell, found.failure);
      continue;
    }
    const names = [...found.value.entries.keys()];
    if (names.length === 0) continue;
    const changed = await scheduler.change({ write: [], remove: names, all: [] }, setting);
    if (!changed.ok) {
      code = fault(shell, changed.failure);
      continue;
    }
    for (const name of names) shell.say(`taken away ${name} (${scheduler.name})`);
    removed += names.length;
  }
  if (removed === 0 && code === 0) shell.say("nothing of ours is installed");
  return code;
}

async function status(desk: Desk, by: SchedulerName | undefined): Promise<number> {
  const { shell, machine } = desk;
  const schedulers = by === undefined ? schedulersHere(machine) : [schedulerOf(by, machine)];
  const told = await Promise.all(schedulers.map((scheduler) => statusOf(desk, scheduler)));
  const installed = told.filter((one) => one.count > 0);
  for (const { lines } of told) for (const line of lines) shell.say(line);
  if (installed.length > 1)
    shell.say("FAULT      two schedulers start the same jobs; `schedule remove --by NAME` takes one away");
  if (installed.length === 0)
    shell.say("nothing of ours is installed; `schedule install` does it, `schedule print` shows what it would write");
  return installed.length === 1 && told.every((one) => one.isWell) ? 0 : EXIT_FAULT;
}

interface Told {
  /** How many entries of ours are there. */
  readonly count: number;
  readonly isWell: boolean;
  readonly lines: readonly string[];
}

async function statusOf({ setting }: Desk, scheduler: Scheduler): Promise<Told> {
  const found = await scheduler.look(setting);
  if (!found.ok) return { count: 0, isWell: false, lines: [`${scheduler.name}: ${found.failure}`] };
  const count = found.value.entries.size;
  if (count === 0) return { count, isWell: true, lines: [] };
  const head = `${scheduler.name}, in ${scheduler.place}:`;
  const entries = scheduler.render(setting);
  if (!entries.ok) return { count, isWell: false, lines: [head, ...entries.failure] };
  const all = differences(entries.value, found.value, scheduler.same);
  const lines = all.map(({ name, state }) => `${STATES[state].padEnd(10)} ${name}`);
  const isWell = all.every(({ state }) => state === "same");
  return {
    count,
    isWell,
    lines: [head, ...lines, ...(isWell ? [] : ["`schedule install` makes it as pusher.toml says"])],
  };
}

const STATES: Readonly<Record<Difference["state"], string>> = {
  same: "ok",
  new: "missing",
  changed: "differs",
  off: "off",
  gone: "unwanted",
  foreign: "not ours",
};

function fault(shell: Desk["shell"], words: string): number {
  shell.warn(words);
  return EXIT_FAULT;
}
