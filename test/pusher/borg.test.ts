/** borg's own words, as it really said them, and what the owner is told of them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { borg } from "../../pusher/jobs/borg.ts";
import { borgTrouble } from "../../pusher/jobs/borg-trouble.ts";
import type { Ended } from "../../pusher/jobs/job.ts";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T02:00:00.500Z");

function said(name: string, stream: "stdout" | "stderr"): string {
  const file = join(import.meta.dirname, "../fixtures/borg-1.2.4", `${name}.${stream}`);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const create = (name: string, exitCode: number, more: Partial<Ended> = {}): Answer => [
  "borg create",
  { exitCode, stdout: said(name, "stdout"), stderr: said(name, "stderr"), ...more },
];
const lists = (...names: string[]): Answer => [
  "borg list --json",
  { stdout: JSON.stringify({ archives: names.map((name) => ({ name })) }) },
];
const LISTED = lists("nightly-20261123T020000Z");

async function run(answers: readonly Answer[], more: Partial<KindContext> = {}) {
  const prepared = borg.prepare({ repository: "/srv/repo", passphrase: "file:passphrase", paths: ["/srv/photos"] });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls, log } = played(answers, NOW);
  return { outcome: await prepared.value.run({ ...context, ...more }), calls, log };
}

describe("a backup", () => {
  test("tells what it carried, and how far back the job's archives reach", async () => {
    const listed = lists(
      "nightly-20260101T020000Z",
      "nightly-20260102T020000Z.checkpoint",
      "nightly-photos-20260101T020000Z",
      "by-hand",
      "nightly-20261123T020000Z",
    );
    const carries = { from: "staging", to: "offsite", datasets: ["photos"] };
    const { outcome, calls } = await run([create("create-json", 0), listed], { carries });
    expect(outcome).toEqual({
      status: "succeeded",
      exitCode: 0,
      files: 11,
      bytes: 500993,
      errors: 0,
      depths: [
        {
          dataset: "photos",
          tier: "offsite",
          at: "2026-11-23T02:00:00.500Z",
          versions: 2,
          oldestAt: "2026-01-01T02:00:00.000Z",
          newestAt: "2026-11-23T02:00:00.000Z",
        },
      ],
    });
    expect(calls).toEqual([
      "borg create --json --log-json --progress ::nightly-20261123T020000Z /srv/photos",
      "borg list --json",
    ]);
  });

  test("whose archive the repository does not list has failed; whose list is not to be had is a warning", async () => {
    const other: Answer = ["borg list --json", { stdout: said("list-json", "stdout") }];
    expect((await run([create("create-json", 0), other])).outcome).toMatchObject({ status: "failed", files: 11 });
    const down: Answer = ["borg list --json", { exitCode: 2, stderr: "Connection closed by remote host.\n" }];
    expect((await run([create("create-json", 0), down])).outcome).toMatchObject({ status: "warned", files: 11 });
  });

  test.each([
    ["log-missing-src", 1, "the archive was made, but 1 path could not be read: /srv/site/bg/nope"],
    ["log-missing-src", 107, "the archive was made, but 1 path could not be read: /srv/site/bg/nope"],
    ["log-unreadable", 1, "the archive was made, but 1 path could not be read: /srv/site/bg/src/sec"],
  ])("%s, exit %d: is a warning that names it", async (name, exitCode, reason) => {
    const { outcome } = await run([create(name, exitCode), LISTED]);
    expect(outcome).toMatchObject({ status: "warned", exitCode, errors: 1, reason });
  });

  test("names files that changed while it read them", async () => {
    const message = "/srv/db: file changed while we backed it up";
    const stderr = `${JSON.stringify({ type: "log_message", levelname: "WARNING", message, msgid: "FileChangedWarning" })}\n`;
    const { outcome } = await run([create("create-json", 100, { stderr }), LISTED]);
    expect(outcome).toMatchObject({
      status: "warned",
      errors: 0,
      reason: expect.stringMatching(/changed meanwhile: \/srv\/db$/),
    });
  });

  test("of nothing has failed although borg made an archive", async () => {
    const { outcome } = await run([create("create-missing-src", 1)]);
    expect(outcome).toMatchObject({
      status: "failed",
      files: 0,
      reason: expect.stringMatching(/no file at all.*mounted/),
    });
  });

  test("that ends with 0 and says nothing has failed; one that was killed says so", async () => {
    expect((await run([["borg create", {}]])).outcome).toMatchObject({ status: "failed" });
    expect((await run([["borg create", { signal: "SIGKILL" }]])).outcome).toMatchObject({ reason: "ended by SIGKILL" });
  });

  test("logs what a person wants to see, and not its progress", async () => {
    const { log, outcome } = await run([create("log-progress", 0), LISTED]);
    expect(outcome.status).toBe("succeeded");
    expect(log).toEqual([]);
    expect((await run([create("create-stats-logjson", 0)])).log).toEqual([]);
  });
});

describe("why borg gave up", () => {
  test.each([
    ["log-wrong-pass", /the passphrase does not open the repository/],
    ["log-no-repo", /no repository at `repository`.*mounted/],
    ["log-exists", /an archive of this second/],
    ["log-locked", /is locked: wait.*`borg break-lock`/],
    ["log-nospace", /no space left.*make room/],
    ["log-unreached", /cannot be reached.*ConnectionClosedWithHint/],
  ])("%s", async (name, says) => {
    const { outcome } = await run([create(name, 2)]);
    expect(outcome).toMatchObject({ status: "failed", exitCode: 2, reason: expect.stringMatching(says) });
    expect(outcome.reason).not.toMatch(/Traceback/);
  });

  test.each([
    [13, /no repository/],
    [52, /passphrase/],
    [73, /locked/],
    [80, /cannot be reached/],
    [92, /damaged/],
    [2, /^borg ended with 2$/],
  ])("by the exit code %d of borg 1.4 alone", (exitCode, says) => {
    expect(borgTrouble(exitCode, "")).toMatch(says);
  });

  test.each(["create-dup", "no-repo", "wrong-pass"])("%s, in plain text, is at least shown", (name) => {
    expect(borgTrouble(2, said(name, "stderr"))).toContain(said(name, "stderr").trim());
  });

  test("damage is told with what not to do", () => {
    expect(borgTrouble(2, "IntegrityError: Data integrity error: Segment entry checksum mismatch")).toMatch(
      /prune and compact nothing/,
    );
  });
});

test("progress that is told again is none", async () => {
  const chunk = (bytes: number) => Buffer.from(`{"type":"archive_progress","nfiles":1,"original_size":${bytes}}\n`);
  const moves: (boolean | undefined)[] = [];
  const exec: KindContext["exec"] = async (_, options) => {
    for (const bytes of [1, 1, 2]) moves.push(options?.onStderr?.(chunk(bytes)));
    return { exitCode: 2, timedOut: false, stdout: "", stderr: "" };
  };
  await run([], { exec });
  expect(moves).toEqual([true, false, true]);
});

test("every call runs in the folder of pusher.toml, against which a relative repository is meant", async () => {
  const answers: Answer[] = [create("create-json", 0), LISTED];
  const folders: (string | undefined)[] = [];
  const exec: KindContext["exec"] = (argv, options) => {
    folders.push(options?.cwd);
    return played(answers, NOW).context.exec(argv, options);
  };
  expect((await run([], { exec })).outcome.status).toBe("succeeded");
  expect(folders.length).toBe(answers.length);
  expect(new Set(folders)).toEqual(new Set(["/"]));
});
