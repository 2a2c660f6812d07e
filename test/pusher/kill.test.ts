/** Kill -9 at many points: what was finished is there, and nothing that is there is half. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { spoolOf, waiting } from "../../pusher/spool.ts";
import { commandJob, host, spooledIn } from "./host.ts";

const PUSHER = resolve(import.meta.dirname, "../../pusher");

describe("a pusher that is killed", () => {
  it("while it writes results leaves every result whole that it had written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tierwatch-kill-"));
    try {
      const script = join(folder, "writer.ts");
      writeFileSync(script, writer(folder));
      let first = 1;
      for (let point = 0; point < 25; point += 1) {
        const written = await writeUntilKilled(script, first, 1 + point, (point * 37) % 11);
        const kept = spooledIn(join(folder, "spool"));
        const finished = new Set(kept.filter((run) => run.status === "succeeded").map((run) => run.seq));
        for (const seq of written) expect(finished.has(seq), `run ${seq}, reported as written`).toBe(true);
        first = Math.max(first, ...kept.map((run) => run.seq)) + 1;
      }
      waiting(spoolOf(folder, () => undefined));
      expect(readdirSync(join(folder, "spool")).filter((name) => name.startsWith(".tmp-"))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("at any point of a run leaves whole records, numbers used once, and a lock that the next run can take", async () => {
    const here = host();
    try {
      here.configure("http://127.0.0.1:9", commandJob("job", ["sh", "-c", "echo done"]));
      const whole = await timed(() => here.pusher("run", "job"));
      const completed: number[] = [1];
      for (let point = 0; point < 24; point += 1) {
        const running = here.start("run", "job");
        const timer = setTimeout(() => running.process.kill("SIGKILL"), (whole.ms * (point + 4)) / 24);
        const ended = await running.ended;
        clearTimeout(timer);
        const runs = here.spooled();
        // Killed in between, it leaves a run's start beside its result.
        const ids = new Set(runs.map((run) => run.id));
        const seqs = new Set(runs.map((run) => run.seq));
        expect(seqs.size).toBe(ids.size);
        if (ended.code === 0) completed.push(Math.max(...seqs));
      }
      expect((await here.pusher("run", "job")).code).toBe(0);
      const kept = here.spooled().filter((run) => run.status === "succeeded");
      for (const seq of completed) expect(kept.map((run) => run.seq)).toContain(seq);
      expect(here.spooled().at(-1)).toMatchObject({ status: "succeeded" });
    } finally {
      here.remove();
    }
  });
});

/** A program that puts results into a spool for ever, and prints each number after it is put. */
function writer(folder: string): string {
  return `import { writeSync } from "node:fs";
    import { put, spoolOf } from "${PUSHER}/spool.ts";
    const spool = spoolOf("${folder}", () => undefined);
    for (let seq = Number(process.argv[2]); ; seq += 1) {
      const id = "00000000-0000-4000-8000-" + String(seq).padStart(12, "0");
      const start = { id, job: "nightly", seq, status: "started", startedAt: new Date(seq * 1000).toISOString() };
      put(spool, start);
      put(spool, { ...start, status: "succeeded", finishedAt: start.startedAt, logTail: "x".repeat(20000) });
      writeSync(1, seq + "\\n");
    }`;
}

/** Kills the writer so many milliseconds after it has printed so many numbers; gives all the numbers it printed. */
function writeUntilKilled(script: string, first: number, lines: number, delayMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [script, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
    if (text.split("\n").length > lines) setTimeout(() => child.kill("SIGKILL"), delayMs);
  });
  return new Promise((done) => {
    child.once("close", () => done(text.split("\n").slice(0, -1).map(Number)));
  });
}

async function timed<Value>(work: () => Promise<Value>): Promise<{ readonly value: Value; readonly ms: number }> {
  const began = performance.now();
  const value = await work();
  return { value, ms: performance.now() - began };
}
