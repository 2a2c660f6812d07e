/** rclone's own words, as it really said them, and what the owner is told of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { rclone } from "../../pusher/jobs/rclone.ts";
import { rcloneTrouble } from "../../pusher/jobs/rclone-trouble.ts";
import { type Answer, played } from "./played.ts";

const said = (name: string, stream = "stderr") =>
  readFileSync(join(import.meta.dirname, "../fixtures/rclone-1.60.1", `${name}.${stream}`), "utf8");

const COUNTED: Answer = ["rclone size", { stdout: said("size", "stdout") }];

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
      "rclone size /srv/photos --json --fast-list",
      "rclone sync /srv/photos cloud:photos --use-json-log --stats 30s --stats-log-level NOTICE --max-delete 50 --fast-list --create-empty-src-dirs",
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
    const { outcome, calls } = await run([["rclone size", { stdout: '{"count":0,"bytes":0}\n' }]], { mode });
    expect(outcome).toMatchObject({
      status: "failed",
      files: 0,
      reason: expect.stringContaining("is it mounted? Nothing"),
    });
    expect(calls).toHaveLength(1);
  });

  test("never begins from a source that is not there", async () => {
    const { outcome, calls } = await run([["rclone size", { exitCode: 3, stderr: said("missing-src") }]]);
    expect(outcome).toMatchObject({ status: "failed", exitCode: 3, reason: expect.stringContaining("does not exist") });
    expect(calls).toHaveLength(1);
  });

  test("whose options the look at the source does not know does not begin without it", async () => {
    const { outcome, calls } = await run([["rclone size", { exitCode: 1, stderr: said("bad-flag") }]]);
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
    if (argv[1] === "sync") for (const bytes of [1, 1, 2]) moves.push(options?.onStderr?.(chunk(bytes)));
    return { exitCode: 0, timedOut: false, stdout: '{"count":3}', stderr: "" };
  };
  await run([], {}, { exec });
  expect(moves).toEqual([true, false, true]);
});
