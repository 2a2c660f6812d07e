/** restic's own words, as it really said them, and what the owner is told of them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import type { Ended } from "../../pusher/jobs/job.ts";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { restic } from "../../pusher/jobs/restic.ts";
import { isDamage, resticTrouble } from "../../pusher/jobs/restic-trouble.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T01:00:00Z");
const DAY = 86_400_000;

function said(name: string, stream: "stdout" | "stderr", folder = "restic-0.14"): string {
  const file = join(import.meta.dirname, "../fixtures", folder, `${name}.${stream}`);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const captured = (name: string, exitCode: number, folder?: string): Partial<Ended> => ({
  exitCode,
  stdout: said(name, "stdout", folder),
  stderr: said(name, "stderr", folder),
});

const snapshot = (id: string, day: number, more: object = {}) => ({
  id,
  time: `2026-11-${String(day).padStart(2, "0")}T02:00:00.123456789+01:00`,
  hostname: "vm",
  paths: ["/srv/photos"],
  ...more,
});
const lists = (...snapshots: object[]): Answer => ["restic snapshots", { stdout: JSON.stringify(snapshots) }];

interface Given {
  readonly settings?: object;
  readonly context?: Partial<KindContext>;
}

async function run(answers: readonly Answer[], { settings = {}, context: more = {} }: Given = {}) {
  const prepared = restic.prepare({
    repository: "/srv/repo",
    password: "file:password",
    paths: ["/srv/photos"],
    ...settings,
  });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls, log } = played(answers, NOW);
  return { outcome: await prepared.value.run({ ...context, ...more }), calls, log };
}

const backup = (ended: Partial<Ended>): Answer => ["restic backup", ended];
const carries = { from: "staging", to: "offsite", datasets: ["photos"] };

describe("a backup", () => {
  test("tells what it carried, and how far back its snapshots reach", async () => {
    const listed = lists(
      snapshot("aaaa1111", 1),
      snapshot("bbbb2222", 2, { hostname: "other" }),
      snapshot("cccc3333", 3, { paths: ["/srv/else"] }),
      snapshot("eeee5555", 5, { summary: { total_files_processed: 0 } }),
      snapshot("dd4aaa4072c3", 22, { paths: ["/srv/photos"] }),
    );
    const { outcome, calls } = await run([backup(captured("backup-ok", 0)), listed], { context: { carries } });
    expect(outcome).toEqual({
      status: "succeeded",
      exitCode: 0,
      bytes: 3011903,
      files: 31,
      errors: 0,
      depths: [
        {
          dataset: "photos",
          tier: "offsite",
          at: "2026-11-23T01:00:00.000Z",
          versions: 2,
          oldestAt: "2026-11-01T01:00:00.123Z",
          newestAt: "2026-11-22T01:00:00.123Z",
        },
      ],
    });
    expect(calls).toEqual(["restic backup --json -- /srv/photos", "restic snapshots --json --no-lock"]);
  });

  test("of which the repository does not list the snapshot has failed", async () => {
    const { outcome } = await run([backup(captured("backup-ok", 0)), lists(snapshot("ffff", 1))]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("does not list it") });
  });

  test("whose list of snapshots is not to be had is told as a warning", async () => {
    const down: Answer = ["restic snapshots", captured("server-down", 1, "restic-0.14-over-rclone-serve")];
    const { outcome } = await run([backup(captured("backup-ok", 0)), down]);
    expect(outcome).toMatchObject({ status: "warned", reason: expect.stringContaining("cannot be reached") });
  });

  test("that could not read some files is a warning that names them", async () => {
    const { outcome } = await run([backup(captured("backup-partial-json", 3)), lists(snapshot("78c9c629aa", 22))]);
    expect(outcome).toMatchObject({
      status: "warned",
      exitCode: 3,
      errors: 1,
      files: 31,
      reason: "the snapshot was made, but 1 file could not be read: /srv/site/rs/usrc/secret",
    });
  });

  test("names the first files of many, and counts the rest", async () => {
    const line = (i: number) =>
      `{"message_type":"error","error":{"message":"permission denied"},"during":"archival","item":"/f${i}"}\n`;
    const stderr = Array.from({ length: 9 }, (_, i) => line(i)).join("");
    const ended = { ...captured("backup-ok", 3), stderr };
    const { outcome, log } = await run([backup(ended), lists(snapshot("dd4aaa40", 22))]);
    expect(outcome.reason).toMatch(/9 files could not be read: \/f0, \/f1, \/f2, \/f3, \/f4 and 4 more$/);
    expect(log).toContain("could not be read: /f8 (permission denied)");
  });

  test("that left out a missing source is a warning although restic ends with 0", async () => {
    const ended = { ...captured("backup-ok", 0), stderr: "/mnt/photos does not exist, skipping\n" };
    const { outcome } = await run([backup(ended), lists(snapshot("dd4aaa40", 22))]);
    expect(outcome).toMatchObject({ status: "warned", errors: 1, reason: expect.stringContaining("/mnt/photos") });
  });

  test("of an empty folder has failed although restic ends with 0", async () => {
    const { outcome } = await run([backup(captured("backup-empty-dir", 0))]);
    expect(outcome).toMatchObject({
      status: "failed",
      files: 0,
      reason: expect.stringMatching(/no file at all.*mounted/),
    });
  });

  test("of what is not there has failed", async () => {
    const { outcome } = await run([backup(captured("backup-missing-source", 1))]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(/nothing of `paths` exists/) });
  });

  test("that ends with 0 and says nothing has failed", async () => {
    expect((await run([backup({ exitCode: 0 })])).outcome).toMatchObject({ status: "failed" });
  });

  test("that was killed says so", async () => {
    const { outcome } = await run([backup({ signal: "SIGKILL", stdout: said("nospace", "stdout") })]);
    expect(outcome).toMatchObject({ status: "failed", signal: "SIGKILL", reason: "ended by SIGKILL" });
  });

  test.each(["backup-nochange", "locked-backup-still-works", "missingpack-backup"])("%s is read", async (name) => {
    const id = /"snapshot_id":"(\w+)"/.exec(said(name, "stdout"))?.[1] ?? "";
    const { outcome } = await run([backup(captured(name, 0)), lists(snapshot(id, 22))]);
    expect(outcome).toMatchObject({ status: "succeeded", bytes: 0, files: expect.any(Number) });
  });

  test("keeps address and password off the command line", async () => {
    let seen: object | undefined;
    const secret = (reference: string) => ({ ok: true, value: `the secret of ${reference}` }) as const;
    const exec: KindContext["exec"] = async (_, options) => {
      seen ??= options?.env;
      return { exitCode: 1, timedOut: false, stdout: "", stderr: "" };
    };
    const { calls } = await run([], { settings: { repository: "file:address" }, context: { secret, exec } });
    expect(seen).toMatchObject({
      RESTIC_REPOSITORY: "the secret of file:address",
      RESTIC_PASSWORD: "the secret of file:password",
    });
    expect(calls.join()).not.toMatch(/secret/);
  });
});

describe("progress", () => {
  const status = (bytes: number) => Buffer.from(`{"message_type":"status","bytes_done":${bytes},"files_done":1}\n`);

  test("is a state that changed, not one that is told again", async () => {
    const moves: (boolean | undefined)[] = [];
    const exec: KindContext["exec"] = async (_, options) => {
      moves.push(options?.onStdout?.(status(1)), options?.onStdout?.(status(1)), options?.onStdout?.(status(2)));
      moves.push(
        options?.onStderr?.(Buffer.from(said("server-dies-mid-run", "stderr", "restic-0.14-over-rclone-serve"))),
      );
      return { exitCode: 1, timedOut: false, stdout: "", stderr: "" };
    };
    await run([], { context: { exec } });
    expect(moves).toEqual([true, false, true, false]);
  });
});

describe("why restic gave up", () => {
  test.each([
    ["wrong-password", 1, /the password does not open the repository.*`password` of the job/],
    ["no-password", 1, /the password does not open the repository/],
    ["no-repo", 1, /there is no repository at `repository`.*mounted.*norepo/],
    ["unreachable-repo", 1, /cannot be reached.*connection refused/],
    ["nospace", 1, /no space left.*make room/],
    ["readonly-repo", 1, /takes nothing.*may not write/],
    ["missingpack-check", 1, /is damaged.*run no `prune`/],
    ["corrupt-check-read-data", 1, /is damaged.*restic check --read-data/],
    ["locked-check", 1, /locked by process 16256 on vm \(root\) since 2026-11-23 00:55:06, 3s: wait.*`restic unlock`/],
    ["locked-forget", 1, /locked by process 16256/],
    ["stale-lock-after-kill", 1, /locked by process 16256/],
  ] as const)("%s", (name, exitCode, says) => {
    expect(resticTrouble(exitCode, said(name, "stderr"))).toMatch(says);
  });

  test.each([
    [10, /no repository/],
    [11, /locked/],
    [12, /password/],
    [130, /interrupted/],
    [77, /^restic ended with 77$/],
  ])("by the exit code %d alone, of restic 0.17 on", (exitCode, says) => {
    expect(resticTrouble(exitCode, "")).toMatch(says);
  });

  test("a lock of restic 0.17 on, whose last words are JSON", async () => {
    const message =
      "unable to create lock in backend: repository is already locked exclusively by PID 77 on nas by owner (UID 1000, GID 1000)\nlock was created at 2026-11-22 21:00:00 (4h0m0.5s ago)\nstorage ID aa";
    const stderr = `${JSON.stringify({ message_type: "exit_error", code: 11, message })}\n`;
    const { outcome } = await run([backup({ exitCode: 11, stderr })]);
    expect(outcome.reason).toMatch(/locked by process 77 on nas \(owner\) since 2026-11-22 21:00:00, 4h0m0s: wait/);
  });

  test("a server that answers no more is told as such", () => {
    const stderr = said("server-dies-mid-run", "stderr", "restic-0.14-over-rclone-serve");
    expect(resticTrouble(1, stderr)).toMatch(/cannot be reached/);
    expect(isDamage(stderr)).toBe(false);
  });
});

describe("the check", () => {
  const good = [backup(captured("backup-ok", 0)), lists(snapshot("dd4aaa40", 22))];
  const settings = { check: { every: "7d", options: ["--read-data-subset=5%"] } };
  const remembered = (checkedAt: number): Partial<KindContext> => ({
    recall: (schema) => {
      const parsed = z.safeParse(schema, { checkedAt });
      return parsed.success ? parsed.data : undefined;
    },
  });

  test("is made when it never was, and remembered", async () => {
    const kept: object[] = [];
    const check: Answer = ["restic check", captured("check", 0)];
    const { outcome, calls } = await run([...good, check], {
      settings,
      context: { remember: (value) => void kept.push(value) },
    });
    expect(calls).toContain("restic check --read-data-subset=5%");
    expect(kept).toEqual([{ checkedAt: NOW }]);
    expect(outcome.readings).toMatchObject([
      { name: "restic.nightly.check_age", value: 0, unit: "days", verdict: "ok" },
    ]);
  });

  test("is not made before its time", async () => {
    const { outcome, calls } = await run(good, { settings, context: remembered(NOW - 6 * DAY) });
    expect(calls.join()).not.toMatch(/restic check/);
    expect(outcome.readings).toMatchObject([{ value: 6, verdict: "ok" }]);
  });

  test("that is overdue because another restic holds the lock is a warning and a reading", async () => {
    const locked: Answer = ["restic check", captured("locked-check", 1)];
    const { outcome } = await run([...good, locked], { settings, context: remembered(NOW - 9 * DAY) });
    expect(outcome).toMatchObject({
      status: "warned",
      reason: expect.stringMatching(/`restic check`: .*locked by process/),
    });
    expect(outcome.readings).toMatchObject([
      { value: 9, verdict: "warning", text: expect.stringContaining("it is overdue, 7 days are allowed") },
    ]);
  });

  test.each(["missingpack-check", "corrupt-check-read-data"])("that finds %s makes the run fail", async (name) => {
    const { outcome } = await run([...good, ["restic check", captured(name, 1)]], { settings });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("is damaged") });
    expect(outcome.readings).toMatchObject([{ value: "damaged", verdict: "critical" }]);
  });

  test("is not made after a backup that failed", async () => {
    const { calls } = await run([backup(captured("wrong-password", 1))], { settings });
    expect(calls).toHaveLength(1);
  });
});

test("every call runs in the folder of pusher.toml, against which a relative repository is meant", async () => {
  const answers: Answer[] = [backup(captured("backup-ok", 0)), lists(snapshot("dd4aaa40", 22)), ["restic check", {}]];
  const folders: (string | undefined)[] = [];
  const exec: KindContext["exec"] = (argv, options) => {
    folders.push(options?.cwd);
    return played(answers, NOW).context.exec(argv, options);
  };
  expect((await run([], { settings: { check: { every: "7d" } }, context: { exec } })).outcome.status).toBe("succeeded");
  expect(folders.length).toBe(answers.length);
  expect(new Set(folders)).toEqual(new Set(["/"]));
});
