import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeWorker, fakeWorker } from "./fake-worker.ts";
import { commandJob, type Host, host } from "./host.ts";

let here: Host;
let worker: FakeWorker;
beforeEach(async () => {
  here = host();
  worker = await fakeWorker();
  here.configure(worker.url, commandJob("job", ["true"]));
});
afterEach(async () => {
  await worker.close();
  here.remove();
});

describe("enroll", () => {
  it("makes a key that is its owner's alone, shows its fingerprint, and sets the plan", async () => {
    const ended = await here.pusher("enroll", worker.code);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("enrolled as host corenas of site home");
    expect(ended.stdout).toMatch(/key fingerprint: [A-Za-z0-9_-]{43}\n/);
    expect(statSync(join(here.folder, "host.key")).mode & 0o777).toBe(0o600);
    expect(worker.plans[0]?.jobs.map((job) => job.name)).toEqual(["job"]);
  });

  it("uses the key that is there, and says so", async () => {
    await here.pusher("enroll", worker.code);
    const key = readFileSync(join(here.folder, "host.key"), "utf8");
    expect((await here.pusher("enroll", worker.code)).stdout).toContain("using the key that is there");
    expect(readFileSync(join(here.folder, "host.key"), "utf8")).toBe(key);
  });

  it("says in one sentence that a code is wrong, malformed, or the key file is none", async () => {
    const refused = await here.pusher("enroll", "BBBBBBBBBBBBBBBBBBBBBB");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toBe(
      "tierwatch: not enrolled: the enrolment code is wrong, was used, or has expired; make a new one and use it within 15 minutes\n",
    );
    expect((await here.pusher("enroll", "short")).code).toBe(64);
    writeFileSync(join(here.folder, "host.key"), "no key");
    expect((await here.pusher("enroll", worker.code)).stderr).toBe(
      "tierwatch: the key behind file:host.key is no PEM private key; restore it, or remove it and enrol again\n",
    );
  });

  it("goes to another worker when told", async () => {
    here.configure("http://127.0.0.1:9", commandJob("job", ["true"]));
    expect((await here.pusher("enroll", worker.code, "--worker", worker.url)).code).toBe(0);
  });
});

describe("beat and flush", () => {
  it("say alive with nothing to tell, or nothing at all", async () => {
    await here.pusher("enroll", worker.code);
    worker.requests.length = 0;
    expect((await here.pusher("flush")).code).toBe(0);
    expect(worker.requests).toEqual([]);
    expect((await here.pusher("beat")).code).toBe(0);
    expect(worker.heartbeats).toMatchObject([{ runs: [] }]);
  });

  it("end with 75 when the worker is not reached, and say what waits", async () => {
    await here.pusher("enroll", worker.code);
    here.configure("http://127.0.0.1:9", commandJob("job", ["true"]));
    await here.pusher("run", "job");
    const ended = await here.pusher("beat");
    expect(ended.code).toBe(75);
    expect(ended.stderr).toContain("nothing listens at that address; 1 record waits in the spool");
  });

  it("deliver what waited once the worker is back", async () => {
    await here.pusher("enroll", worker.code);
    worker.mood = () => ({ kind: "gibberish", status: 502 });
    for (let run = 0; run < 3; run += 1) await here.pusher("run", "job");
    worker.mood = () => ({ kind: "take" });
    expect((await here.pusher("flush")).code).toBe(0);
    expect(here.spooled()).toEqual([]);
    expect(worker.heartbeats.flatMap((beat) => beat.runs.map((run) => run.seq))).toEqual([1, 2, 3]);
  });

  it("say what to do when there is no key", async () => {
    const ended = await here.pusher("beat");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("host.key cannot be read: it does not exist; `enroll CODE` makes one");
  });
});

describe("status", () => {
  it("tells key, worker, last beat, spool and each job's last run", async () => {
    await here.pusher("enroll", worker.code);
    await here.pusher("run", "job");
    const { stdout, code } = await here.pusher("status");
    expect(code).toBe(0);
    expect(stdout).toContain(`worker   ${worker.url}`);
    expect(stdout).toMatch(/beat {5}last answered 2/);
    expect(stdout).toContain("spool    0 records wait");
    expect(stdout).toMatch(/job {6}job: succeeded at 2/);
    expect(stdout).toMatch(/^ {9}next 2.*Z, in 1\d min \d+ s$/m);
  });

  it("tells what the worker thinks of the host, its jobs and its copies, and when it is not reached what it last thought", async () => {
    await here.pusher("enroll", worker.code);
    const dueAt = null;
    worker.lastSweepAt = "2026-11-23T02:00:00.000Z";
    worker.watches = [
      { kind: "host", name: "corenas", status: "ok", reason: "Heard of in time.", dueAt },
      { kind: "job", name: "job", status: "missed", reason: "It did not come.", dueAt },
      { kind: "copy", name: "apps/archive", status: "blocked", reason: "Blocked behind job on corenas.", dueAt },
    ];
    const { stdout } = await here.pusher("status");
    expect(stdout).toContain("host     corenas: ok\n");
    expect(stdout).toContain("         the worker: missed: It did not come.\n");
    expect(stdout).toContain("copy     apps in archive: blocked: Blocked behind job on corenas.\n");
    expect(stdout).toContain("sweep    2026-11-23T02:00:00.000Z\n");
    here.configure("http://127.0.0.1:9", commandJob("job", ["true"]));
    const later = await here.pusher("status");
    expect(later.code).toBe(0);
    expect(later.stdout).toContain("was not reached: nothing listens at that address\n         what it thinks is of 2");
    expect(later.stdout).toContain("the worker: missed");
  });
});

describe("doctor", () => {
  it("finds nothing on a host where all is well", async () => {
    await here.pusher("enroll", worker.code);
    const { stdout, code } = await here.pusher("doctor");
    expect(stdout).toMatch(/nothing to do\n$/);
    expect(code).toBe(0);
  });

  it("names every fault at once, and what to do", async () => {
    await here.pusher("enroll", worker.code);
    chmodSync(join(here.folder, "host.key"), 0o644);
    mkdirSync(join(here.folder, "there"));
    here.configure(
      "http://127.0.0.1:9",
      '[[datasets]]\nname = "apps"\nborn = "fast"\npaths = { fast = "gone", archive = "there" }\n' +
        commandJob("job", ["no-such-program"]),
    );
    const { stdout, code } = await here.pusher("doctor");
    expect(code).toBe(1);
    expect(stdout).toContain("others may read the private key; run: chmod 600");
    expect(stdout).toContain("was not reached: nothing listens at that address");
    expect(stdout).toContain("program no-such-program (job job): not found on the PATH");
    expect(stdout).toMatch(/apps in fast: .* cannot be read and written .* it does not exist/);
    expect(stdout).toMatch(/4 faults to mend\n$/);
  });

  it("asks each job's kind what it has to say of this host", async () => {
    await here.pusher("enroll", worker.code);
    const zfs = join(here.folder, "zfs");
    writeFileSync(zfs, "#!/bin/sh\nprintf 'on\\noff\\n'\n", { mode: 0o755 });
    const job = 'source = "fast/apps"\ntarget = "archive/apps"\nschedule = { every = "1d" }\ngrace = "1h"';
    here.configure(worker.url, `[[jobs]]\nname = "nightly"\nkind = "zfs-send"\n${job}\n`);
    here.env.PATH = `${here.folder}:${process.env.PATH}`;
    const { stdout, code } = await here.pusher("doctor");
    expect(stdout).toMatch(
      /^FAULT {2}job nightly: archive\/apps: atime is on .* run: zfs set readonly=on archive\/apps$/m,
    );
    expect(code).toBe(1);
  });

  it("notices a clock that is off", async () => {
    await here.pusher("enroll", worker.code);
    worker.clockAheadMs = 3_600_000;
    const { stdout } = await here.pusher("doctor");
    expect(stdout).toMatch(/this host's clock: is 3[56]\d\d s behind the worker's; set it \(NTP\)/);
  });
});

describe("the command line", () => {
  it("helps, tells its version, and names the nearest command and job", async () => {
    expect((await here.pusher("--help")).stdout).toContain("enroll CODE");
    expect((await here.pusher("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const wrong = await here.pusher("enrol");
    expect(wrong).toMatchObject({ code: 64 });
    expect(wrong.stderr).toBe("tierwatch: there is no command `enrol`; did you mean `enroll`?; see --help\n");
    expect((await here.pusher("run", "jab")).stderr).toContain("did you mean `job`?");
    expect((await here.pusher("run")).stderr).toContain("`run` needs its JOB");
    expect((await here.pusher("beat", "--verbose")).code).toBe(64);
  });

  it("tells every fault of the config and ends with 78", async () => {
    here.configure("nowhere", commandJob("job", []));
    const ended = await here.pusher("beat");
    expect(ended.code).toBe(78);
    expect(ended.stderr.trim().split("\n")).toHaveLength(2);
  });
});
