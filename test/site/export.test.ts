/** An export of a real SQLite database while it is open, and of one that was cut off. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandJob, type Host, host } from "../pusher/host.ts";
import { smallDisk } from "./cloud.ts";
import { missing } from "./tools.ts";

const absent = missing(["sqlite3"], "an export of a real SQLite database");

describe.skipIf(absent.length > 0)("an export of a real SQLite database", () => {
  let machine: Host;
  let folder: string;
  const nobody = "http://127.0.0.1:9";
  const job = (argv: readonly string[], name = "app") =>
    commandJob("dump", argv, `output = "exports/${name}.db"\nkeep = 2\nformat = "sqlite"`).replace(
      '"command"',
      '"export"',
    );

  beforeAll(() => {
    machine = host();
    folder = mkdtempSync(join(tmpdir(), "tierwatch-sqlite-"));
    execFileSync("mkdir", [join(machine.folder, "exports")]);
    const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)";
    const sql = `PRAGMA journal_mode=WAL; CREATE TABLE asset(id, name); ${rows} INSERT INTO asset SELECT i, 'photo ' || i FROM n;`;
    execFileSync("sqlite3", [join(folder, "app.db"), sql]);
  });
  afterAll(() => {
    machine?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const exports = () => readdirSync(join(machine.folder, "exports"));

  test("is whole, by the length that its header says, and can be read", async () => {
    machine.configure(nobody, job(["sqlite3", join(folder, "app.db"), ".backup '{output}'"]));
    await machine.pusher("run", "dump");
    expect(machine.spooled().at(-1)).toMatchObject({ job: "dump", status: "succeeded" });
    const [made = ""] = exports();
    expect(made).toMatch(/^app-\d{8}T\d{6}Z\.db$/);
    const count = execFileSync("sqlite3", [join(machine.folder, "exports", made), "SELECT count(*) FROM asset"]);
    expect(count.toString()).toBe("5000\n");
  });

  test("is told, and leaves nothing, when the disk is full", async ({ skip }) => {
    const disk = smallDisk(join(machine.folder, "small"), 1);
    if (disk === undefined) return skip();
    try {
      const prints = "process.stdout.write(Buffer.alloc(3_000_000))";
      machine.configure(nobody, job([process.execPath, "-e", prints], "../small/app"));
      await machine.pusher("run", "dump");
      expect(machine.spooled().at(-1)).toMatchObject({
        status: "failed",
        reason: expect.stringMatching(/dump could not be written: the disk is full$/),
      });
      expect(readdirSync(join(machine.folder, "small"))).toEqual([]);
    } finally {
      disk.remove();
    }
  });

  test("is refused when it was cut off, and the good one stays", async () => {
    const before = exports();
    const whole = readFileSync(join(machine.folder, "exports", before[0] ?? ""));
    writeFileSync(join(folder, "cut.db"), whole.subarray(0, whole.length - 4096));
    machine.configure(nobody, job(["cat", join(folder, "cut.db")], "cut"));
    await machine.pusher("run", "dump");
    expect(machine.spooled().at(-1)).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/its database has \d+ bytes where it should have \d+/),
    });
    expect(exports()).toEqual(before);
  });
});
