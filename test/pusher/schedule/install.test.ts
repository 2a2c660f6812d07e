import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import type { ScheduleAct } from "../../../pusher/command-line.ts";
import { performSchedule } from "../../../pusher/commands/schedule.ts";
import type { Ended } from "../../../pusher/jobs/job.ts";
import type { Machine } from "../../../pusher/schedule/machine.ts";
import type { SchedulerName } from "../../../pusher/schedule/scheduler.ts";
import type { Setting } from "../../../pusher/schedule/task.ts";
import { setting, task } from "./setting.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-schedule-"));
  mkdirSync(join(folder, "cron.d"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BEAT = task("beat", { everySeconds: 300 });
const NIGHTLY = task("run-nightly", { cron: "0 2 * * *" });
const HOURLY = task("run-hourly", { everySeconds: 3_600 });

/** Programs of the machine; what is not among them is not there. */
type Programs = (argv: readonly string[]) => Partial<Ended> | undefined;

function desk(mine: Setting, programs: Programs = () => undefined, more: Partial<Machine> = {}) {
  const said: string[] = [];
  const machine: Machine = {
    platform: "linux",
    scope: mine.scope,
    user: mine.user,
    zone: mine.zone,
    folders: {
      cron: join(folder, "cron.d"),
      systemd: join(folder, "systemd"),
      systemdRuns: join(folder, "run"),
      temp: folder,
    },
    exec: async (...argv) => ({
      timedOut: false,
      stdout: "",
      stderr: "",
      ...(programs(argv) ?? { startError: `there is no program \`${argv[0]}\`` }),
    }),
    ...more,
  };
  const shell = { say: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
  return async (act: ScheduleAct, by?: SchedulerName) => {
    said.length = 0;
    const code = await performSchedule({ shell, machine, setting: mine }, act, by);
    return { code, text: said.join("\n") };
  };
}

const ALL = setting([BEAT, NIGHTLY]);
const files = (name: string) => (existsSync(join(folder, name)) ? readdirSync(join(folder, name)).sort() : []);
const textOf = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

describe("schedule, by cron as root", () => {
  it("installs one file, changes nothing the second time, and takes it away", async () => {
    const run = desk(ALL);
    const first = await run("install", "cron");
    expect(first).toMatchObject({ code: 0, text: expect.stringContaining("0 2 * * * root /usr/bin/node") });
    const text = textOf("cron.d", "tierwatch");
    expect(await run("install", "cron")).toMatchObject({
      code: 0,
      text: expect.stringMatching(/as it is {3}beat\nas it is {3}run-nightly\nnothing to do$/),
    });
    expect(textOf("cron.d", "tierwatch")).toBe(text);
    expect((await run("status")).code).toBe(0);
    expect((await run("remove")).text).toBe("taken away beat (cron)\ntaken away run-nightly (cron)");
    expect(files("cron.d")).toEqual([]);
    expect((await run("remove")).text).toBe("nothing of ours is installed");
  });

  it("prints exactly what it would install, and writes nothing", async () => {
    const run = desk(ALL);
    const { text } = await run("print", "cron");
    expect(files("cron.d")).toEqual([]);
    await run("install", "cron");
    expect(textOf("cron.d", "tierwatch")).toBe(`${text}\n`);
  });

  it("says what is missing, what differs, and what nobody wants any more", async () => {
    await desk(ALL)("install", "cron");
    const later = desk(setting([BEAT, HOURLY]));
    writeFileSync(join(folder, "cron.d/tierwatch"), textOf("cron.d", "tierwatch").replace("*/5", "*/6"));
    const { code, text } = await later("status");
    expect(code).toBe(1);
    expect(text).toMatch(/^differs {4}beat$/m);
    expect(text).toMatch(/^missing {4}run-hourly$/m);
    expect(text).toMatch(/^unwanted {3}run-nightly$/m);
    await later("install", "cron");
    expect((await later("status")).code).toBe(0);
  });

  it.each([
    ["somebody else's", "0 1 * * * root mine\n"],
    [
      "made from /other/pusher.toml",
      "# Tierwatch: written by `pusher schedule install` from /other/pusher.toml; what is changed here is lost\n",
    ],
  ])("leaves a file alone that is %s", async (whose, theirs) => {
    writeFileSync(join(folder, "cron.d/tierwatch"), theirs);
    const run = desk(ALL);
    const { code, text } = await run("install", "cron");
    expect(code).toBe(1);
    expect(text).toContain(`beat is ${whose}: it is left alone`);
    await run("remove");
    expect(textOf("cron.d", "tierwatch")).toBe(theirs);
  });

  it("installs nothing when one task cannot be said, and names each", async () => {
    const bad = setting([
      BEAT,
      task("run-a", { cron: "0 2 * * *", zone: "Asia/Tokyo" }),
      task("run-b", { onCalendar: "daily" }),
    ]);
    const { code, text } = await desk(bad)("install", "cron");
    expect(code).toBe(1);
    expect(text).toMatch(/^job a: .*\njob b: /);
    expect(files("cron.d")).toEqual([]);
  });

  it("says so where there is no cron", async () => {
    rmSync(join(folder, "cron.d"), { recursive: true });
    expect(await desk(ALL)("install", "cron")).toMatchObject({
      code: 1,
      text: expect.stringContaining("install cron, or choose"),
    });
  });
});

describe("schedule, by a user's crontab", () => {
  it("adds a block, and leaves the user's own lines", async () => {
    let crontab = "0 1 * * * mine\n";
    const programs: Programs = ([program, first = ""]) => {
      if (program !== "crontab") return undefined;
      if (first === "-l") return { exitCode: 0, stdout: crontab };
      crontab = readFileSync(first, "utf8");
      return { exitCode: 0 };
    };
    const run = desk(setting([BEAT, NIGHTLY], { scope: "user", user: "owner" }), programs);
    expect((await run("install", "cron")).code).toBe(0);
    expect(crontab).toMatch(/^0 1 \* \* \* mine\n# Tierwatch: /);
    expect((await run("status")).code).toBe(0);
    await run("remove");
    expect(crontab).toBe("0 1 * * * mine\n");
    expect(files(".")).toEqual(["cron.d"]);
  });

  it("begins one where the user has none", async () => {
    let written = "";
    const programs: Programs = ([program, first = ""]) => {
      if (program !== "crontab") return undefined;
      if (first === "-l") return { exitCode: 1, stderr: "no crontab for owner\n" };
      written = readFileSync(first, "utf8");
      return { exitCode: 0 };
    };
    await desk(setting([BEAT], { scope: "user", user: "owner" }), programs)("install", "cron");
    expect(written).toMatch(/^# Tierwatch: .*\n# beat\n\*\/5 /);
  });
});

describe("schedule, by systemd", () => {
  const calls: string[][] = [];
  beforeEach(() => calls.splice(0));
  const systemctl: Programs = ([program = "", ...rest]) => {
    if (program === "systemd-analyze") return { exitCode: 0 };
    calls.push([program, ...rest]);
    const shows = rest.includes("show");
    return { exitCode: 0, stdout: shows ? "ActiveState=active\nUnitFileState=enabled\n" : "" };
  };

  it("writes units, starts the timers, and stops those that nobody wants", async () => {
    mkdirSync(join(folder, "run"));
    mkdirSync(join(folder, "systemd"));
    writeFileSync(join(folder, "systemd/tierwatch-mine.timer"), "mine");
    expect((await desk(ALL, systemctl)("install")).code).toBe(0);
    const timers = ["tierwatch-beat.timer", "tierwatch-run-nightly.timer"];
    expect(calls).toEqual([
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", ...timers],
      ["systemctl", "restart", ...timers],
    ]);
    calls.splice(0);
    await desk(setting([BEAT]), systemctl)("install");
    expect(calls).toContainEqual(["systemctl", "disable", "--now", "tierwatch-run-nightly.timer"]);
    expect(files("systemd")).toEqual(["tierwatch-beat.service", "tierwatch-beat.timer", "tierwatch-mine.timer"]);
  });

  it("notices a timer that was switched off", async () => {
    mkdirSync(join(folder, "run"));
    const off: Programs = (argv) =>
      argv.includes("show") ? { exitCode: 0, stdout: "ActiveState=inactive\n" } : systemctl(argv);
    await desk(ALL, off)("install");
    expect((await desk(ALL, off)("status")).text).toMatch(/^off {8}tierwatch-beat.timer$/m);
  });

  it("only writes where systemd does not run, and says what is left to do", async () => {
    const { code, text } = await desk(ALL)("install", "systemd");
    expect(code).toBe(0);
    expect(text).toContain("systemd does not run here: later, systemctl enable --now tierwatch-beat.timer");
    expect(files("systemd")).toHaveLength(4);
  });

  it("writes nothing when systemd itself does not take an event", async () => {
    const refuses: Programs = ([program]) =>
      program === "systemd-analyze" ? { exitCode: 1, stderr: "Failed to parse calendar specification\n" } : undefined;
    const { code, text } = await desk(ALL, refuses)("install", "systemd");
    expect(code).toBe(1);
    expect(text).toContain("systemd does not take OnCalendar=");
    expect(files("systemd")).toEqual([]);
  });

  it("does not start by two schedulers what one starts already", async () => {
    await desk(ALL)("install", "cron");
    const { code, text } = await desk(ALL)("install", "systemd");
    expect(code).toBe(1);
    expect(text).toContain("cron starts them already");
    expect(text).toContain("schedule remove --by cron");
    expect(files("systemd")).toEqual([]);
  });
});

describe("schedule, by Task Scheduler", () => {
  /** Windows as far as schtasks shows it: it keeps the XML, adds to it, and lists names with a line for each trigger. */
  function windows(tasks: Map<string, string>): Programs {
    return ([program, act, ...rest]) => {
      if (program !== "schtasks") return undefined;
      const given = (flag: string) => rest[rest.indexOf(flag) + 1] ?? "";
      if (act === "/create") {
        const xml = readFileSync(given("/xml"), "utf16le").replace("<RegistrationInfo>", "<RegistrationInfo><URI />");
        tasks.set(given("/tn"), xml);
        return { exitCode: 0 };
      }
      if (act === "/delete") return { exitCode: tasks.delete(given("/tn")) ? 0 : 1 };
      if (rest.includes("/tn")) return { exitCode: 0, stdout: tasks.get(given("/tn")) ?? "" };
      const lines = [...tasks.keys()].flatMap((name) => [`"${name}","1/1/2026","Ready"`, `"${name}","N/A","Ready"`]);
      return { exitCode: 0, stdout: `${lines.join("\r\n")}\r\n` };
    };
  }

  const mine = setting([BEAT, NIGHTLY], { scope: "user", user: "WINVM\\owner" });

  it("registers, is known again though Windows rewrites it, and takes away its own alone", async () => {
    const tasks = new Map([
      ["\\Microsoft\\Backup", "<Task/>"],
      ["\\Tierwatch\\mine", "<Task/>"],
    ]);
    const run = desk(mine, windows(tasks), { platform: "win32" });
    expect((await run("install")).code).toBe(0);
    expect([...tasks.keys()]).toContain("\\Tierwatch\\run-nightly");
    expect((await run("install")).text).toMatch(/nothing to do$/);
    expect((await run("status")).code).toBe(0);
    const beat = tasks.get("\\Tierwatch\\beat") ?? "";
    tasks.set("\\Tierwatch\\beat", beat.replace("<Enabled>true", "<Enabled>false"));
    expect((await run("status")).text).toMatch(/^off {8}\\Tierwatch\\beat$/m);
    await run("remove");
    expect([...tasks.keys()]).toEqual(["\\Microsoft\\Backup", "\\Tierwatch\\mine"]);
  });

  it("leaves the tasks of another pusher.toml alone", async () => {
    const tasks = new Map<string, string>();
    const other = { ...mine, config: "/other/pusher.toml" };
    await desk(other, windows(tasks), { platform: "win32" })("install");
    const before = new Map(tasks);
    const run = desk(mine, windows(tasks), { platform: "win32" });
    expect(await run("install")).toMatchObject({
      code: 1,
      text: expect.stringContaining("made from another pusher.toml"),
    });
    await run("remove");
    expect(tasks).toEqual(before);
  });

  it("tells what Windows says when it may not", async () => {
    const denied: Programs = ([, act]) =>
      act === "/create" ? { exitCode: 1, stderr: "ERROR: Access is denied.\r\n" } : { exitCode: 0 };
    const { code, text } = await desk(mine, denied, { platform: "win32" })("install");
    expect(code).toBe(1);
    expect(text).toContain("Access is denied.; a task that runs without a logon is made by an administrator's console");
  });
});

test("status says that nothing is installed, and what would", async () => {
  expect(await desk(ALL)("status")).toMatchObject({
    code: 1,
    text: expect.stringContaining("`schedule install` does it"),
  });
});
