/** How a run is told where it was started: on a terminal, to a script, and to neither. */
import { spawnSync } from "node:child_process";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUNDLE } from "./bundle.ts";
import { type FakeWorker, fakeWorker } from "./fake-worker.ts";
import { commandJob, type Host, host } from "./host.ts";

let here: Host;
let worker: FakeWorker;
beforeEach(async () => {
  here = host();
  worker = await fakeWorker();
});
afterEach(async () => {
  await worker.close();
  here.remove();
});

const ERASE = "\r\u001b[K";
const NOISY = ["sh", "-c", "echo out; echo err >&2; exit 3"];

describe("run --json", () => {
  it("puts one object on stdout, and the job's output on stderr", async () => {
    here.configure(worker.url, commandJob("job", NOISY, "warn_exit_codes = [3]"));
    await here.pusher("enroll", worker.code);
    const { stdout, stderr, code } = await here.pusher("run", "job", "--json");
    const told: unknown = JSON.parse(stdout);
    expect(told).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      job: "job",
      seq: 1,
      status: "warned",
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      exitCode: 3,
      reason: "exit 3, named a warning",
      seconds: expect.any(Number),
      delivered: true,
    });
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain("out\nerr\n");
    expect(code).toBe(3);
  });

  it("says that a result waits, and tells of a skipped run too", async () => {
    here.configure("http://127.0.0.1:9", commandJob("job", ["sleep", "60"]));
    const first = here.start("run", "job", "--json");
    try {
      await expect.poll(() => here.spooled().length, { timeout: 50_000 }).toBe(1);
      const second = await here.pusher("run", "job", "--json");
      expect(JSON.parse(second.stdout)).toMatchObject({ status: "skipped", exitCode: 75, delivered: false });
    } finally {
      first.process.kill("SIGTERM");
    }
    expect(JSON.parse((await first.ended).stdout)).toMatchObject({ status: "failed", signal: "SIGTERM" });
  });

  it("is for run alone", async () => {
    expect(await here.pusher("beat", "--json")).toMatchObject({ code: 64 });
  });
});

describe("run", () => {
  it("writes no control character where there is no terminal", async () => {
    here.configure("http://127.0.0.1:9", commandJob("job", ["sh", "-c", "echo out; sleep 1.5"]));
    const { stdout, stderr } = await here.pusher("run", "job");
    expect(stdout).toBe("out\n");
    expect(stderr).not.toContain("\r");
    expect(stderr).not.toContain("\u001b");
  });

  it.skipIf(process.platform !== "linux")("shows on a terminal how it goes on, and how it ended", () => {
    here.configure("http://127.0.0.1:9", commandJob("job", ["sh", "-c", "echo out; sleep 1.5"]));
    const command = [process.execPath, BUNDLE, "--config", `${here.folder}/pusher.toml`, "run", "job"];
    // script(1) of util-linux makes a terminal.
    const { stdout } = spawnSync("script", ["--quiet", "--return", "--command", command.join(" "), "/dev/null"], {
      encoding: "utf8",
      env: { ...process.env, TERM: "xterm" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(stdout).toMatch(/^out\r?$/m);
    expect(stdout).toContain(`${ERASE}job looks: 1 s`);
    expect(stdout).toMatch(/tierwatch: job succeeded in \d+ s\r?\n$/);
    const screen = stdout.split("\n").map((line) => line.replace(/\r$/, "").split(ERASE).at(-1));
    expect(screen.join("\n")).not.toContain("job looks:");
  });
});
