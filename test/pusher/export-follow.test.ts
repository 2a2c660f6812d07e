/** The dumps that an application makes by itself: the newest has to be young, and whole. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exportFollow } from "../../pusher/jobs/export-follow.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const WHOLE = gzipSync("data\n-- PostgreSQL database cluster dump complete\n");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-exports-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, hoursAgo: number, content: string | Buffer = WHOLE) {
  writeFileSync(join(folder, name), content);
  utimesSync(join(folder, name), NOW / 1000, NOW / 1000 - hoursAgo * 3600);
}

function run(more: object = {}, answers: readonly Answer[] = []) {
  const settings = { files: "immich-db-backup-*.sql.gz", max_age: "26h", format: "pg_dump", ...more };
  const prepared = exportFollow.prepare(settings);
  if (!prepared.ok) throw new Error("these settings are good");
  return prepared.value.run({ ...played(answers, NOW).context, folder });
}

describe("export-follow", () => {
  test("looks at the newest by its time, whatever the names say", async () => {
    put("immich-db-backup-20261122T020000-v2.sql.gz", 34, "broken");
    put("immich-db-backup-1.sql.gz", 10);
    put("immich-db-backup-9.sql.gz.tmp", 0, "");
    put("notes.txt", 0, "");
    mkdirSync(join(folder, "immich-db-backup-x.sql.gz"));
    expect(await run()).toEqual({ status: "succeeded", exitCode: 0, bytes: WHOLE.length });
  });

  test("fails when the newest is too old: the application has stopped making them", async () => {
    put("immich-db-backup-1.sql.gz", 27.5);
    expect((await run()).reason).toBe(
      "the newest dump is immich-db-backup-1.sql.gz, 27 h old: more than the 26 h allowed",
    );
  });

  test.each([
    ["empty", "", /but its dump is empty$/],
    ["cut off", WHOLE.subarray(0, 20), /but its dump cannot be read through: unexpected end of file$/],
    ["of a pg_dump that failed behind gzip", gzipSync(""), /but its dump breaks off/],
  ])("fails when the newest is %s, though an older one is good", async (_, content, says) => {
    put("immich-db-backup-1.sql.gz", 30);
    put("immich-db-backup-2.sql.gz", 6, content);
    expect(await run()).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
  });

  test("fails when there is none, or no folder", async () => {
    expect((await run()).reason).toBe(`there is no dump ${join(folder, "immich-db-backup-*.sql.gz")}`);
    expect((await run({ files: "gone/*.gz" })).reason).toBe(`${join(folder, "gone")}: it does not exist`);
  });

  test("asks its own check of the newest", async () => {
    put("immich-db-backup-1.sql.gz", 1);
    const check = ["verify", "{file}"];
    const path = join(folder, "immich-db-backup-1.sql.gz");
    expect((await run({ check }, [[`verify ${path}`, {}]])).status).toBe("succeeded");
    const refused: Answer = [`verify ${path}`, { exitCode: 2, stderr: "table asset is missing\n" }];
    expect((await run({ check }, [refused])).reason).toMatch(
      /did not take the dump: verify ended with exit code 2: table/,
    );
  });

  test("takes a dot, a bracket and a plus in the name as they are", async () => {
    put("db[1]+.sqlX", 1, "x");
    expect((await run({ files: "db[1]+.sql*", format: undefined })).status).toBe("succeeded");
    expect((await run({ files: "db[1]+.s.l*", format: undefined })).reason).toMatch(/there is no dump/);
  });

  test("refuses a star in the folder", () => {
    expect(exportFollow.prepare({ files: "/a*/b", max_age: "1d" }).ok).toBe(false);
  });
});
