import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { blockIn, cronEntries, cronFile, entriesIn, withBlock } from "../../../pusher/schedule/cron.ts";
import type { Entry } from "../../../pusher/schedule/task.ts";
import { cronExpression, setting, task } from "./setting.ts";

const every = { everySeconds: 300 };
const owner = { scope: "user", user: "owner" } as const;

function entries(...args: Parameters<typeof setting>): readonly Entry[] {
  const made = cronEntries(setting(...args));
  if (!made.ok) throw new Error(made.failure.join("\n"));
  return made.value;
}

function faults(...args: Parameters<typeof setting>): readonly string[] {
  const made = cronEntries(setting(...args));
  return made.ok ? [] : made.failure;
}

describe("a line of cron", () => {
  it("starts the pusher by absolute paths, as root, and the beat at boot too", () => {
    expect(entries([task("beat", every)])).toEqual([
      {
        name: "beat",
        text:
          "*/5 * * * * root /usr/bin/node /opt/tierwatch/pusher.mjs run beat --config /etc/tierwatch/pusher.toml >/dev/null 2>&1\n" +
          "@reboot root /usr/bin/node /opt/tierwatch/pusher.mjs run beat --config /etc/tierwatch/pusher.toml >/dev/null 2>&1\n",
      },
    ]);
  });

  it("of a user names no user, and sets the PATH for itself alone", () => {
    const [entry] = entries([task("run-nightly", { cron: "0 2 * * *" })], owner);
    expect(entry?.text).toMatch(/^0 2 \* \* \* PATH=\/usr\/sbin:\/usr\/bin:\/sbin:\/bin \/usr\/bin\/node /);
  });

  it("keeps words together, and gives neither cron a percent sign nor the shell a dollar", () => {
    const argv = ["/usr/bin/node", "/mnt/100% of/it's $HOME/a\\b.mjs"];
    const [entry] = entries([task("run-nightly", { cron: "0 2 * * *" }, { argv })]);
    expect(entry?.text).toContain(`root /usr/bin/node '/mnt/100\\% of/it'\\\\''s $HOME/a\\\\b.mjs' >/dev/null`);
  });

  it("asks for either day where cron would ask for both", () => {
    const [entry] = entries([task("run-nightly", { cron: "0 2 */2 * 1" })]);
    expect(entry?.text).toMatch(/^0 2 1-31\/2 \* 1 root/);
  });

  it("takes a zone that is the machine's own by another name", () => {
    expect(faults([task("run-a", { cron: "0 2 * * *", zone: "Europe/Kiev" })], { zone: "Europe/Kyiv" })).toEqual([]);
  });
});

describe("cron refuses", () => {
  test.each([
    [
      { cron: "0 2 * * *", zone: "Asia/Tokyo" },
      /cron keeps the machine's zone, Europe\/Berlin, and not Asia\/Tokyo; .*systemd/,
    ],
    [{ everySeconds: 5_400 }, /cron cannot start it every 5400 s; write an `every` that divides/],
    [{ onCalendar: "Mon 02:00" }, /cron knows no calendar events as "Mon 02:00"/],
    [{ cron: "0 0 L * *" }, /"0 0 L \* \*": the scheduler cannot read its day of month/],
    [{ cron: "0 0 * * 5#2" }, /cannot read its weekday/],
  ])("%j, and says what to do", (schedule, words) => {
    const [only, ...more] = faults([task("beat", every), task("run-nightly", schedule)]);
    expect(only).toMatch(/^job nightly: /);
    expect(only).toMatch(words);
    expect(more).toEqual([]);
  });

  it("a path with a line break, and a command that it would cut", () => {
    const long = (text: string) => [task("run-a", { cron: "0 2 * * *" }, { argv: ["/usr/bin/node", text] })];
    expect(faults(long("/a\nb"))[0]).toContain("no path with a line break");
    expect(faults(long("x".repeat(2_000)))[0]).toContain("longer than the 999 bytes");
  });
});

describe("a user's crontab", () => {
  const line = fc.stringMatching(/^[a-z0-9 #*%]{0,30}$/);
  const foreign = fc.array(line).map((lines) => lines.map((each) => `${each}\n`).join(""));
  const nightly = entries([task("beat", every), task("run-nightly", { cron: "0 2 * * *" })], owner);
  const hourly = entries([task("run-hourly", { cron: "0 * * * *" })], owner);
  const mine = setting([], owner);

  it("keeps every line of others, whatever is installed, changed and removed", () => {
    fc.assert(
      fc.property(foreign, foreign, (before, after) => {
        const installed = withBlock(before, nightly, mine) + after;
        expect(entriesIn(blockIn(installed).block)).toEqual(new Map(nightly.map(({ name, text }) => [name, text])));
        const changed = withBlock(installed, hourly, mine);
        expect([...entriesIn(blockIn(changed).block).keys()]).toEqual(["run-hourly"]);
        expect(withBlock(changed, [], mine)).toBe(before + after);
      }),
    );
  });

  it("is the same after a second install", () => {
    const once = withBlock("MAILTO=me\n0 1 * * * mine", nightly, mine);
    expect(withBlock(once, nightly, mine)).toBe(once);
    expect(once).toMatch(/^MAILTO=me\n0 1 \* \* \* mine\n# Tierwatch: /);
  });

  it("loses only what is surely ours when the end of our block is gone", () => {
    const whole = withBlock("", nightly, mine).replace("# Tierwatch: end\n", "0 1 * * * mine\n");
    expect(withBlock(whole, [], mine)).toContain("0 1 * * * mine\n");
  });
});

/** `crontab -n` checks a file's syntax, and is Debian's. */
const hasCron = spawnSync("crontab", ["-h"]).error === undefined;
if (!hasCron) console.warn("skipped: lines that the real cron reads (not on this machine: crontab)");

describe.skipIf(!hasCron)("the real cron", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-cron-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const takes = (text: string) => {
    const file = join(folder, "crontab");
    writeFileSync(file, text);
    return spawnSync("crontab", ["-n", file], { encoding: "utf8" });
  };

  it("takes every expression that is written for it", () => {
    const seen = fc.sample(cronExpression, 200).map((cron, index) => task(`run-job-${index}`, { cron }));
    const ended = takes(withBlock("", entries(seen, owner), setting(seen, owner)));
    expect(ended.stderr).toBe("The syntax of the crontab file was successfully checked.\n");
    expect(takes("61 * * * * nothing\n").status).not.toBe(0);
  });
});

test("a file of cron.d ends with a line's end, and says whose it is", () => {
  const text = cronFile(entries([task("beat", every)]), setting([]));
  expect(text).toMatch(/^# Tierwatch: written by .* from \/etc\/tierwatch\/pusher\.toml; /);
  expect(text).toMatch(/\nPATH=\/usr\/sbin:\/usr\/bin:\/sbin:\/bin\n/);
  expect(text.endsWith("2>&1\n")).toBe(true);
});
