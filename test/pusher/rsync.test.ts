/** rsync's own words, as it really said them, and what the owner is told of them. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { rsync } from "../../pusher/jobs/rsync.ts";
import { rsyncReport } from "../../pusher/jobs/rsync-report.ts";
import { rsyncTrouble } from "../../pusher/jobs/rsync-trouble.ts";
import { type Answer, played } from "./played.ts";

const said = (name: string, stream: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/rsync-3.5.0", `${name}.${stream}`), "utf8");

const TARGET = tmpdir();
const MARKER = "-rw-r--r--            812 2026/11/30 14:26:11 .tierwatch-marker.json\n";
const LIST = "rsync --archive --list-only";
const TOLD = "--stats --no-human-readable --info=progress2,del1,name0,stats2";
const listed = (more = ""): Answer => [LIST, { stdout: said("listing", "stdout") + more }];

async function run(answers: readonly Answer[], settings: object = {}, more: Partial<KindContext> = {}) {
  const prepared = rsync.prepare({ source: "/srv/photos", target: TARGET, ...settings });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls, log } = played(answers, 0);
  return { outcome: await prepared.value.run({ ...context, ...more }), calls, log };
}

/** How the carrying ends, by the names of its captured streams. */
const ends = (exitCode: number, stdout: string, stderr?: string): Answer => [
  "rsync ",
  {
    exitCode,
    stdout: stdout === "" ? "" : said(stdout, "stdout"),
    stderr: stderr === undefined ? "" : said(stderr, "stderr"),
  },
];

describe("a run", () => {
  test("carries what is in the source, and tells what it moved and deleted", async () => {
    const { outcome, calls } = await run([listed(), ends(0, "told")], { max_deletions: 50, options: [] });
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 3, bytes: 15_000, deletions: 2, errors: 0 });
    expect(calls).toEqual([
      "rsync --archive --list-only -- /srv/photos/",
      `rsync --archive --max-delete=50 ${TOLD} -- /srv/photos/ ${TARGET}`,
    ]);
  });

  test("tells how much it has carried so far, while it carries", async () => {
    const told: number[] = [];
    await run([listed(), ends(0, "told")], {}, { carried: (bytes) => void told.push(bytes) });
    expect(told).toEqual([5_000, 10_000, 15_000]);
  });

  test("gives its options to each call, before what makes the output readable", async () => {
    const { calls } = await run([["rsync", { stdout: said("listing", "stdout") + MARKER }]], {
      options: ["--delete", "-h"],
    });
    expect(calls).toEqual([
      "rsync --archive --delete -h --list-only -- /srv/photos/",
      `rsync --filter=H .tierwatch-marker.json --filter=P .tierwatch-marker.json --archive --delete -h ${TOLD} -- /srv/photos/ ${TARGET}`,
      expect.anything(),
    ]);
  });

  test("carries the markers last, each to its place", async () => {
    const inside = MARKER.replace(".tier", "family/2026/.tier");
    const { outcome, calls } = await run([listed(MARKER + inside), ends(0, "told")]);
    expect(outcome).toMatchObject({ status: "succeeded", files: 5, bytes: 15_000 });
    expect(calls.at(-1)).toBe(
      `rsync --archive --relative ${TOLD} -- /srv/photos/./.tierwatch-marker.json /srv/photos/./family/2026/.tierwatch-marker.json ${TARGET}`,
    );
  });

  test("that did not carry everything carries no marker", async () => {
    const { calls } = await run([listed(MARKER), ends(23, "partial-23", "partial-23")]);
    expect(calls).toHaveLength(2);
  });

  test("whose marker did not arrive has failed", async () => {
    const marker: Answer = ["rsync --archive --relative", { exitCode: 11, stderr: said("nospace", "stderr") }];
    const { outcome } = await run([listed(MARKER), marker, ends(0, "told")]);
    expect(outcome).toMatchObject({
      status: "failed",
      exitCode: 11,
      reason: expect.stringMatching(/^all but the marker was carried: there is no space left/),
    });
  });

  test.each(["ok-stats", "ok-out-format"])("reads statistics with separators: %s", async (name) => {
    expect((await run([listed(), ends(0, name)])).outcome).toMatchObject({
      status: "succeeded",
      bytes: 500_000,
      deletions: 0,
    });
  });

  test("that had nothing to carry has succeeded", async () => {
    expect((await run([listed(), ends(0, "ok-nochange")])).outcome).toMatchObject({ status: "succeeded", bytes: 0 });
  });

  test("counts what was deleted, also when rsync tells it as the end of its statistics alone", async () => {
    expect((await run([listed(), ends(0, "empty-src-delete")])).outcome.deletions).toBe(10);
  });

  test("asks ssh not to wait for a password, unless `env` says how ssh is started", async () => {
    const seen: unknown[] = [];
    const exec: KindContext["exec"] = async (_, options) => {
      seen.push(options?.env);
      return { exitCode: 255, timedOut: false, stdout: "", stderr: "" };
    };
    await run([], { target: "backup@nas2:/archive" }, { exec });
    await run([], { target: "nas2:x", env: { RSYNC_RSH: "ssh -4" } }, { exec });
    expect(seen).toMatchObject([{ RSYNC_RSH: expect.stringContaining("-o BatchMode=yes") }, { RSYNC_RSH: "ssh -4" }]);
  });
});

describe("nothing is carried or deleted", () => {
  const nothing = async (answers: readonly Answer[], reason: RegExp, calls: number, settings: object = {}) => {
    const ran = await run(answers, { options: ["--delete"], ...settings });
    expect(ran.outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(reason) });
    expect(ran.calls).toHaveLength(calls);
  };
  const list = (ended: Answer[1]): Answer => ["rsync --archive --delete --list-only", ended];

  test("from an empty source", () =>
    nothing([list({ stdout: "drwxr-xr-x          4,096 2026/11/30 14:25:38 .\n" })], /is it mounted\? Nothing/, 1));

  test("from a source that holds nothing but the marker", () =>
    nothing([list({ stdout: MARKER })], /holds no file at all/, 1));

  test("from a source that is not there", () =>
    nothing([list({ exitCode: 23, stderr: said("missing-src", "stderr") })], /`source` does not exist.*nope/, 1));

  test("from a source that may not be read", () => {
    const stderr = 'rsync: [sender] change_dir "/srv/photos" failed: Permission denied (13)\n';
    return nothing([list({ exitCode: 23, stderr })], /right user\? \(rsync: .*change_dir/, 1);
  });

  test("into a target that is not there", () =>
    nothing([], /no folder \/nowhere\/photos: is its disk mounted/, 0, { target: "/nowhere/photos" }));

  test("when an option is not known", () =>
    nothing([list({ exitCode: 1, stderr: said("bad-flag", "stderr") })], /one of `options`.*--nope/, 1));

  test("when the look was killed", () => nothing([list({ signal: "SIGKILL" })], /ended by SIGKILL/, 1));
});

test("a source of which a part cannot be listed is carried as far as it goes", async () => {
  const stderr = 'rsync: [sender] opendir "/srv/photos/private" failed: Permission denied (13)\n';
  const look: Answer = [LIST, { exitCode: 23, stdout: said("listing", "stdout"), stderr }];
  const { outcome } = await run([look, ["rsync ", { exitCode: 23, stderr }]]);
  expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("1 file (private)") });
});

describe("a run that did not carry everything", () => {
  test("names the files, below the source and the target", async () => {
    const { outcome, log } = await run([listed(), ends(23, "partial-23", "partial-23")], {
      source: "/srv/site/ry/usrc",
    });
    expect(outcome).toMatchObject({ status: "failed", exitCode: 23, bytes: 450_000, errors: 1 });
    expect(outcome.reason).toMatch(/^rsync may not read.*not carried: 1 file \(a\/f1\) \(rsync: .*Permission denied/);
    expect(log).toHaveLength(2);
  });

  test("names a file that could not be written by the name that it should get", async () => {
    const stderr = `rsync: [receiver] mkstemp "${TARGET}/a/.f.1.Ab12Cd" failed: Permission denied (13)\n`;
    const { outcome } = await run([listed(), ["rsync ", { exitCode: 23, stderr }]]);
    expect(outcome.reason).toContain("1 file (a/f.1)");
  });

  test("names each file once, whatever is wrong with it", async () => {
    const stderr = [
      'rsync: [generator] chown "/x/a" failed: Operation not permitted (1)',
      'rsync: [generator] failed to set times on "/x/a": Operation not permitted (1)',
      "rsync: [generator] delete_file: unlink(b) failed: Permission denied (13)",
      "ERROR: c failed verification -- update discarded.",
      'symlink has no referent: "/x/d"',
      "rsync: [sender] write error: Broken pipe (32)",
    ].join("\n");
    const { outcome } = await run([listed(), ["rsync ", { exitCode: 23, stderr }]]);
    expect(outcome).toMatchObject({ errors: 4, reason: expect.stringContaining("4 files (/x/a, b, c, /x/d)") });
  });

  test("because files vanished has a warning that names them", async () => {
    const settings = { source: "/srv/site/ry/src" };
    const { outcome } = await run([listed(), ends(24, "vanished", "vanished")], settings);
    expect(outcome).toMatchObject({ status: "warned", exitCode: 0, bytes: 3_000_000, errors: 0 });
    expect(outcome.reason).toBe("1 file went from the source while rsync ran (a/z9); all else was carried");
  });

  test("because it met its limit of deletions tells how many were made", async () => {
    const { outcome } = await run([listed(), ends(25, "max-delete", "max-delete")], { max_deletions: 1 });
    expect(outcome).toMatchObject({ status: "failed", exitCode: 25, deletions: 1 });
    expect(outcome.reason).toMatch(/^it would have deleted more files than `max_deletions` allows.*\(2 skipped\)\)$/);
  });

  test("because it was killed still tells what it had deleted", async () => {
    const stdout = "deleting old/2\ndeleting old/\n*deleting   old3\n";
    const { outcome } = await run([listed(), ["rsync ", { signal: "SIGKILL", stdout }]]);
    expect(outcome).toMatchObject({ status: "failed", signal: "SIGKILL", deletions: 2 });
    expect(outcome).not.toHaveProperty("bytes");
  });

  test("because it was a dry run has failed", async () => {
    const { outcome } = await run([listed(), ends(0, "dry-run")]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("--dry-run") });
  });

  test("may have, when it told no statistics", async () => {
    const { outcome } = await run([listed(), ["rsync ", {}]]);
    expect(outcome).toMatchObject({ status: "warned", reason: expect.stringContaining("--quiet") });
  });
});

describe("why rsync gave up", () => {
  test.each([
    ["nospace", 11, /^there is no space left in the target.*\(rsync: \[receiver\] write failed on .*No space/],
    ["killed", 20, /^somebody ended it by a signal/],
    ["timeout-conn", 10, /^the other machine cannot be reached.*\(rsync: .*Connection refused \(111\)\)$/],
  ])("%s", async (name, exitCode, says) => {
    expect((await run([listed(), ends(exitCode, "", name)])).outcome).toMatchObject({
      status: "failed",
      exitCode,
      reason: expect.stringMatching(says),
    });
  });

  const lost = "rsync: connection unexpectedly closed (0 bytes received so far) [Receiver]\n";
  const broken = `${lost}rsync error: error in rsync protocol data stream (code 12) at io.c(285) [Receiver=3.5.0]\n`;
  test.each([
    [12, `ssh: connect to host nas2 port 22: Connection refused\n${broken}`, /cannot be reached.*port 22/],
    [12, `ssh: Could not resolve hostname nas2: Name or service not known\n${broken}`, /cannot be reached/],
    [12, `Host key verification failed.\n${broken}`, /does not know the other machine/],
    [12, `backup@nas2: Permission denied (publickey,password).\n${broken}`, /refuses the login/],
    [12, `bash: line 1: rsync: command not found\n${broken}`, /no rsync on the other machine/],
    [2, "protocol version mismatch -- is your shell clean?", /prints something/],
    [5, "@ERROR: Unknown module 'nope'", /no such module/],
    [5, "@ERROR: auth failed on module w", /RSYNC_PASSWORD/],
    [5, "@ERROR: max connections (2) reached -- try again later", /as many connections/],
    [1, "ERROR: module is read only", /`read only`/],
    [11, 'rsync: [receiver] mkstemp "/x/.f.a" failed: Read-only file system (30)', /mounted read-only/],
    [23, 'rsync: [sender] read errors mapping "/x/f": Input/output error (5)', /look at its health/],
    [23, 'rsync: [sender] change_dir "/x/f" failed: Not a directory (20)', /is no folder/],
  ])("by its words, exit code %d: %s", (exitCode, errors, says) => {
    expect(rsyncTrouble(exitCode, errors)).toMatch(says);
  });

  test.each([
    [1, /`options`/],
    [3, /cannot be used/],
    [10, /next run tries again/],
    [12, /broke/],
    [19, /signal/],
    [22, /memory/],
    [23, /not everything/],
    [25, /max_deletions/],
    [30, /--timeout/],
    [35, /in time/],
    [127, /--rsync-path/],
    [255, /^ssh failed/],
    [99, /^rsync ended with 99$/],
  ])("by the exit code %d alone", (exitCode, says) => {
    expect(rsyncTrouble(exitCode, "")).toMatch(says);
  });
});

test("progress that is told again is no progress; a deletion is", async () => {
  const moves: (boolean | undefined)[] = [];
  const chunks = ["\r  10  1%  1kB/s\r", "\r  10  1%  0kB/s\r", "\r  20  2%  1kB/s\r", "deleting a\n", "a line\n"];
  const exec: KindContext["exec"] = async (argv, options) => {
    const listing = argv.includes("--list-only");
    for (const chunk of listing ? [said("listing", "stdout")] : chunks)
      moves.push(options?.onStdout?.(Buffer.from(chunk)));
    return { exitCode: 0, timedOut: false, stdout: "", stderr: "" };
  };
  await run([], {}, { exec });
  expect(moves).toEqual([true, true, false, true, true, false]);
});

test.each(["D:\\photos", "d:/photos", "\\\\nas\\photos"])("%s is no path of rsync's", (source) => {
  expect(rsync.prepare({ source, target: "/x" }).ok).toBe(false);
});

test("what it says means the same however it was cut into chunks", () => {
  const whole = (out: Uint8Array, err: Uint8Array, cuts: readonly number[]) => {
    const report = rsyncReport(() => undefined, ["/srv/site/ry/src"]);
    for (const [bytes, reader] of [
      [out, report.stdout],
      [err, report.stderr],
    ] as const) {
      let at = 0;
      for (const cut of cuts) {
        reader.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      reader.push(bytes.subarray(at));
      reader.end();
    }
    return [report.bytes(), report.deletions(), report.failures().say(), report.vanished().say(), report.errors()];
  };
  for (const name of ["max-delete", "partial-23", "vanished"]) {
    const [out, err] = [Buffer.from(said(name, "stdout")), Buffer.from(said(name, "stderr"))];
    const expected = whole(out, err, []);
    fc.assert(fc.property(fc.array(fc.nat(40)), (cuts) => void expect(whole(out, err, cuts)).toEqual(expected)));
  }
});
