/** What a run makes of what Syncthing really answered on the receiving side. */
import { describe, expect, test } from "vitest";
import { allWell, answerOf, folderSettings, type Script } from "./syncthing-fixtures.ts";
import { changed, run } from "./syncthing-run.ts";

describe("a run on the receiving side", () => {
  const receiving = (state: Script): Script => ({
    ...allWell(),
    "/config/folders/archive": folderSettings({ type: "receiveonly" }),
    "/db/status": answerOf("ok-db-status-b"),
    ...state,
  });
  const settings = { side: "receiving" };

  test("is done when all that it was told of is here", async () => {
    const { outcome, asked } = await run(receiving({}), { settings });
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 21 });
    expect(asked.some((line) => line.includes("/db/completion"))).toBe(false);
  });

  test.each<[string, Script, string, RegExp]>([
    [
      "files cannot be written",
      { "/db/status": answerOf("permerr-status-b"), "/folder/errors": answerOf("permerr-errors-b") },
      "failed",
      /2 items, 5 B still to come, and nothing moves: 2 files failed: sub\/x \(operation not permitted\), sub\/y \(operation not permitted\)$/,
    ],
    [
      "errors of files linger after the cause is gone",
      { "/db/status": answerOf("permerr-healed-b"), "/folder/errors": answerOf("permerr-errors-b") },
      "failed",
      /2 files failed/,
    ],
    [
      "the disk is full",
      { "/db/status": answerOf("diskfull-status-b"), "/folder/errors": answerOf("diskfull-errors-b") },
      "failed",
      /1 file failed: there is no space left for them.*big1 \(current 24\.43 % < required 99 %\)/,
    ],
    ["the disk has room again", { "/db/status": answerOf("diskfull-healed-b") }, "succeeded", /^$/],
    [
      "the folder is paused and looks complete",
      {
        "/config/folders/archive": folderSettings({ type: "receiveonly", paused: true }),
        "/db/status": answerOf("pausedfolder-status-b"),
        "/folder/errors": answerOf("pausedfolder-errors-b"),
        "/db/scan": { status: 500, body: "folder is paused" },
      },
      "failed",
      /is paused on this host/,
    ],
    [
      "it is still at work",
      { "/db/status": changed("ok-db-status-b", { state: "syncing" }) },
      "failed",
      /it is syncing/,
    ],
    [
      "it holds nothing",
      { "/db/status": changed("ok-db-status-b", { globalTotalItems: 0 }) },
      "failed",
      /holds nothing at all/,
    ],
    [
      "something was changed here",
      { "/db/status": changed("ok-db-status-b", { receiveOnlyTotalItems: 3 }) },
      "warned",
      /3 items were changed here.*Revert Local Changes/,
    ],
    [
      "files are ignored here",
      { "/db/status": changed("ok-db-status-b", { ignorePatterns: true }) },
      "warned",
      /ignore patterns/,
    ],
    [
      "the sender is off",
      { "/system/connections": answerOf("peerdown-connections") },
      "failed",
      /winvm is not connected/,
    ],
    ["it only sends", { "/config/folders/archive": folderSettings() }, "failed", /only sends on this host/],
  ])("when %s", async (_, state, status, reason) => {
    const { outcome } = await run(receiving(state), { settings });
    expect(outcome.status).toBe(status);
    expect(outcome.reason ?? "").toMatch(reason);
  });
});
