import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive } from "../../pusher/processes.ts";
import { type FakeWorker, fakeWorker } from "./fake-worker.ts";
import { commandJob, type Host, host } from "./host.ts";

const NOBODY = "http://127.0.0.1:9";

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

describe("a run's exit code", () => {
  it("is the command's own when the worker cannot be reached, and the result waits in the spool", async () => {
    here.configure(NOBODY, commandJob("job", ["sh", "-c", "exit 23"]));
    expect((await here.pusher("run", "job")).code).toBe(23);
    expect(here.spooled()).toMatchObject([{ job: "job", seq: 1, status: "failed", exitCode: 23, reason: "exit 23" }]);
  });

  it("is the command's own when the worker refuses the host", async () => {
    here.configure(worker.url, commandJob("job", ["sh", "-c", "exit 7"]));
    await here.pusher("enroll", worker.code);
    worker.mood = () => ({ kind: "refuse", refusal: { code: "key_revoked" } });
    const ended = await here.pusher("run", "job");
    expect(ended.code).toBe(7);
    expect(ended.stderr).toContain("this host's key was revoked");
    expect(here.spooled()).toHaveLength(1);
  });

  it("is the command's own when the worker never answers", async () => {
    here.configure(worker.url, commandJob("job", ["true"]));
    await here.pusher("enroll", worker.code);
    worker.mood = () => ({ kind: "hang" });
    expect((await here.pusher("run", "job")).code).toBe(0);
    expect(here.spooled()).toHaveLength(1);
  });

  it("is 0 and the spool empty when the worker took the result", async () => {
    here.configure(worker.url, commandJob("job", ["sh", "-c", "echo out; echo err >&2"]));
    await here.pusher("enroll", worker.code);
    const ended = await here.pusher("run", "job");
    expect(ended).toMatchObject({ code: 0, stdout: "out\n", stderr: "err\n" });
    expect(here.spooled()).toEqual([]);
    expect(worker.heartbeats).toHaveLength(1);
    expect(worker.heartbeats[0]?.runs).toMatchObject([{ status: "succeeded", exitCode: 0 }]);
    expect(worker.heartbeats[0]?.runs[0]?.logTail).toBe("out\nerr\n");
  });

  it("is 127 when the program is not there, and the reason names it", async () => {
    here.configure(NOBODY, commandJob("job", ["no-such-program", "--password=hunter22"]));
    const ended = await here.pusher("run", "job");
    expect(ended.code).toBe(127);
    expect(here.spooled()[0]?.reason).toBe("there is no program `no-such-program` on the PATH");
  });

  it("is 128 and the signal's number when a signal ended the command", async () => {
    here.configure(NOBODY, commandJob("job", ["sh", "-c", "kill -USR1 $$"]));
    expect((await here.pusher("run", "job")).code).toBe(128 + 10);
    expect(here.spooled()[0]).toMatchObject({ status: "failed", signal: "SIGUSR1" });
  });

  it("passes warnings and skips through as they were named", async () => {
    const named = "warn_exit_codes = [24]\nskip_exit_codes = [75]";
    here.configure(
      NOBODY,
      commandJob("warns", ["sh", "-c", "exit 24"], named) + commandJob("skips", ["sh", "-c", "exit 75"], named),
    );
    expect((await here.pusher("run", "warns")).code).toBe(24);
    expect((await here.pusher("run", "skips")).code).toBe(75);
    expect(here.spooled().map((run) => run.status)).toEqual(["warned", "skipped"]);
  });
});

describe("a run that takes too long", () => {
  it("is killed with its grandchildren and reported as timed out", async () => {
    const script = "trap '' TERM; sleep 300 & echo $! > grandchild; wait; sleep 300";
    here.configure(NOBODY, commandJob("job", ["sh", "-c", script], 'max_runtime = "1s"'));
    const ended = await here.pusher("run", "job");
    expect(ended.code).toBe(124);
    expect(here.spooled()[0]).toMatchObject({ status: "timed_out", reason: expect.stringContaining("max_runtime") });
    const grandchild = Number(readFileSync(join(here.folder, "grandchild"), "utf8"));
    await vi.waitUntil(() => !isAlive(grandchild));
  });

  it("announces its start while it runs, and its result replaces it", async () => {
    here.configure(worker.url, commandJob("job", ["sh", "-c", "while ! test -e go; do sleep 0.05; done"]));
    await here.pusher("enroll", worker.code);
    const announced = new Promise<void>((resolve) => {
      worker.mood = () => {
        resolve();
        return { kind: "take" };
      };
    });
    const running = here.start("run", "job");
    await announced;
    writeFileSync(join(here.folder, "go"), "");
    expect((await running.ended).code).toBe(0);
    const told = worker.heartbeats.flatMap((beat) => beat.runs);
    expect(told.map((run) => run.status)).toEqual(["started", "succeeded"]);
    expect(new Set(told.map((run) => run.id)).size).toBe(1);
    expect(here.spooled()).toEqual([]);
  });
});

describe("a signal to the pusher", () => {
  it("ends the command's whole group and is recorded", async () => {
    here.configure(NOBODY, commandJob("job", ["sh", "-c", "sleep 300 & echo child $!; wait"]));
    const running = here.start("run", "job");
    await running.says("child");
    running.process.kill("SIGTERM");
    const ended = await running.ended;
    expect(ended.code).toBe(128 + 15);
    expect(here.spooled()[0]).toMatchObject({ status: "failed", signal: "SIGTERM" });
    expect(isAlive(Number(/child (\d+)/.exec(ended.stdout)?.[1]))).toBe(false);
  });
});

describe("a second run of a job", () => {
  it("is skipped with exit 75 while the first one runs", async () => {
    here.configure(NOBODY, commandJob("job", ["sh", "-c", "echo begun; while ! test -e go; do sleep 0.05; done"]));
    const first = here.start("run", "job");
    await first.says("begun");
    const second = await here.pusher("run", "job");
    writeFileSync(join(here.folder, "go"), "");
    expect((await first.ended).code).toBe(0);
    expect(second.code).toBe(75);
    expect(second.stderr).toContain("still holds the lock");
    const statuses = here.spooled().map((run) => [run.seq, run.status]);
    expect(statuses).toEqual([
      [1, "succeeded"],
      [2, "skipped"],
    ]);
  });

  it("is skipped too when the first pusher was killed and its command lives on", async () => {
    here.configure(NOBODY, commandJob("job", ["sh", "-c", "echo begun $$; while ! test -e go; do sleep 0.05; done"]));
    const first = here.start("run", "job");
    await first.says("begun");
    first.process.kill("SIGKILL");
    const gone = new Promise((resolve) => first.process.once("exit", resolve));
    await gone;
    const second = await here.pusher("run", "job");
    expect(second.code).toBe(75);
    writeFileSync(join(here.folder, "go"), "");
    await first.ended;
    expect((await here.pusher("run", "job")).code).toBe(0);
  });
});

describe("a secret given by reference", () => {
  it("reaches the command and neither the log tail nor the reason", async () => {
    writeFileSync(join(here.folder, "restic.pw"), "correct-horse\n");
    const job = commandJob("job", ["sh", "-c", 'echo "pw=$PW"; exit 1'], 'env = { PW = "file:restic.pw" }');
    here.configure(NOBODY, job);
    const ended = await here.pusher("run", "job");
    expect(ended.stdout).toBe("pw=correct-horse\n");
    expect(here.spooled()[0]?.logTail).toBe("pw=[redacted]\n");
  });

  it("that is missing fails the run and says what to do", async () => {
    here.configure(NOBODY, commandJob("job", ["true"], 'env = { PW = "env:TIERWATCH_TEST_UNSET" }'));
    expect((await here.pusher("run", "job")).code).toBe(1);
    expect(here.spooled()[0]?.reason).toBe(
      "PW in env: the environment variable TIERWATCH_TEST_UNSET is not set; set it where the pusher is started",
    );
  });
});

describe("markers around a run", () => {
  const carrying = 'from = "fast"\nto = "archive"\ndatasets = ["apps"]\nwindow = "26h"';
  const dataset =
    '[[datasets]]\nname = "apps"\nborn = "fast"\npaths = { fast = "fast", archive = "archive" }\nsamples = 5\n';

  function layOut(): void {
    for (const tier of ["fast", "archive"]) mkdirSync(join(here.folder, tier));
    for (const name of ["a.txt", "b.txt", "c.txt"]) write(join("fast", name), `content of ${name}`);
  }
  function write(path: string, content: string, ageSeconds = 3_600): void {
    const file = join(here.folder, path);
    writeFileSync(file, content);
    const at = Date.now() / 1000 - ageSeconds;
    utimesSync(file, at, at);
  }

  it("show a copy that holds the marker and every sampled file", async () => {
    layOut();
    here.configure(NOBODY, dataset + commandJob("job", ["cp", "-a", "fast/.", "archive/"], carrying));
    expect((await here.pusher("run", "job")).code).toBe(0);
    const [run] = here.spooled();
    expect(run).toMatchObject({
      status: "succeeded",
      born: [{ dataset: "apps", tier: "fast" }],
      seen: [{ dataset: "apps", tier: "archive", sampled: 3, matched: 3, changed: 0, missing: 0, mismatched: 0 }],
    });
    expect(run?.seen?.[0]?.marker).toBe(run?.born?.[0]?.marker);
    expect(statSync(join(here.folder, "fast/.tierwatch-marker.json")).mode & 0o777).toBe(0o644);
  });

  it("fail a run that exits 0 and copies nothing", async () => {
    layOut();
    here.configure(NOBODY, dataset + commandJob("job", ["true"], carrying));
    expect((await here.pusher("run", "job")).code).toBe(1);
    expect(here.spooled()[0]).toMatchObject({
      status: "failed",
      exitCode: 0,
      reason: "exit 0, but archive does not hold the marker that fast held before the run: apps",
    });
  });

  it("fail a run whose copy has other content in a sampled file, naming the file", async () => {
    layOut();
    const script =
      "cp -a fast/. archive/ && touch -r archive/b.txt t && printf X | dd of=archive/b.txt conv=notrunc 2>&1 && touch -r t archive/b.txt";
    here.configure(NOBODY, dataset + commandJob("job", ["sh", "-c", script], carrying));
    expect((await here.pusher("run", "job")).code).toBe(1);
    const [run] = here.spooled();
    expect(run?.status).toBe("failed");
    expect(run?.reason).toMatch(
      /^exit 0, but in archive 1 of 3 sampled files of apps are not as recorded \(1 with wrong content\): b\.txt /,
    );
    expect(run?.seen).toMatchObject([
      {
        sampled: 3,
        matched: 2,
        mismatched: 1,
        examples: [expect.stringMatching(/^b\.txt \(sha256 \w{16} was recorded, \w{16} is there\)$/)],
      },
    ]);
  });

  it("fail a run whose copy lacks a sampled file that the source still has", async () => {
    layOut();
    here.configure(
      NOBODY,
      dataset + commandJob("job", ["sh", "-c", "cp -a fast/. archive/ && rm archive/c.txt"], carrying),
    );
    expect((await here.pusher("run", "job")).code).toBe(1);
    expect(here.spooled()[0]?.seen).toMatchObject([{ missing: 1, examples: ["c.txt"] }]);
  });

  it("count a file that was written during the run as changed, not as wrong", async () => {
    layOut();
    here.configure(
      NOBODY,
      dataset + commandJob("job", ["sh", "-c", "echo new > fast/a.txt && cp -a fast/. archive/"], carrying),
    );
    expect((await here.pusher("run", "job")).code).toBe(0);
    expect(here.spooled()[0]).toMatchObject({ status: "succeeded", seen: [{ matched: 2, changed: 1 }] });
  });

  it("are read back through a fetch command where a tier has no folder", async () => {
    layOut();
    const fetched = dataset.replace(', archive = "archive" }', ' }\nfetch = { archive = ["cat", "archive/{path}"] }');
    here.configure(NOBODY, fetched + commandJob("job", ["cp", "-a", "fast/.", "archive/"], carrying));
    expect((await here.pusher("run", "job")).code).toBe(0);
    expect(here.spooled()[0]?.seen).toMatchObject([{ tier: "archive", sampled: 3, matched: 3 }]);
  });

  it("warn and let the job run when the source's folder is not there", async () => {
    mkdirSync(join(here.folder, "archive"));
    here.configure(NOBODY, dataset + commandJob("job", ["touch", "ran"], carrying));
    expect((await here.pusher("run", "job")).code).toBe(0);
    expect(existsSync(join(here.folder, "ran"))).toBe(true);
    expect(here.spooled()[0]).toMatchObject({
      status: "warned",
      reason: expect.stringContaining("no marker was written"),
    });
  });

  it("that arrived by themselves are reported by the next beat, once", async () => {
    layOut();
    const born = dataset + commandJob("job", ["true"], carrying.replace('"archive"', '"staging"'));
    here.configure(worker.url, born);
    await here.pusher("enroll", worker.code);
    expect((await here.pusher("run", "job")).code).toBe(0);
    for (const name of [".tierwatch-marker.json", "a.txt", "b.txt", "c.txt"]) {
      writeFileSync(join(here.folder, "archive", name), readFileSync(join(here.folder, "fast", name)));
    }
    worker.heartbeats.length = 0;
    expect((await here.pusher("beat")).code).toBe(0);
    expect((await here.pusher("beat")).code).toBe(0);
    expect(worker.heartbeats.map((beat) => beat.seen ?? [])).toMatchObject([[{ tier: "archive", matched: 3 }], []]);
  });
});
