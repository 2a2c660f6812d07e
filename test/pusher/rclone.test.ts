/** rclone's own words, as it really said them, and what the owner is told of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { rclone } from "../../pusher/jobs/rclone.ts";
import { rcloneTrouble } from "../../pusher/jobs/rclone-trouble.ts";
import { type Answer, played } from "./played.ts";

const said = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/rclone-1.60.1", `${name}.stderr`), "utf8");

const MARKER = ".tierwatch-marker.json";
const FILES = Array.from({ length: 20 }, (_, i) => `a/f${i}`);
const listing = (...paths: string[]): Answer => ["rclone lsf", { stdout: paths.map((path) => `${path}\n`).join("") }];
const COUNTED = listing(...FILES, "b/f");
const MARKED = listing(MARKER, ...FILES);
const TOLD = "--use-json-log --stats 30s --stats-log-level NOTICE";
const CARRIED: Answer = ["rclone copyto", {}];

async function run(answers: readonly Answer[], settings: object = {}, more: Partial<KindContext> = {}) {
  const prepared = rclone.prepare({ mode: "sync", source: "/srv/photos", target: "cloud:photos", ...settings });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls, log } = played(answers, 0);
  return { outcome: await prepared.value.run({ ...context, ...more }), calls, log };
}

const sync = (name: string, exitCode: number): Answer => ["rclone sync", { exitCode, stderr: said(name) }];

describe("a sync", () => {
  test("tells what it carried and deleted, and how many files the source holds", async () => {
    const { outcome, calls } = await run([COUNTED, sync("sync-ok-json", 0)], {
      max_deletions: 50,
      options: ["--fast-list", "--create-empty-src-dirs"],
    });
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 21, bytes: 1000026, deletions: 0, errors: 0 });
    expect(calls).toEqual([
      "rclone lsf /srv/photos --recursive --files-only --fast-list",
      `rclone sync /srv/photos cloud:photos ${TOLD} --max-delete 50 --fast-list --create-empty-src-dirs`,
    ]);
  });

  test("over WebDAV is read the same, notices in between", async () => {
    const { outcome } = await run([COUNTED, sync("webdav-ok", 0)]);
    expect(outcome).toMatchObject({ status: "succeeded", bytes: 1000026 });
  });

  test("that had nothing to move has succeeded, also when it says so by 9", async () => {
    const { outcome } = await run([COUNTED, ["rclone sync", { exitCode: 9 }]]);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 21 });
  });

  test.each(["sync", "copy"])("never begins from an empty source: %s", async (mode) => {
    const { outcome, calls } = await run([listing()], { mode });
    expect(outcome).toMatchObject({
      status: "failed",
      files: 0,
      reason: expect.stringContaining("is it mounted? Nothing"),
    });
    expect(calls).toHaveLength(1);
  });

  test("never begins from a source that holds nothing but markers, also when listing ends with 9 for having moved nothing", async () => {
    const words = { exitCode: 9, stdout: `${MARKER}\nraw/${MARKER}\n` };
    const { outcome, calls } = await run([["rclone lsf", words]]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("holds no file at all") });
    expect(calls).toHaveLength(1);
  });

  test("never begins from a source that is not there", async () => {
    const { outcome, calls } = await run([["rclone lsf", { exitCode: 3, stderr: said("missing-src") }]]);
    expect(outcome).toMatchObject({ status: "failed", exitCode: 3, reason: expect.stringContaining("does not exist") });
    expect(calls).toHaveLength(1);
  });

  test("whose options the look at the source does not know does not begin without it", async () => {
    const { outcome, calls } = await run([["rclone lsf", { exitCode: 1, stderr: said("bad-flag") }]]);
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/one of `options`.*unknown flag/),
    });
    expect(calls).toHaveLength(1);
  });

  test("names each file that it could not carry once, of its last attempt", async () => {
    const once = await run([COUNTED, sync("partial-unreadable", 1)]);
    expect(once.outcome).toMatchObject({ status: "failed", exitCode: 1 });
    expect(once.outcome.reason).toMatch(/^not carried: 1 file \(a\/f1\) \(.*permission denied\)$/);
    const stderr = said("partial-unreadable").split("\n").slice(0, -2).join("\n");
    const thrice: Answer = ["rclone sync", { exitCode: 1, stderr: `${stderr}\n`.repeat(3) }];
    expect((await run([COUNTED, thrice])).outcome.reason).toMatch(/^not carried: 1 file \(a\/f1\)/);
  });

  test("of many files names the first", async () => {
    const { outcome } = await run([COUNTED, sync("nospace", 1)]);
    expect(outcome.reason).toMatch(/no space left in the target.*not carried: \d+ files \(a\/f14, .* and \d+ more\)/);
  });

  test("that met its limit of deletions does not tell how many, because rclone counts those it refused", async () => {
    const { outcome } = await run([COUNTED, sync("max-delete", 7)], { max_deletions: 1 });
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/more files than `max_deletions` allows/),
    });
    expect(outcome).not.toHaveProperty("deletions");
  });

  test("that was killed says so", async () => {
    const { outcome } = await run([COUNTED, ["rclone sync", { signal: "SIGKILL" }]]);
    expect(outcome).toMatchObject({ status: "failed", signal: "SIGKILL", files: 21 });
  });
});

describe("the marker", () => {
  test.each(["sync", "copy"])(
    "is hidden from the %s, and carried by itself when all the rest has arrived",
    async (mode) => {
      const source = listing(MARKER, `raw/${MARKER}`, ...FILES);
      const { outcome, calls } = await run([source, [`rclone ${mode}`, { stderr: said("sync-ok-json") }], CARRIED], {
        mode,
        options: ["--fast-list", "--create-empty-src-dirs"],
      });
      expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 22, bytes: 1000026, deletions: 0, errors: 0 });
      expect(calls.slice(1)).toEqual([
        `rclone ${mode} /srv/photos cloud:photos ${TOLD} --filter - ${MARKER} --fast-list --create-empty-src-dirs`,
        `rclone copyto /srv/photos/${MARKER} cloud:photos/${MARKER} ${TOLD} --fast-list`,
        `rclone copyto /srv/photos/raw/${MARKER} cloud:photos/raw/${MARKER} ${TOLD} --fast-list`,
      ]);
    },
  );

  test.each([
    ["failed", { exitCode: 1, stderr: said("partial-unreadable") }],
    ["stopped at --max-transfer", { exitCode: 8, stderr: said("max-transfer") }],
    ["was killed", { signal: "SIGKILL" }],
    ["had no more time", { signal: "SIGTERM", timedOut: true }],
  ])("stays where it is when the sync %s", async (_, ended) => {
    const { outcome, calls } = await run([MARKED, ["rclone sync", ended], CARRIED]);
    expect(outcome.status).not.toBe("succeeded");
    expect(calls.filter((call) => call.startsWith("rclone copyto"))).toEqual([]);
  });

  test("that cannot be carried makes the run a failure which says that the rest is there", async () => {
    const { outcome } = await run([
      MARKED,
      sync("sync-ok-json", 0),
      ["rclone copyto", { exitCode: 1, stderr: said("nospace") }],
    ]);
    expect(outcome).toMatchObject({ status: "failed", exitCode: 1 });
    expect(outcome.reason).toMatch(/^all but the marker was carried: there is no space left/);
  });

  test("lies right below a remote's root, and below a folder written with a slash", async () => {
    const { calls } = await run([MARKED, sync("sync-ok-json", 0), CARRIED], {
      source: "/srv/photos/",
      target: "cloud:",
    });
    expect(calls.at(-1)).toBe(`rclone copyto /srv/photos/${MARKER} cloud:${MARKER} ${TOLD}`);
  });

  test("is carried without the job's own filters, which rclone refuses for one file", async () => {
    const options = [
      "--exclude",
      "*.tmp",
      "--bwlimit",
      "1M",
      "--min-size=1",
      "-f",
      "- x",
      "--filter-from=f",
      "--ignore-times",
    ];
    const { calls } = await run([MARKED, sync("sync-ok-json", 0), CARRIED], { options });
    expect(calls[0]).toBe(`rclone lsf /srv/photos --recursive --files-only ${options.join(" ")}`);
    expect(calls.at(-1)).toMatch(/ --bwlimit 1M --ignore-times$/);
  });

  test("is not looked for where the job's own filters take it out", async () => {
    const { calls } = await run([COUNTED, sync("sync-ok-json", 0)], { options: ["--include", "*.jpg"] });
    expect(calls).toHaveLength(2);
    expect(calls[1]).not.toContain("--filter");
  });

  test.each(["--include", "--include-from=list", "--files-from", "--files-from-raw=list"])(
    "goes with the rest where %s names it, against which no filter holds, and the run's output says so",
    async (word) => {
      const { outcome, calls, log } = await run([MARKED, sync("sync-ok-json", 0)], { options: [word, "x"] });
      expect(outcome.status).toBe("succeeded");
      expect(calls).toHaveLength(2);
      expect(calls[1]).not.toContain("--filter");
      expect(log.join()).toMatch(`not last, because of ${word.replace(/=.*/, "")}: use --filter`);
    },
  );

  test.each(["RCLONE_EXCLUDE", "RCLONE_MIN_SIZE", "RCLONE_FILES_FROM"])(
    "goes with the rest where %s stands in rclone's environment, with which rclone carries no single file",
    async (variable) => {
      const host = { env: { [variable]: "x" }, platform: "linux" } as const;
      const answers = [MARKED, sync("sync-ok-json", 0)];
      const ofJob = await run(answers, { env: { [variable]: "x" } });
      for (const { outcome, calls, log } of [ofJob, await run(answers, {}, { host })]) {
        expect(outcome.status).toBe("succeeded");
        expect(calls).toHaveLength(2);
        expect(calls[1]).not.toContain("--filter");
        expect(log.join()).toMatch(`not last, because of ${variable}`);
      }
    },
  );

  test("is carried last whatever else stands in the environment", async () => {
    const env = { RCLONE_CONFIG: "x", RCLONE_TRANSFERS: "1", MIN_SIZE: "1" };
    expect((await run([MARKED, sync("sync-ok-json", 0), CARRIED], { env })).calls).toHaveLength(3);
  });

  test("that --delete-excluded takes away is no deletion of the owner's", async () => {
    const stats = { bytes: 1, checks: 0, deletes: 3, errors: 0, transfers: 0 };
    const stderr = `${JSON.stringify({ level: "warning", msg: "", stats })}\n`;
    const settings = { max_deletions: 2, options: ["--delete-excluded"] };
    const { outcome, calls } = await run([MARKED, ["rclone sync", { stderr }], CARRIED], settings);
    expect(calls[1]).toContain("--max-delete 3 ");
    expect(outcome.deletions).toBe(2);
  });

  test("is hidden too where the source could not be listed to its end, and then not believed to be there", async () => {
    const unlisted: Answer = ["rclone lsf", { exitCode: 1, stdout: "a/f1\n", stderr: "error listing" }];
    const { outcome, calls } = await run([unlisted, sync("sync-ok-json", 0), CARRIED]);
    expect(calls[1]).toContain(`--filter - ${MARKER}`);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("could not be listed before") });
  });
});

describe("why rclone gave up", () => {
  test.each([
    ["missing-src-json", 3, /`source` does not exist: is it mounted/],
    ["missing-remote", 1, /no such remote/],
    ["no-config", 1, /no such remote/],
    ["webdav-down", 1, /cannot be reached.*connection refused/],
    ["bad-flag", 1, /one of `options`/],
    ["max-transfer", 8, /stopped at --max-transfer: not everything/],
    ["max-duration", 7, /stopped at --max-duration: not everything/],
  ] as const)("%s", async (name, exitCode, says) => {
    expect((await run([COUNTED, sync(name, exitCode)])).outcome).toMatchObject({
      status: "failed",
      exitCode,
      reason: expect.stringMatching(says),
    });
  });

  test.each([
    [2, /command line/],
    [4, /not found/],
    [5, /retries/],
    [6, /retrying/],
    [7, /stopped/],
    [8, /--max-transfer/],
    [10, /--max-duration/],
    [99, /^rclone ended with 99$/],
  ])("by the exit code %d alone", (exitCode, says) => {
    expect(rcloneTrouble(exitCode, "")).toMatch(says);
  });

  test.each([
    ['couldn\'t fetch token: oauth2: "invalid_grant" "Token has been expired or revoked."', /rclone config reconnect/],
    ["AccessDenied: Access Denied status code: 403", /refuses the credentials/],
    ["googleapi: Error 403: The user's Drive storage quota has been exceeded., storageQuotaExceeded", /no space left/],
    [
      "Couldn't decrypt configuration, most likely wrong password.\nunable to decrypt configuration",
      /RCLONE_CONFIG_PASS/,
    ],
  ])("%s", (errors, says) => {
    expect(rcloneTrouble(1, errors)).toMatch(says);
  });

  test("the last words of rclone 1.69 on are JSON too", async () => {
    const stderr = `${JSON.stringify({ level: "critical", msg: "Failed to sync: directory not found", time: "" })}\n`;
    expect((await run([COUNTED, ["rclone sync", { exitCode: 3, stderr }]])).outcome.reason).toMatch(/does not exist/);
  });
});

test("statistics that are told again are no progress", async () => {
  const stats = (bytes: number) => ({ bytes, checks: 0, deletes: 0, errors: 0, transfers: 0 });
  const chunk = (bytes: number) =>
    Buffer.from(`${JSON.stringify({ level: "warning", msg: "", stats: stats(bytes) })}\n`);
  const moves: (boolean | undefined)[] = [];
  const exec: KindContext["exec"] = async (argv, options) => {
    if (argv[1] === "lsf") options?.onStdout?.(Buffer.from("a\n"));
    if (argv[1] === "sync") for (const bytes of [1, 1, 2]) moves.push(options?.onStderr?.(chunk(bytes)));
    return { exitCode: 0, timedOut: false, stdout: "", stderr: "" };
  };
  await run([], {}, { exec });
  expect(moves).toEqual([true, false, true]);
});
