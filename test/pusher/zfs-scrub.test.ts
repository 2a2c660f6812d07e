/** A scrub from its start to its end, in the words of three versions of ZFS; time is a program that the test plays. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Ended } from "../../pusher/jobs/job.ts";
import { zfsScrub } from "../../pusher/jobs/zfs-scrub.ts";
import { played } from "./played.ts";

const file = (path: string) => readFileSync(join(import.meta.dirname, "../fixtures", path), "utf8");
const stdoutOf = (path: string) => /--- stdout\n([\s\S]*?)\n?--- stderr/.exec(file(path))?.[1] ?? "";
const stderrOf = (name: string) => file(`zfs-scrub/${name}.stderr`);

const text = (scan: string, more = "errors: No known data errors") =>
  `  pool: archive\n state: ONLINE\n  scan: ${scan}\nconfig:\n\n\tNAME  STATE READ WRITE CKSUM\n\tarchive ONLINE 0 0 0\n\t  sda ONLINE 0 0 0\n\n${more}\n`;
const OLD = text("scrub repaired 0B in 00:00:03 with 0 errors on Mon Oct 26 02:00:00 2026");
const RUNS = (percent: number) =>
  text(`scrub in progress since Mon Nov 23 02:00:00 2026\n\t1G scanned, 1G issued\n\t0B repaired, ${percent}% done`);
const DONE = text("scrub repaired 0B in 03:00:00 with 0 errors on Mon Nov 23 05:00:00 2026");
const json = (path: string) => stdoutOf(`openzfs-2.3.2/${path}/status-j-int.txt`);

type Status = string | Partial<Ended>;

/** A run that sees these states one after the other, the last for ever. */
async function run(states: readonly Status[], scrub: Partial<Ended> = {}, sleep: Partial<Ended> = {}) {
  const prepared = zfsScrub.prepare({ pool: "archive" });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls, log } = played(
    [
      ["zpool scrub", scrub],
      ["sleep", sleep],
    ],
    0,
  );
  let looks = 0;
  const ended = (state: Status): Ended => ({
    timedOut: false,
    stdout: "",
    stderr: "",
    ...(typeof state === "string" ? { exitCode: 0, stdout: state } : state),
  });
  const outcome = await prepared.value.run({
    ...context,
    exec: async (argv, options) => {
      if (argv[1] !== "status") return context.exec(argv, options);
      calls.push(argv.join(" "));
      const state = states[Math.min(looks, states.length - 1)] ?? "";
      const isJson = typeof state === "string" && state.startsWith("{");
      if (argv[2] === "-j" && typeof state === "string" && !isJson)
        return ended({ exitCode: 2, stderr: "invalid option" });
      if (argv[2] !== "-j" || isJson) looks += 1;
      return ended(state);
    },
  });
  return { outcome, log, scrubs: calls.filter((line) => line.startsWith("zpool scrub")), calls };
}

describe("zfs-scrub", () => {
  test("starts one, follows it with its progress, and succeeds at its end", async () => {
    const { outcome, log, scrubs } = await run([OLD, RUNS(0.1), RUNS(34.6), RUNS(38), RUNS(92), DONE]);
    expect(scrubs).toEqual(["zpool scrub archive"]);
    expect(log).toEqual(["pool archive: scrub started", "pool archive: 30 % scrubbed", "pool archive: 90 % scrubbed"]);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, errors: 0 });
  });

  test("reads the progress of 2.3's JSON", async () => {
    const { outcome, log } = await run([json("never-scrubbed"), json("scrub-in-progress"), json("healthy")]);
    expect(log).toEqual(["pool archive: scrub started", "pool archive: 20 % scrubbed"]);
    expect(outcome.status).toBe("succeeded");
  });

  test("never starts a second one: what runs is followed", async () => {
    const running = await run([RUNS(50), DONE]);
    expect(running.scrubs).toEqual([]);
    expect(running.outcome.status).toBe("succeeded");
    const refused = { exitCode: 1, stderr: stderrOf("already-running") };
    expect((await run([OLD, RUNS(1), DONE], refused)).outcome.status).toBe("succeeded");
  });

  test("continues one that was paused", async () => {
    const paused = text("scrub paused since Mon Nov 23 01:00:00 2026\n\t0B repaired, 40.00% done");
    const { outcome, scrubs, log } = await run([paused, RUNS(41), DONE]);
    expect(scrubs).toHaveLength(1);
    expect(log[0]).toBe("pool archive: continuing the paused scrub");
    expect(outcome.status).toBe("succeeded");
  });

  test("is skipped while a resilver runs", async () => {
    const resilver = text("resilver in progress since Mon Nov 23 02:00:00 2026\n\t1M resilvered, 40.00% done");
    const seen = await run([resilver]);
    expect(seen.scrubs).toEqual([]);
    expect(seen.outcome).toMatchObject({ status: "skipped", reason: expect.stringContaining("resilvers") });
    const refused = { exitCode: 1, stderr: stderrOf("resilvering") };
    expect((await run([OLD], refused)).outcome.status).toBe("skipped");
  });

  test.each([
    ["scrub paused since Mon Nov 23 03:00:00 2026\n\t0B repaired, 41.90% done", /was paused at 41 %; the next run/],
    ["scrub canceled on Mon Nov 23 03:00:00 2026", /was cancelled/],
    ["resilvered 14.2M in 00:00:01 with 0 errors on Mon Nov 23 03:00:00 2026", /replaced by a resilver/],
  ])("fails when it did not read everything: %s", async (scan, says) => {
    const { outcome } = await run([OLD, RUNS(10), text(scan)]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
  });

  test("does not ask a suspended pool for a scrub, which would hang", async () => {
    const before = await run([json("three-lost-suspended")]);
    expect(before.scrubs).toEqual([]);
    expect(before.outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("suspended") });
    const meanwhile = await run([OLD, RUNS(10), json("three-lost-suspended")]);
    expect(meanwhile.outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("cannot go on") });
  });

  test("warns of what it found: data that is lost, or disks that made errors", async () => {
    const lost = await run([OLD, RUNS(10), json("cksum-one-permanent-on-raidz2")]);
    expect(lost.outcome).toMatchObject({ status: "warned", reason: expect.stringContaining("permanent data errors") });
    const repaired = await run([OLD, RUNS(10), json("cksum-repaired-many")]);
    expect(repaired.outcome).toMatchObject({ status: "warned", reason: expect.stringContaining("no data is lost") });
    expect(repaired.outcome.errors).toBeGreaterThan(0);
  });

  test("fails by name when the pool is not there, or may not be scrubbed by this user", async () => {
    const gone = { exitCode: 1, stderr: "cannot open 'archive': no such pool\n" };
    expect((await run([gone])).outcome.reason).toMatch(/there is no pool archive: is it imported/);
    const refused = { exitCode: 1, stderr: stderrOf("permission-denied") };
    expect((await run([OLD], refused)).outcome.reason).toMatch(/permission denied; run as root/);
  });

  test("does not lose a scrub of hours over one look that failed, but does not follow blindly", async () => {
    const busy = { exitCode: 1, stderr: "cannot open: dataset is busy\n" };
    expect((await run([OLD, RUNS(10), busy, busy, RUNS(20), DONE])).outcome.status).toBe("succeeded");
    expect((await run([OLD, RUNS(10), busy])).outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/not followed/),
    });
  });

  test("says that the scrub goes on when its own run is ended", async () => {
    const { outcome } = await run([OLD, RUNS(10)], {}, { signal: "SIGTERM" });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("goes on without it") });
  });
});
