/** What Syncthing really answers is read, and told in words that help. */
import { describe, expect, test } from "vitest";
import { dbStatus, folderErrors } from "../../pusher/jobs/syncthing-answers.ts";
import { filesTrouble, folderTrouble, refusalWords } from "../../pusher/jobs/syncthing-trouble.ts";
import { jsonOf } from "./syncthing-fixtures.ts";

describe("real answers", () => {
  test.each(["ok-db-status-a", "ok-db-status-b", "pathrestored-status-a", "peerdown-status", "notshared-status-a"])(
    "%s is read",
    (name) => {
      expect(dbStatus.safeParse(jsonOf(name)).success).toBe(true);
    },
  );

  test("errors are at most a few names, and an error of one line", () => {
    const { errors } = folderErrors.parse(jsonOf("permerr-errors-b"));
    expect(filesTrouble(errors ?? [], 9)).toBe(
      "9 files failed: sub/x (operation not permitted), sub/y (operation not permitted) and 7 more",
    );
  });

  test("words of 2.x are known too", () => {
    expect(refusalWords(403, "CSRF Error", "http://127.0.0.1:8384")).toMatch(/does not take the API key/);
    expect(refusalWords(500, "boom\nmore", "http://127.0.0.1:8384")).toMatch(/answered 500: boom$/);
    expect(folderTrouble("archive", "folder marker missing (this indicates…)")).toMatch(/marker is missing/);
    expect(folderTrouble("archive", "insufficient space on disk for database")).toMatch(/disk is full/);
  });
});
