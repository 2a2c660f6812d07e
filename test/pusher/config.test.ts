import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { stringify } from "smol-toml";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { editDistance, nearest } from "../../protocol/nearest.ts";
import { plan } from "../../protocol/plan.ts";
import { lineFinder } from "../../pusher/config/lines.ts";
import { scheduleFault } from "../../pusher/config/schedule-fault.ts";
import { checkConfig, loadConfig } from "../../pusher/config.ts";
import { planOf } from "../../pusher/plan.ts";
import { size } from "../../pusher/size.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples");

const HERE = { zone: "Europe/Kiev", platform: "linux" } as const;

describe("the example configs", () => {
  const good = readdirSync(EXAMPLES).filter((name) => name.endsWith(".toml"));

  it.each(good)("%s is well formed, and its plan fits the wire", (name) => {
    const loaded = loadConfig(join(EXAMPLES, name), scheduleFault);
    if (!loaded.ok) throw new Error(loaded.failure.join("\n"));
    expect(z.safeParse(plan, planOf(loaded.value, HERE)).error).toBeUndefined();
  });

  it("tell the cloud nothing of commands, paths and credentials", () => {
    const loaded = loadConfig(join(EXAMPLES, "pusher.winvm.toml"), scheduleFault);
    if (!loaded.ok) throw new Error(loaded.failure.join("\n"));
    expect(JSON.stringify(planOf(loaded.value, HERE))).not.toMatch(/restic|staging.apps|password|latest/i);
  });

  const bad = readdirSync(join(EXAMPLES, "bad"));

  it.each(bad)("bad/%s is refused with the very sentences it names", (name) => {
    const text = readFileSync(join(EXAMPLES, "bad", name), "utf8");
    const says = [...text.matchAll(/^# says: (.*)$/gm)].map((match) => match[1] ?? "");
    const checked = checkConfig(text, "/etc/tierwatch/pusher.toml", "pusher.toml", scheduleFault);
    expect(says.length).toBeGreaterThan(0);
    expect(checked.ok).toBe(false);
    if (checked.ok) return;
    expect(checked.failure).toHaveLength(says.length);
    for (const sentence of says)
      expect(checked.failure.some((fault) => fault.startsWith(sentence.trimEnd()))).toBe(true);
  });
});

describe("a config", () => {
  const head = 'worker = "https://w.example"\nkey = "file:k"\n[beat]\nevery = "5m"\ngrace = "0s"\n';

  it("means relative paths against its own folder", () => {
    const text = `${head}[[datasets]]\nname = "apps"\nborn = "fast"\npaths = { fast = "data/apps" }\n`;
    const checked = checkConfig(text, resolve("/etc/tierwatch/pusher.toml"), "pusher.toml");
    if (!checked.ok) throw new Error(checked.failure.join("\n"));
    expect(checked.value.state).toBe(resolve("/etc/tierwatch/tierwatch-state"));
    expect(checked.value.datasets[0]?.paths).toEqual({ fast: resolve("/etc/tierwatch/data/apps") });
  });

  it.each(["0 2 30 2 *", "0 2 30 2 */1"])("does not wait for 30 February (%s)", (cron) => {
    const job = `[[jobs]]\nname = "j"\nkind = "command"\nschedule = { cron = "${cron}" }\ngrace = "0s"\nargv = ["true"]\n`;
    const checked = checkConfig(head + job, "/p.toml", "p.toml", scheduleFault);
    expect(checked.ok ? [] : checked.failure).toEqual([
      `p.toml:9: [[jobs]] "j": the cron expression "${cron}" names no time that ever comes`,
    ]);
  });

  it("proves by markers where this host sees every dataset of the job, and else by the run", () => {
    const job = (datasets: string) =>
      `[[jobs]]\nname = "j-${datasets.length}"\nkind = "command"\nschedule = { every = "1h" }\ngrace = "0s"\nargv = ["true"]\n` +
      `from = "fast"\nto = "archive"\nwindow = "1d"\ndatasets = ${datasets}\n`;
    const datasets =
      '[[datasets]]\nname = "apps"\nborn = "fast"\npaths = { fast = "x" }\n[[datasets]]\nname = "other"\nborn = "fast"\n';
    const checked = checkConfig(head + datasets + job('["apps"]') + job('["apps", "other"]'), "/p.toml", "p.toml");
    if (!checked.ok) throw new Error(checked.failure.join("\n"));
    expect(checked.value.jobs.map((one) => one.carries?.proof)).toEqual(["marker", "run"]);
  });

  it.each([
    ['{ cron = "0 2 * * *" }', "linux", { cron: "0 2 * * *", zone: "Europe/Kyiv" }],
    ['{ cron = "0 2 * * *" }', "win32", { cron: "0 2 * * *", zone: "Europe/Kyiv", by: "task_scheduler" }],
    ['{ cron = "0 2 * * *", zone = "us/eastern" }', "linux", { cron: "0 2 * * *", zone: "America/New_York" }],
    ['{ on_calendar = "Mon..Fri 02:00" }', "linux", { onCalendar: "Mon..Fri 02:00", zone: "Europe/Kyiv" }],
    ['{ every = "15m" }', "win32", { everySeconds: 900 }],
  ] as const)(
    "tells the plan the schedule %s on %s, in the host's own zone if it names none",
    (written, platform, told) => {
      const job = `[[jobs]]\nname = "j"\nkind = "command"\nschedule = ${written}\ngrace = "1h"\nargv = ["true"]\n`;
      const checked = checkConfig(head + job, "/p.toml", "p.toml", scheduleFault);
      if (!checked.ok) throw new Error(checked.failure.join("\n"));
      expect(planOf(checked.value, { ...HERE, platform }).jobs.map(({ schedule }) => schedule)).toEqual([told]);
    },
  );

  it.each([
    ["0 2 * * mon-fri", { onCalendar: "Mon,Tue,Wed,Thu,Fri *-*-* 02:00:00", zone: "Europe/Kyiv" }],
    ["0 2 1 * 1", { cron: "0 2 1 * 1", zone: "Europe/Kyiv" }],
  ])(
    "tells the plan %s as systemd keeps it, where a timer of ours starts the job and one event can say it",
    (cron, told) => {
      const job = `[[jobs]]\nname = "j"\nkind = "command"\nschedule = { cron = "${cron}" }\ngrace = "1h"\nargv = ["true"]\n`;
      const checked = checkConfig(head + job, "/p.toml", "p.toml", scheduleFault);
      if (!checked.ok) throw new Error(checked.failure.join("\n"));
      const plan = planOf(checked.value, { ...HERE, timed: (name) => name === "j" });
      expect(plan.jobs.map(({ schedule }) => schedule)).toEqual([told]);
    },
  );

  it("tells the plan what its jobs are held to, and nothing that it does not say", () => {
    const job = (name: string, rules: string) =>
      `[[jobs]]\nname = "${name}"\nkind = "command"\nschedule = { every = "1h" }\ngrace = "1h"\nargv = ["true"]\n${rules}\n`;
    const held =
      'start_within = "10m"\nmin_runtime = "5s"\nmax_runtime = "2h"\nhard_limit = "12h"\nalert_after = { failures = 3, of = 10 }';
    const text = head + job("held", held) + job("row", "alert_after = 3") + job("free", "");
    const checked = checkConfig(text, "/p.toml", "p.toml");
    if (!checked.ok) throw new Error(checked.failure.join("\n"));
    const common = { kind: "command", schedule: { everySeconds: 3_600 }, graceSeconds: 3_600 };
    expect(JSON.parse(JSON.stringify(planOf(checked.value, HERE).jobs))).toEqual([
      {
        ...common,
        name: "held",
        startWithinSeconds: 600,
        minRuntimeSeconds: 5,
        maxRuntimeSeconds: 7_200,
        hardLimitSeconds: 43_200,
        alertAfter: { failures: 3, of: 10 },
      },
      { ...common, name: "row", alertAfter: { failures: 3 } },
      { ...common, name: "free" },
    ]);
  });

  it("tells the plan levels, bounds and depth in the plan's units", () => {
    const job = [
      '[[datasets]]\nname = "apps"\nborn = "fast"',
      '[[jobs]]\nname = "nightly"\nkind = "zfs-send"\nsource = "fast/apps"\ntarget = "archive/apps"',
      'schedule = { every = "1d" }\ngrace = "1h"\nfrom = "fast"\nto = "archive"\ndatasets = ["apps"]\nwindow = "26h"',
      'anomalies = { bytes = { min = "1kB", max = "2TiB" }, files = "off", runtime = { max = "3h" } }',
      'depth = { versions = 30, reach = "3650d" }',
      '[[jobs]]\nname = "pool"\nkind = "zfs-health"\npool = "archive"\nschedule = { every = "1d" }\ngrace = "1h"',
      "[jobs.thresholds]",
      '"pool.archive.capacity" = { warning = 85.5, critical = 95 }',
    ];
    const checked = checkConfig(head + job.join("\n"), "/p.toml", "p.toml");
    if (!checked.ok) throw new Error(checked.failure.join("\n"));
    expect(planOf(checked.value, HERE).jobs).toMatchObject([
      {
        anomalies: { bytes: { min: 1_000, max: 2 * 1024 ** 4 }, files: "off", seconds: { max: 10_800 } },
        depth: { versions: 30, reachSeconds: 3_650 * 86_400 },
      },
      { thresholds: { "pool.archive.capacity": { warning: 85.5, critical: 95 } } },
    ]);
    expect(z.safeParse(plan, planOf(checked.value, HERE)).error).toBeUndefined();
  });

  it.each([
    ["0B", 0],
    ["500kB", 500_000],
    ["500KB", 500_000],
    ["10GB", 10_000_000_000],
    ["1GiB", 1_073_741_824],
    // 2^53, the first number that JavaScript does not hold for certain.
    ["8PiB", undefined],
    ["1.5GB", undefined],
    ["10 GB", undefined],
    ["10G", undefined],
    ["999999999PB", undefined],
  ])("takes a size of %s as %s bytes", (text, bytes) => {
    const parsed = z.safeParse(size, text);
    expect(parsed.success ? parsed.data : undefined).toBe(bytes);
  });

  it("never shows the value of a wrong key setting", () => {
    const checked = checkConfig(head.replace("file:k", "hunter2"), "/p.toml", "p.toml");
    expect(checked.ok ? [] : checked.failure.join()).not.toContain("hunter2");
  });

  it("that does not exist is one sentence", () => {
    const loaded = loadConfig("/nowhere/pusher.toml");
    expect(loaded.ok ? [] : loaded.failure).toEqual([
      "/nowhere/pusher.toml: cannot be read: it does not exist; name the file with --config FILE",
    ]);
  });
});

describe("the line of a key", () => {
  it("is found for headers, tables in lists, quoted keys and values over several lines", () => {
    const toml = [
      "a = 1",
      'b = """',
      "c = 2",
      '"""',
      "[t.'u v']",
      "d = [",
      "  { e = 1 }, # ]",
      "]",
      "[[j]]",
      "[j.k]",
      "f = 1",
      "[[j]]",
      "f = 2",
    ];
    const lineOf = lineFinder(toml.join("\n"));
    expect(lineOf(["a"])).toBe(1);
    expect(lineOf(["c"])).toBe(1);
    expect(lineOf(["t", "u v", "d", 0, "e"])).toBe(6);
    expect(lineOf(["j", 0, "k", "f"])).toBe(11);
    expect(lineOf(["j", 1, "f"])).toBe(13);
  });

  it("is found for every top-level key of any document", () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()), fc.boolean());
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 8, noNullPrototype: true }),
        (document) => {
          const toml = stringify(document);
          const lineOf = lineFinder(toml);
          for (const [index, key] of Object.keys(document).entries()) {
            if (/^[A-Za-z0-9_-]+$/.test(key)) expect(lineOf([key])).toBe(index + 1);
          }
        },
      ),
    );
  });
});

describe("the nearest name", () => {
  it("is one with a letter left out, swapped or doubled, and nothing far away", () => {
    expect(nearest("shedule", ["grace", "schedule"])).toBe("schedule");
    expect(nearest("max-runtime", ["max_runtime"])).toBe("max_runtime");
    expect(nearest("colour", ["grace", "schedule"])).toBeUndefined();
  });

  it("has a distance that is symmetric and zero only for the same", () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
