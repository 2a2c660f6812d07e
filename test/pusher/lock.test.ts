import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nextSeq } from "../../pusher/counter.ts";
import { holderIn, takeLock } from "../../pusher/lock.ts";
import { bootId, startOf } from "../../pusher/processes.ts";

const NOW = Date.UTC(2026, 10, 23);
let folder: string;
let locks: string;
let ids = 0;
const newId = () => {
  ids += 1;
  return `${(ids % 256).toString(16).padStart(2, "0")}000000-0000-4000-8000-${String(ids).padStart(12, "0")}`;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-lock-"));
  locks = join(folder, "job");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function claimOf(holder: { pid: number; start?: string | undefined }, boot: string | undefined): void {
  mkdirSync(locks, { recursive: true });
  const claim = { boot, holder, programs: [], state: "held", since: "2026-11-22T00:00:00.000Z" };
  writeFileSync(join(locks, "left-over.json"), JSON.stringify(claim));
}

describe("a lock", () => {
  it("is had by one, named to the others, and free again when it is released", async () => {
    const first = await takeLock(locks, newId(), NOW);
    const second = await takeLock(locks, newId(), NOW);
    expect(first.ok).toBe(true);
    expect(second).toEqual({ ok: false, holder: { pid: process.pid, since: "2026-11-23T00:00:00.000Z" } });
    expect(holderIn(locks)?.pid).toBe(process.pid);
    if (first.ok) first.lock.release();
    expect(holderIn(locks)).toBeUndefined();
    expect((await takeLock(locks, newId(), NOW)).ok).toBe(true);
  });

  it("of a process that is gone is taken over", async () => {
    claimOf({ pid: 999_999_999, start: "1" }, bootId());
    expect((await takeLock(locks, newId(), NOW)).ok).toBe(true);
    expect(readdirSync(locks)).not.toContain("left-over.json");
  });

  it("of an earlier boot is taken over, though a process has the same id now", async () => {
    claimOf({ pid: process.pid, start: startOf(process.pid) }, "an-earlier-boot");
    expect((await takeLock(locks, newId(), NOW)).ok).toBe(true);
  });

  it("of a machine that has been started again since is taken over, also where boots have no name", async () => {
    mkdirSync(locks, { recursive: true });
    const holder = { pid: process.pid, start: startOf(process.pid) };
    const claim = {
      boot: bootId(),
      uptime: 1e12,
      holder,
      programs: [],
      state: "held",
      since: "2026-11-22T00:00:00.000Z",
    };
    writeFileSync(join(locks, "left-over.json"), JSON.stringify(claim));
    expect((await takeLock(locks, newId(), NOW)).ok).toBe(true);
  });

  it("of a process id that is another process now is taken over", async () => {
    claimOf({ pid: process.pid, start: "1" }, bootId());
    expect((await takeLock(locks, newId(), NOW)).ok).toBe(true);
  });

  it("of a torn file is taken over", async () => {
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "left-over.json"), '{"boot":');
    expect((await takeLock(locks, newId(), NOW)).ok).toBe(true);
  });

  it("is had by exactly one of many that try at once over a dead one's claim", async () => {
    for (let round = 0; round < 20; round += 1) {
      claimOf({ pid: 999_999_999, start: "1" }, bootId());
      const taken = await Promise.all(Array.from({ length: 6 }, () => takeLock(locks, newId(), NOW)));
      const won = taken.filter((one) => one.ok);
      expect(won).toHaveLength(1);
      for (const one of won) if (one.ok) one.lock.release();
    }
  });
});

describe("racing processes", () => {
  it("never hold one lock at the same time, and never count one number twice", async () => {
    const script = join(folder, "racer.ts");
    const pusher = resolve(import.meta.dirname, "../../pusher");
    // Each holder writes a file that must not be there yet, and takes it away before it lets go.
    writeFileSync(
      script,
      `import { randomUUID } from "node:crypto";
       import { rmSync, writeFileSync } from "node:fs";
       import { takeLock } from "${pusher}/lock.ts";
       import { nextSeq } from "${pusher}/counter.ts";
       for (let round = 0; round < 15; round += 1) {
         const taken = await takeLock("${locks}", randomUUID(), 0);
         if (taken.ok) {
           writeFileSync("${folder}/inside", "", { flag: "wx" });
           await new Promise((resolve) => setImmediate(resolve));
           rmSync("${folder}/inside");
           taken.lock.release();
         }
         const seq = await nextSeq("${folder}/state", randomUUID, 0);
         console.log(seq.ok ? seq.value : seq.failure);
       }`,
    );
    const outputs = await Promise.all([1, 2, 3, 4].map(() => output(spawn(process.execPath, [script]))));
    const numbers = outputs.flatMap((text) => text.trim().split("\n").map(Number));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(readFileSync(join(folder, "state/seq"), "utf8")).toBe("60\n");
  });
});

describe("the counter of runs", () => {
  it("goes on from the number on disk", async () => {
    expect(await nextSeq(folder, newId, NOW)).toEqual({ ok: true, value: 1 });
    expect(await nextSeq(folder, newId, NOW)).toEqual({ ok: true, value: 2 });
  });

  it("refuses a file that holds no number, rather than begin again at 1", async () => {
    writeFileSync(join(folder, "seq"), "many");
    expect((await nextSeq(folder, newId, NOW)).ok).toBe(false);
  });
});

function output(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((done) => child.once("close", () => done(text)));
}
