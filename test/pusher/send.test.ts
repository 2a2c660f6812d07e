import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { enrollmentAnswer } from "../../protocol/enrollment.ts";
import type { Run } from "../../protocol/heartbeat.ts";
import { BODY_MAX_BYTES, RUNS_MAX } from "../../protocol/limits.ts";
import { checkConfig } from "../../pusher/config.ts";
import { loadKey, makeKey } from "../../pusher/key.ts";
import { exchange, type Patience } from "../../pusher/link.ts";
import { secretsOf } from "../../pusher/secrets.ts";
import { deliver, type Sender, troubleWords } from "../../pusher/send.ts";
import { put, spoolOf, waiting } from "../../pusher/spool.ts";
import { clockState, recall } from "../../pusher/state.ts";
import { type FakeWorker, fakeWorker, type Mood } from "./fake-worker.ts";

const QUICK: Patience = { connectMs: 2_000, totalMs: 400, tries: 2 };
const ALIVE = { alive: true, seen: [] };
const SPOOL_ONLY = { alive: false, seen: [] };

let folder: string;
let worker: FakeWorker;
let sender: Sender;
let warnings: string[];
let nowOffset: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-send-"));
  worker = await fakeWorker();
  warnings = [];
  nowOffset = 0;
  sender = await enrolled();
});
afterEach(async () => {
  await worker.close();
  rmSync(folder, { recursive: true, force: true });
});

async function enrolled(): Promise<Sender> {
  const toml = `worker = "${worker.url}"\nkey = "file:k"\n[beat]\nevery = "5m"\ngrace = "0s"\n`;
  const config = checkConfig(toml, join(folder, "pusher.toml"), "pusher.toml");
  await makeKey("file:k", folder, async () => undefined);
  const key = await loadKey("file:k", folder, secretsOf({}));
  if (!config.ok || !key.ok) throw new Error("the test's own host is wrong");
  const state = config.value.state;
  const link = { worker: worker.url, state, key: key.value, now: () => Date.now() + nowOffset, patience: QUICK };
  const code = { code: worker.code, publicKey: key.value.publicKey };
  await exchange(link, { method: "POST", path: "/v1/enrollments", body: () => code, answer: enrollmentAnswer });
  const warn = (line: string) => void warnings.push(line);
  return { config: config.value, link, spool: spoolOf(state, warn), warn };
}

function finished(seq: number, more: Partial<Run> = {}): Run {
  const at = new Date(Date.UTC(2026, 10, 1) + seq * 1000).toISOString();
  const id = `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`;
  return { id, job: "nightly", seq, status: "succeeded", startedAt: at, finishedAt: at, exitCode: 0, ...more };
}

const refusing = (code: "malformed" | "internal" | "unavailable" | "body_too_large"): Mood => ({
  kind: "refuse",
  refusal: { code },
});

describe("what waits in the spool", () => {
  it("leaves it only when the answer names it", async () => {
    for (const seq of [1, 2, 3]) put(sender.spool, finished(seq));
    worker.named = (ids) => ids.slice(0, 2);
    expect(await deliver(sender, SPOOL_ONLY)).toEqual({ runs: 2, answer: expect.anything() });
    expect(waiting(sender.spool).map((name) => name.runId)).toEqual([finished(3).id]);
  });

  it("stays when the connection breaks after the worker wrote it, and is sent again", async () => {
    put(sender.spool, finished(1));
    worker.mood = () => ({ kind: "drop after write" });
    expect((await deliver(sender, SPOOL_ONLY)).trouble?.kind).toBe("unreachable");
    expect(waiting(sender.spool)).toHaveLength(1);
    worker.mood = () => ({ kind: "take" });
    expect(await deliver(sender, SPOOL_ONLY)).toEqual({ runs: 1, answer: expect.anything() });
    expect(waiting(sender.spool)).toEqual([]);
  });

  it("stays when the worker fails, hangs, or something else answers in its place", async () => {
    put(sender.spool, finished(1));
    const moods: Mood[] = [refusing("internal"), refusing("unavailable"), { kind: "hang" }];
    moods.push({ kind: "gibberish", status: 502 }, { kind: "gibberish", status: 200 });
    for (const mood of moods) {
      worker.mood = () => mood;
      expect((await deliver(sender, SPOOL_ONLY)).trouble, JSON.stringify(mood)).toBeDefined();
      expect(waiting(sender.spool)).toHaveLength(1);
    }
  });

  it("is tried once more when the worker failed the first time", async () => {
    put(sender.spool, finished(1));
    worker.mood = (_, count) => (count === 1 ? refusing("internal") : { kind: "take" });
    expect(await deliver(sender, SPOOL_ONLY)).toEqual({ runs: 1, answer: expect.anything() });
  });

  it("goes out in batches inside the wire's limits, in order", async () => {
    const logTail = "x".repeat(65_536);
    for (let seq = 1; seq <= 70; seq += 1) put(sender.spool, finished(seq, seq <= 20 ? { logTail } : {}));
    expect(await deliver(sender, SPOOL_ONLY)).toEqual({ runs: 70, answer: expect.anything() });
    const seqs = worker.heartbeats.flatMap((beat) => beat.runs.map((run) => run.seq));
    expect(seqs).toEqual(Array.from({ length: 70 }, (_, index) => index + 1));
    for (const beat of worker.heartbeats) {
      expect(beat.runs.length).toBeLessThanOrEqual(RUNS_MAX);
      expect(Buffer.byteLength(JSON.stringify(beat))).toBeLessThan(BODY_MAX_BYTES);
    }
  });

  it("loses one record that the worker never takes to the aside, and delivers all others", async () => {
    for (let seq = 1; seq <= 9; seq += 1) put(sender.spool, finished(seq));
    worker.mood = (beat) => (beat.runs.some((run) => run.seq === 4) ? refusing("malformed") : { kind: "take" });
    expect(await deliver(sender, SPOOL_ONLY)).toEqual({ runs: 8, answer: expect.anything() });
    expect(waiting(sender.spool)).toEqual([]);
    expect(readdirSync(join(sender.spool.folder, "aside"))).toEqual([expect.stringContaining(finished(4).id)]);
    expect(warnings.join()).toContain("set a spooled record aside");
  });

  it("begins no further batch after its time", async () => {
    for (let seq = 1; seq <= RUNS_MAX + 1; seq += 1) put(sender.spool, finished(seq));
    expect(await deliver(sender, { ...SPOOL_ONLY, until: 0 })).toEqual({ runs: RUNS_MAX, answer: expect.anything() });
  });

  it("puts the run that was asked for first", async () => {
    for (const seq of [1, 2, 3]) put(sender.spool, finished(seq));
    await deliver(sender, { ...SPOOL_ONLY, first: finished(3).id });
    expect(worker.heartbeats[0]?.runs.map((run) => run.seq)).toEqual([3, 1, 2]);
  });
});

describe("a clock that is off", () => {
  it("is measured by the refusal, told in the heartbeat, and remembered", async () => {
    nowOffset = 3_600_000;
    expect(await deliver(sender, ALIVE)).toEqual({ runs: 0, answer: expect.anything() });
    const [beat] = worker.heartbeats;
    expect(beat?.clockOffsetSeconds).toBeGreaterThan(3_590);
    expect(beat?.clockOffsetSeconds).toBeLessThan(3_610);
    expect(recall(sender.link.state, "clock", clockState)?.offsetSeconds).toBe(beat?.clockOffsetSeconds);
    worker.requests.length = 0;
    await deliver(sender, ALIVE);
    expect(worker.requests).toEqual(["POST /v1/heartbeats"]);
  });

  it("that was set right again is measured anew", async () => {
    nowOffset = -7_200_000;
    await deliver(sender, ALIVE);
    nowOffset = 0;
    expect(await deliver(sender, ALIVE)).toEqual({ runs: 0, answer: expect.anything() });
    expect(worker.heartbeats.at(-1)?.clockOffsetSeconds).toBeUndefined();
  });
});

describe("the plan", () => {
  it("is sent when it changed, and not again", async () => {
    await deliver(sender, ALIVE);
    await deliver(sender, ALIVE);
    expect(worker.plans).toHaveLength(1);
    const changed = { ...sender.config, beat: { everySeconds: 60, graceSeconds: 60 } };
    await deliver({ ...sender, config: changed }, ALIVE);
    expect(worker.plans).toHaveLength(2);
  });
});

describe("the owner hears", () => {
  it("that the worker's own sweeps have stopped", async () => {
    worker.lastSweepAt = new Date(Date.now() - 3_600_000).toISOString();
    await deliver(sender, ALIVE);
    expect(warnings.join()).toContain("last looked for missed deadlines 60 minutes ago");
    warnings.length = 0;
    worker.lastSweepAt = new Date().toISOString();
    await deliver(sender, ALIVE);
    expect(warnings).toEqual([]);
  });

  it("in one sentence what a refusal means", async () => {
    worker.mood = () => ({ kind: "refuse", refusal: { code: "key_revoked" } });
    const { trouble } = await deliver(sender, ALIVE);
    expect(trouble && troubleWords(trouble, worker.url)).toBe(
      "this host's key was revoked; remove the key file and run `enroll CODE` with a fresh code",
    );
  });

  it("where nothing listens", async () => {
    await worker.close();
    const { trouble } = await deliver(sender, ALIVE);
    expect(trouble && troubleWords(trouble, worker.url)).toBe(
      `${worker.url} was not reached: nothing listens at that address`,
    );
    worker = await fakeWorker();
  });
});
