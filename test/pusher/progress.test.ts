/** The progress of a run: real programs, in a time that the test moves on. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadConfig } from "../../pusher/config.ts";
import { runJob } from "../../pusher/run.ts";
import { secretsOf } from "../../pusher/secrets.ts";
import type { Shell } from "../../pusher/shell.ts";
import { commandJob, type Host, host } from "./host.ts";

const BEGAN = Date.parse("2026-11-23T02:00:00Z");

let here: Host;
beforeEach(() => {
  here = host();
  vi.useFakeTimers({ now: BEGAN, toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
  here.remove();
});

/** Starts, in this process, a job that writes what it is told to and then ends when it is told to. */
function start(rules: string) {
  const fifo = join(here.folder, "fifo");
  execFileSync("mkfifo", [fifo]);
  const input = openSync(fifo, "r+");
  here.configure("http://127.0.0.1:9", commandJob("job", ["cat", "fifo"], rules));
  const loaded = loadConfig(join(here.folder, "pusher.toml"));
  if (!loaded.ok) throw new Error(loaded.failure.join("\n"));
  const [job] = loaded.value.jobs;
  if (job === undefined) throw new Error("there is a job");
  let output = "";
  const heard = new Map<string, () => void>();
  const shell: Shell = {
    now: Date.now,
    elapsed: () => performance.now(),
    newId: randomUUID,
    env: process.env,
    platform: process.platform,
    program: ["node", "main.ts"],
    say: () => undefined,
    warn: () => undefined,
    pass: (chunk) => {
      output += Buffer.from(chunk).toString();
      for (const [text, resolve] of heard) if (output.includes(text)) resolve();
    },
    onSignal: () => () => undefined,
    secrets: secretsOf(process.env),
  };
  const news: number[] = [];
  const announcer = {
    result: () => Promise.resolve(),
    start: () => ({ news: () => void news.push(Date.now()), over: () => undefined }),
  };
  const write = (text: string) =>
    new Promise<void>((resolve) => {
      heard.set(text, resolve);
      writeSync(input, text);
    });
  return { ended: runJob(loaded.value, job, shell, announcer), write, end: () => closeSync(input), news };
}

const at = (ms: number) => new Date(BEGAN + ms).toISOString();

describe("a run with hard_limit", () => {
  const rules = 'max_runtime = "20m"\nhard_limit = "2h"';

  it("tells of its progress under its own id in place of its start, and ends as any other", async () => {
    const run = start(rules);
    await run.write("one");
    const [started] = here.spooled();
    expect(started).toMatchObject({ status: "started", startedAt: at(0) });
    expect(started?.progressAt).toBeUndefined();

    vi.advanceTimersByTime(300_000);
    expect(here.spooled()).toEqual([{ ...started, progressAt: at(0) }]);
    vi.advanceTimersByTime(400_000);
    expect(run.news).toHaveLength(1);

    await run.write("two");
    vi.advanceTimersByTime(200_000);
    expect(here.spooled()).toEqual([{ ...started, progressAt: at(700_000) }]);
    expect(run.news).toEqual([BEGAN + 300_000, BEGAN + 900_000]);

    run.end();
    expect(await run.ended).toBe(0);
    const [told, ...more] = here.spooled();
    expect(more).toEqual([]);
    expect(told).toMatchObject({ id: started?.id, status: "succeeded", finishedAt: at(900_000) });
    expect(told?.progressAt).toBeUndefined();
  });

  it("is killed when it has not moved for max_runtime", async () => {
    const run = start(rules);
    await run.write("one");
    vi.advanceTimersByTime(1_000_000);
    await run.write("two");
    await vi.advanceTimersByTimeAsync(1_199_999);
    expect(here.spooled()).toMatchObject([{ status: "started" }]);
    vi.advanceTimersByTime(1);
    await vi.waitFor(() => expect(here.spooled()).toMatchObject([{ status: "timed_out" }]));
    expect(await run.ended).toBe(124);
    run.end();
    expect(here.spooled()[0]?.reason).toBe("killed: it showed no progress for max_runtime, 1200 s");
  });
});

describe("a run without hard_limit", () => {
  it("tells of no progress", async () => {
    const run = start('max_runtime = "20m"');
    await run.write("one");
    vi.advanceTimersByTime(1_000_000);
    expect(run.news).toEqual([]);
    expect(here.spooled()[0]?.progressAt).toBeUndefined();
    run.end();
    expect(await run.ended).toBe(0);
  });
});
