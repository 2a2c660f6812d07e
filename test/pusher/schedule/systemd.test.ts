import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readCalendar } from "../../../protocol/calendar.ts";
import { nextWall } from "../../../protocol/calendar-walk.ts";
import { plainCron } from "../../../protocol/schedule.ts";
import { calendarEvents } from "../../../pusher/schedule/cron-events.ts";
import { readCronFields } from "../../../pusher/schedule/cron-fields.ts";
import { systemdEntries } from "../../../pusher/schedule/systemd.ts";
import { cronExpression, setting, task } from "./setting.ts";

function units(...args: Parameters<typeof setting>): Record<string, string> {
  const made = systemdEntries(setting(...args));
  if (!made.ok) throw new Error(made.failure.join("\n"));
  return Object.fromEntries(made.value.map(({ name, text }) => [name, text]));
}

const settings = (text: string | undefined, key: string) =>
  [...(text ?? "").matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value);

const LIMITED = { limitSeconds: 10_800 };

test("a star with a step of 1 restricts nothing: of two days it is the other that counts", () => {
  expect(plainCron(" */1  2 1 * */1 ")).toBe("* 2 1 * *");
  expect(plainCron("*/10 2 1-1/1 * */2")).toBe("*/10 2 1-1/1 * */2");
  const fields = readCronFields("0 2 1 * */1");
  expect(fields.ok && calendarEvents(fields.value)).toEqual(["*-*-01 02:00:00"]);
});

test("the events of a cron expression name the times that it names", () => {
  fc.assert(
    fc.property(cronExpression, fc.integer({ min: 0, max: 4_000 }), (cron, day) => {
      const fields = readCronFields(cron);
      if (!fields.ok) throw new Error(fields.failure);
      const events = calendarEvents(fields.value).map((text) => readCalendar(text));
      const expected = new Cron(plainCron(cron), { timezone: "UTC", paused: true, mode: "5-part" });
      let at = Date.UTC(2024, 0, 1) + day * 86_400_000;
      for (let times = 0; times < 5; times += 1) {
        const named = events.map((event) => (event.ok ? nextWall(event.value, at) : null));
        const next = Math.min(...named.map((time) => time ?? Number.POSITIVE_INFINITY));
        expect(next).toBe(expected.nextRun(new Date(at))?.getTime());
        at = next;
      }
    }),
  );
});

describe("a timer", () => {
  test.each([
    ["a cron expression in the machine's zone", { cron: "30 2 * * mon-fri" }, ["Mon,Tue,Wed,Thu,Fri *-*-* 02:30:00"]],
    ["a zone of its own", { cron: "0 2 * * *", zone: "Asia/Tokyo" }, ["*-*-* 02:00:00 Asia/Tokyo"]],
    ["either of two days", { cron: "0 2 1 * 1" }, ["*-*-01 02:00:00", "Mon *-*-* 02:00:00"]],
    ["a calendar event", { onCalendar: "Mon..Fri 02:00", zone: "Asia/Tokyo" }, ["Mon..Fri 02:00 Asia/Tokyo"]],
    ["an event with its own zone", { onCalendar: "02:00 UTC", zone: "Asia/Tokyo" }, ["02:00 UTC"]],
    ["an interval, in hours that come once", { everySeconds: 900 }, ["*-*-* *:00/15:00 UTC"]],
  ])("says %s, and catches up", (_what, schedule, expected) => {
    const timer = units([task("run-nightly", schedule)])["tierwatch-run-nightly.timer"];
    expect(settings(timer, "OnCalendar")).toEqual(expected);
    expect(settings(timer, "Persistent")).toEqual(["true"]);
  });

  it("counts from the last start where no calendar is as even", () => {
    const timer = units([task("run-nightly", { everySeconds: 5_400 })])["tierwatch-run-nightly.timer"];
    expect(settings(timer, "OnUnitActiveSec")).toEqual(["5400s"]);
    expect(settings(timer, "Persistent")).toEqual([]);
  });

  it("delays a job by no more than it may be late", () => {
    const short = { slackSeconds: 50 };
    const made = units([task("run-a", { cron: "0 2 * * *" }, short), task("run-b", { cron: "0 2 * * *" })]);
    expect(settings(made["tierwatch-run-a.timer"], "RandomizedDelaySec")).toEqual(["5"]);
    expect(settings(made["tierwatch-run-b.timer"], "RandomizedDelaySec")).toEqual(["60"]);
  });

  it("of the beat fires after boot", () => {
    const timer = units([task("beat", { everySeconds: 300 })])["tierwatch-beat.timer"];
    expect(settings(timer, "OnBootSec")).toEqual(["1min"]);
  });
});

describe("a service", () => {
  it("outlives the job's own limit, or has none", () => {
    const made = units([task("run-a", { cron: "0 2 * * *" }, LIMITED), task("run-b", { cron: "0 2 * * *" })]);
    expect(settings(made["tierwatch-run-a.service"], "TimeoutStartSec")).toEqual(["10800"]);
    expect(settings(made["tierwatch-run-b.service"], "TimeoutStartSec")).toEqual(["infinity"]);
  });

  it("of a job gets no mounts of its own: what zfs mounts would be seen by it alone", () => {
    const service = units([task("run-a", { cron: "0 2 * * *" })])["tierwatch-run-a.service"] ?? "";
    expect(settings(service, "NoNewPrivileges")).toEqual(["yes"]);
    // systemd.exec(5): each of these makes a mount namespace.
    expect(service).not.toMatch(
      /^(Protect(System|Home|Kernel\w+|ControlGroups|Proc)|Private\w+|ReadWritePaths|\w+Directory)=/m,
    );
  });

  it("of a user may use sudo", () => {
    const made = units([task("beat", { everySeconds: 300 })], { scope: "user", user: "owner" });
    expect(made["tierwatch-beat.service"]).not.toContain("NoNewPrivileges");
  });

  it("takes any path literally", () => {
    const argv = ["/usr/bin/node", '/mnt/100% of/"it" $HOME/a\\b.mjs'];
    const service = units([task("run-a", { cron: "0 2 * * *" }, { argv })])["tierwatch-run-a.service"];
    expect(settings(service, "ExecStart")).toEqual(['/usr/bin/node "/mnt/100%% of/\\"it\\" $$HOME/a\\\\b.mjs"']);
  });
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
if (!hasSystemd) console.warn("skipped: units that the real systemd verifies (not on this machine: systemd-analyze)");

describe.skipIf(!hasSystemd)("the real systemd", () => {
  it("finds no fault in what is written for it", () => {
    const folder = mkdtempSync(join(tmpdir(), "tierwatch units %-"));
    try {
      const argv = [process.execPath, '/mnt/100% of/"it" $HOME/a\\b.mjs'];
      const made = units(
        [
          task("beat", { everySeconds: 300 }, { argv, ...LIMITED }),
          task("run-nightly", { cron: "*/20 */6 */2 1,7 mon", zone: "Asia/Tokyo" }, { argv }),
          task("run-odd", { everySeconds: 5_400 }, { argv }),
        ],
        { state: `${folder}/my state`, path: "/usr/bin:/opt/my tools" },
      );
      const files = Object.entries(made).map(([name, text]) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      });
      expect(files).toHaveLength(6);
      const verified = spawnSync("systemd-analyze", ["verify", "--man=no", ...files], { encoding: "utf8" });
      const ours = verified.stderr.split("\n").filter((line) => line.includes("tierwatch"));
      expect(ours).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("takes every event that a cron expression becomes", () => {
    const events = fc.sample(cronExpression, 100).flatMap((cron) => {
      const fields = readCronFields(cron);
      return fields.ok ? calendarEvents(fields.value) : [];
    });
    const ended = spawnSync("systemd-analyze", ["calendar", ...events], { encoding: "utf8" });
    expect(ended.stderr).toBe("");
    expect(ended.status).toBe(0);
  });
});
