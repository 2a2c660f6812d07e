/** An application's dump: whole and named, or not there at all. The programs are scripts that do what dump programs do. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { executor } from "../../pusher/exec.ts";
import { exportKind } from "../../pusher/jobs/export.ts";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { played } from "./played.ts";

const NOW = Date.parse("2026-11-23T02:00:00.500Z");
const DAY = 86_400_000;
const NAME = "immich-20261123T020000Z.sql";
const fixture = (name: string) => readFileSync(join(import.meta.dirname, "../fixtures/pg_dump-15", name), "utf8");
const TRAILER = fixture("dumpall-tail.stdout");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-export-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = () => readdirSync(folder).sort();
const node = (script: string, ...args: string[]) => [process.execPath, "-e", script, ...args];
const prints = (text: string, code = 0) =>
  node("process.stdout.write(process.argv[1]); process.exitCode = Number(process.argv[2])", text, String(code));

function contextOf(now: number): KindContext {
  const ignore = () => undefined;
  const io = { env: process.env, platform: process.platform, onOutput: ignore, onBytes: ignore, onStart: ignore };
  return { ...played([], now).context, exec: executor(io).exec, folder };
}

function run(settings: object, context = contextOf(NOW)) {
  const prepared = exportKind.prepare({ output: "immich.sql", keep: 3, ...settings });
  if (!prepared.ok) throw new Error("these settings are good");
  return prepared.value.run(context);
}

describe("export", () => {
  test("keeps what the program prints under the run's time, for its owner alone", async () => {
    const outcome = await run({ argv: prints(`data\n${TRAILER}`), format: "pg_dump" });
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, bytes: 5 + TRAILER.length, deletions: 0 });
    expect(files()).toEqual([NAME]);
    expect(readFileSync(join(folder, NAME), "utf8")).toBe(`data\n${TRAILER}`);
    expect(statSync(join(folder, NAME)).mode & 0o777).toBe(0o600);
  });

  test("lets a program write the dump itself", async () => {
    const argv = node("require('fs').writeFileSync(process.argv[1], 'x')", "{output}");
    expect((await run({ argv, output: "app.tar.gz" })).status).toBe("succeeded");
    expect(files()).toEqual(["app-20261123T020000Z.tar.gz"]);
    expect(await run({ argv: prints(""), output: "other.db", keep: 1 })).toMatchObject({ status: "failed" });
    expect(await run({ argv: node("", "{output}") })).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("wrote no file to {output}"),
    });
  });

  test("keeps the last N, deletes only its own, and counts what it deleted", async () => {
    const strangers = ["immich-before-upgrade.sql", "immich-20260101T020000Z.sql.bak", "other-20260101T020000Z.sql"];
    for (const name of strangers) writeFileSync(join(folder, name), "");
    for (let night = 0; night < 5; night += 1)
      expect((await run({ argv: prints("x"), keep: 2 }, contextOf(NOW + night * DAY))).deletions).toBe(
        night < 2 ? 0 : 1,
      );
    const kept = ["immich-20261126T020000Z.sql", "immich-20261127T020000Z.sql"];
    expect(files()).toEqual([...strangers, ...kept].sort());
  });

  test("never deletes the dump that it has just made, also by a clock that was set back", async () => {
    for (const days of [1, 2]) await run({ argv: prints("x"), keep: 2 }, contextOf(NOW + days * DAY));
    await run({ argv: prints("x"), keep: 2 });
    expect(files()).toEqual([NAME, "immich-20261125T020000Z.sql"]);
  });

  test("gives both commands the secrets of its environment by reference", async () => {
    const asks = "if (process.env.PGPASSWORD !== 'hush') process.exit(1); process.stdout.write('x')";
    const secret: KindContext["secret"] = (of) =>
      of === "file:pw" ? { ok: true, value: "hush" } : { ok: true, value: of };
    const settings = { argv: node(asks), check: node(asks, "{file}"), env: { PGPASSWORD: "file:pw" } };
    expect((await run(settings, { ...contextOf(NOW), secret })).status).toBe("succeeded");
    const missing: KindContext["secret"] = () => ({ ok: false, failure: "there is no file pw" });
    expect(await run(settings, { ...contextOf(NOW + DAY), secret: missing })).toEqual({
      status: "failed",
      reason: "PGPASSWORD in env: there is no file pw",
    });
  });
});

describe("a dump that is not good leaves nothing new and deletes nothing old", () => {
  const OLD = ["immich-20261120T020000Z.sql", "immich-20261121T020000Z.sql", "immich-20261122T020000Z.sql"];
  beforeEach(() => {
    for (const name of OLD) writeFileSync(join(folder, name), "old");
  });

  test.each([
    ["empty", prints(""), {}, /its dump is empty/],
    [
      "broken off",
      prints("COPY public.asset ("),
      { format: "pg_dump" },
      /breaks off: "PostgreSQL database dump complete"/,
    ],
    ["broken off", prints("INSERT INTO"), { format: "mysqldump" }, /breaks off: "Dump completed"/],
    ["no database", prints("<html>".repeat(50)), { format: "sqlite" }, /no SQLite database/],
    ["whole, but its program failed", prints(TRAILER, 3), { format: "pg_dump" }, /ended with exit code 3/],
    [
      "not restorable",
      prints("x"),
      { check: node("console.error('bad page'); process.exit(1)", "{file}") },
      /did not take.*bad page/,
    ],
    ["of a program that is not there", ["no-such-program"], {}, /no program `no-such-program`/],
  ])("%s", async (_, argv, more, says) => {
    const outcome = await run({ argv, keep: 1, ...more });
    expect(outcome).toEqual({ status: "failed", reason: expect.stringMatching(says) });
    expect(files()).toEqual(OLD);
  });

  test.each([
    ["missing-db", /FATAL: {2}database "nosuch" does not exist$/],
    ["no-permission", /permission denied for table asset$/],
    ["server-down", /Connection refused$/],
  ])("because of pg_dump's own failure: %s", async (name, says) => {
    const fails = node("process.stderr.write(process.argv[1]); process.exitCode = 1", fixture(`${name}.stderr`));
    expect(await run({ argv: fails })).toEqual({ status: "failed", reason: expect.stringMatching(says) });
    expect(files()).toEqual(OLD);
  });

  test("because the disk was full while the program wrote", async () => {
    const full = {
      exec: async () => ({ exitCode: 1, timedOut: false, stdout: "", stderr: "write: No space left on device" }),
    };
    const outcome = await run({ argv: ["pg_dump"] }, { ...contextOf(NOW), ...full });
    expect(outcome.reason).toBe("pg_dump ended with exit code 1: write: No space left on device");
    expect(files()).toEqual(OLD);
  });

  test("and what a killed run left half written is cleared by the next", async () => {
    writeFileSync(join(folder, `.part-${OLD[0]}`), "half");
    writeFileSync(join(folder, ".part-mine.sql"), "not ours");
    await run({ argv: prints("x"), keep: 9 });
    expect(files()).toEqual([".part-mine.sql", ...OLD, NAME]);
  });
});

test("a folder that is not there is not made: it may be a disk that is not mounted", async () => {
  const outcome = await run({ argv: prints("x"), output: "gone/immich.sql" });
  expect(outcome).toMatchObject({ status: "failed", reason: `${join(folder, "gone")}: it does not exist` });
  expect(existsSync(join(folder, "gone"))).toBe(false);
});

test("while it is written, a dump has no name that a backup would take for a good one", async () => {
  const seen: string[][] = [];
  const exec: KindContext["exec"] = async (_, options) => {
    options?.onStdout?.(Buffer.from("x"));
    seen.push(files());
    return { exitCode: 0, timedOut: false, stdout: "", stderr: "" };
  };
  await run({ argv: ["dump"], check: ["check", "{file}"] }, { ...contextOf(NOW), exec });
  expect(seen).toEqual([[`.part-${NAME}`], [`.part-${NAME}`]]);
  expect(files()).toEqual([NAME]);
});

describe("the end of a dump", () => {
  const whole = (text: string | Buffer, format: string) => {
    mkdirSync(join(folder, "in"), { recursive: true });
    writeFileSync(join(folder, "in/dump"), text);
    const copies = node("process.stdout.write(require('fs').readFileSync(process.argv[1]))", join(folder, "in/dump"));
    return run({ argv: copies, format });
  };
  const filler = "x".repeat(100_000);

  test.each<[string, string | Buffer, string]>([
    ["of pg_dumpall", filler + TRAILER, "pg_dump"],
    [
      "of pg_dump, with the line that newer ones write after it",
      `${filler}\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n\n`,
      "pg_dump",
    ],
    ["that docker exec -t wrote with carriage returns", "-- PostgreSQL database dump complete\r\n", "pg_dump"],
    ["of pg_dump's own archive, which has no mark", "PGDMP\u0001", "pg_dump"],
    ["of mysqldump", `${filler}\n-- Dump completed on 2026-11-23  2:00:01\n`, "mysqldump"],
    ["of mariadb-dump without a date", `${filler}\n-- Dump completed\n`, "mysqldump"],
    ["inside gzip", gzipSync(filler + TRAILER), "pg_dump"],
  ])("%s is known", async (_, text, format) => {
    expect((await whole(text, format)).status).toBe("succeeded");
  });

  const zipped = gzipSync(
    filler
      .split("")
      .map((_, i) => String((i * 7919) % 10))
      .join("") + TRAILER,
  );
  const flipped = Buffer.from(zipped);
  flipped[zipped.length - 6] = (flipped[zipped.length - 6] ?? 0) ^ 0xff;
  test.each<[string, string | Buffer, RegExp]>([
    ["in the middle of the data", `-- PostgreSQL database dump complete\n${filler}`, /breaks off/],
    ["of a pipe into gzip whose pg_dump failed: a valid file of nothing", gzipSync(""), /breaks off/],
    ["of a gzip that was cut off", zipped.subarray(0, zipped.length / 2), /unexpected end of file/],
    ["of a gzip whose checksum is wrong", flipped, /incorrect data check/],
  ])("%s is not taken for whole", async (_, text, says) => {
    expect(await whole(text, "pg_dump")).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
  });
});
