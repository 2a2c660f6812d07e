/** A run that goes on, and a worker that is down for a moment. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { announcerOf } from "../../pusher/announce.ts";
import { loadConfig } from "../../pusher/config.ts";
import { NOTICE_AGAIN_MS, START_NOTICE_AFTER_MS } from "../../pusher/limits.ts";
import { secretsOf } from "../../pusher/secrets.ts";
import type { Shell } from "../../pusher/shell.ts";
import { put, spoolOf } from "../../pusher/spool.ts";
import { type FakeWorker, fakeWorker } from "./fake-worker.ts";
import { commandJob, type Host, host } from "./host.ts";

const realTimeout = setTimeout;

let here: Host;
let worker: FakeWorker;
beforeEach(async () => {
  here = host();
  worker = await fakeWorker();
  here.configure(worker.url, commandJob("job", ["true"]));
  await here.pusher("enroll", worker.code);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await worker.close();
  here.remove();
});

const shell: Shell = {
  now: Date.now,
  elapsed: () => performance.now(),
  newId: randomUUID,
  env: process.env,
  platform: process.platform,
  program: ["node", "main.ts"],
  say: () => undefined,
  warn: () => undefined,
  pass: () => undefined,
  onSignal: () => () => undefined,
  secrets: secretsOf(process.env),
};

/** In real time, which a request to the worker takes. */
const answered = () => new Promise((resolve) => realTimeout(resolve, 50));

it("a start that met an outage is told a minute later, while the job still runs", async () => {
  const loaded = loadConfig(join(here.folder, "pusher.toml"));
  if (!loaded.ok) throw new Error(loaded.failure.join("\n"));
  const id = randomUUID();
  const startedAt = new Date().toISOString();
  put(spoolOf(loaded.value.state, shell.warn), { id, job: "job", seq: 1, status: "started", startedAt });
  worker.mood = () => ({ kind: "gibberish", status: 502 });
  const notices = announcerOf(loaded.value, shell).start(id);
  vi.advanceTimersByTime(START_NOTICE_AFTER_MS);
  while (!worker.requests.includes("POST /v1/heartbeats")) await answered();
  worker.mood = () => ({ kind: "take" });
  while (here.spooled().length > 0) {
    await answered();
    vi.advanceTimersByTime(NOTICE_AGAIN_MS);
  }
  expect(worker.heartbeats.map((beat) => beat.runs)).toMatchObject([[{ id, status: "started" }]]);
  notices.over();
});
