/** What `doctor` says of each kind's settings, on real folders and with programs played by scripts. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { loadConfig } from "../../pusher/config.ts";
import { checkBeat } from "../../pusher/doctor/beat.ts";
import { versionIn } from "../../pusher/doctor/versions.ts";
import { remember } from "../../pusher/state.ts";
import { type Host, host } from "./host.ts";

let here: Host;
beforeEach(() => {
  here = host();
  here.env.PATH = `${here.folder}:${process.env.PATH}`;
});
afterEach(() => here.remove());

/** A program that ends so, whatever it is asked. */
function program(name: string, script: string): void {
  writeFileSync(join(here.folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

async function doctor(...tables: string[]): Promise<string[]> {
  const jobs = tables.map((table, index) => {
    const head = `[[jobs]]\nname = "job-${index}"\nschedule = { every = "1d" }\ngrace = "1h"\n`;
    return head + table;
  });
  here.configure("http://127.0.0.1:9", jobs.join("\n"));
  const { stdout } = await here.pusher("doctor");
  return stdout.split("\n");
}

const about = (lines: readonly string[], what: string) => lines.filter((line) => line.includes(what));

describe("doctor tries what each kind needs", () => {
  it("folders: they have to be there, and take what goes into them", async () => {
    mkdirSync(join(here.folder, "there"));
    const lines = await doctor(
      'kind = "rsync"\nsource = "there/"\ntarget = "gone/target"',
      'kind = "export"\nargv = ["true"]\noutput = "there/dump.sql"\nkeep = 3',
      'kind = "export-follow"\nfiles = "gone/*.sql"\nmax_age = "1d"',
      'kind = "duplicati"\nreport = "gone/report.json"',
      'kind = "disk"\npath = "gone"',
      'kind = "command"\nargv = ["true"]\ncwd = "gone"\nenv = { TOKEN = "file:no-token" }',
      'kind = "key"\nfile = "gone.key"',
      'kind = "certificate"\nfile = "gone.pem"',
    );
    expect(about(lines, "job job-0:")).toEqual([
      expect.stringMatching(/^FAULT {2}job job-0: .*gone\/target: it does not exist; is it mounted, and spelt so\?$/),
      expect.stringMatching(/^ok {5}job job-0: .*there can be read$/),
    ]);
    expect(about(lines, "job job-1:")).toEqual([expect.stringMatching(/^ok {5}job job-1: .*there takes files$/)]);
    for (const index of [2, 3, 4, 6, 7]) {
      expect(about(lines, `job job-${index}:`).join()).toMatch(/^FAULT .*gone.*it does not exist/);
    }
    expect(about(lines, "job job-5:").join()).toMatch(
      /its environment: TOKEN in env: the secret file .*no-token cannot be read/,
    );
  });

  it("repositories: by a question that changes nothing, with the tool's answer in plain words", async () => {
    mkdirSync(join(here.folder, "data"));
    writeFileSync(join(here.folder, "password"), "a secret of the repository");
    program(
      "restic",
      'test "$1" = version && echo "restic 0.14.0" && exit 0\necho "$@" >>asked\necho "wrong password or no key found" >&2\nexit 1',
    );
    program("borg", `echo '{"msgid": "LockTimeout", "message": "x"}' >&2\nexit 2`);
    program("kopia", "exit 0");
    program(
      "rclone",
      'case "$*" in *nowhere*) echo "didn\'t find section in config file" >&2; exit 1;; *new*) exit 3;; esac',
    );
    const lines = await doctor(
      'kind = "restic"\nrepository = "r"\npassword = "file:password"\npaths = ["data"]',
      'kind = "borg"\nrepository = "r"\npassphrase = "file:password"\npaths = ["data"]',
      'kind = "kopia"\npassword = "file:password"\npaths = ["data"]',
      'kind = "rclone"\nmode = "copy"\nsource = "nowhere:a"\ntarget = "b:new"',
    );
    expect(about(lines, "job job-0: the repository").join()).toMatch(
      /^FAULT .*the password does not open the repository/,
    );
    expect(about(lines, "job job-1: the repository").join()).toMatch(/^FAULT .*the repository is locked/);
    expect(about(lines, "job job-2: the repository").join()).toBe("ok     job job-2: the repository answers");
    expect(about(lines, "job job-3: source").join()).toMatch(/^FAULT .*no such remote/);
    expect(about(lines, "job job-3: target").join()).toMatch(/^ok/);
    expect(about(lines, "restic is").join()).toMatch(/restic, 0\.14\.0$/);
  });

  it("pools, datasets and disks", async () => {
    program("zpool", `echo "cannot open '$5': no such pool" >&2; exit 1`);
    program(
      "zfs",
      `case "$*" in *fast/apps) exit 0;; *) echo "cannot open 'x': dataset does not exist" >&2; exit 1;; esac`,
    );
    program("smartctl", `echo '{"devices": []}'`);
    const lines = await doctor(
      'kind = "zfs-health"\npool = "archive"',
      'kind = "zfs-follow"\nsource = "fast/apps"\ntarget = "archive/apps"\nmax_age = "1d"',
      'kind = "smart"',
    );
    expect(about(lines, "pool archive").join()).toMatch(
      /^FAULT {2}job job-0: pool archive: there is no archive: is it imported\?/,
    );
    expect(about(lines, "job job-1: dataset fast/apps")).toEqual(["ok     job job-1: dataset fast/apps is there"]);
    expect(about(lines, "job job-1: dataset archive/apps").join()).toMatch(/^FAULT/);
    expect(about(lines, "job job-2: disks").join()).toMatch(/smartctl finds no disk/);
  });
});

test("doctor says the worst first, and asks no script of the owner for its version", async () => {
  program("mine", `touch ${here.folder}/was-run`);
  const lines = await doctor('kind = "command"\nargv = ["mine"]', 'kind = "command"\nargv = ["no-such-program"]');
  const ranks = lines
    .map((line) => ["FAULT", "advice", "ok"].findIndex((word) => line.startsWith(word)))
    .filter((rank) => rank >= 0);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(new Set(ranks)).toEqual(new Set([0, 1, 2]));
  expect(about(lines, "schedule install").join()).toMatch(/^advice /);
  expect((await here.pusher("doctor")).code).toBe(1);
  expect(about(lines, "under cron").join()).toMatch(/^advice mine is found by your PATH alone: .*schedule install/);
  expect(existsSync(join(here.folder, "was-run"))).toBe(false);
});

test("doctor notices a beat that came long ago, and what waits", async () => {
  here.configure("http://127.0.0.1:9", "");
  const loaded = loadConfig(join(here.folder, "pusher.toml"));
  if (!loaded.ok) throw new Error(loaded.failure.join());
  const answeredAt = "2026-11-23T02:00:00.000Z";
  remember(loaded.value.state, "beat", { answeredAt, lastSweepAt: null });
  const at = Date.parse(answeredAt);
  expect(checkBeat(loaded.value, at + 900_000)).toEqual([{ what: "the worker heard of this host lately" }]);
  expect(checkBeat(loaded.value, at + 3_600_000)[0]?.fault).toContain("60 minutes ago");
});

test.each([
  ["rsync  version 3.2.7  protocol version 31\n", "3.2.7"],
  ["zfs-2.3.2-2\nzfs-kmod-2.3.2-2\n", "2.3.2"],
  ["OpenSSH_9.2p1 Debian-2+deb12u3", "9.2p1"],
  ["nothing", undefined],
])("the version in %j is %s", (text, version) => {
  expect(versionIn(text)).toBe(version);
});
