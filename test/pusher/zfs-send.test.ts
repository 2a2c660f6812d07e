/** Sending by ZFS: the reason of every failure that ZFS was seen to give, what may be pruned, and what is never done. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ended } from "../../pusher/jobs/job.ts";
import { prunable } from "../../pusher/jobs/zfs-prune.ts";
import { newestCommon, parseSnapshots, type Snapshot } from "../../pusher/jobs/zfs-snapshots.ts";
import { pipeTrouble, zfsTrouble } from "../../pusher/jobs/zfs-trouble.ts";

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/zfs-receive", `${name}.stderr`), "utf8");
const ended = (exitCode: number, stderr = "", more: Partial<Ended> = {}): Ended => ({
  exitCode,
  stderr,
  stdout: "",
  timedOut: false,
  ...more,
});

describe("the reason of a failed receive", () => {
  test.each([
    ["openzfs-recv-dest-modified", /was modified since its last snapshot.*nothing was changed/],
    ["fuse-recv-dest-modified", /was modified since its last snapshot/],
    ["openzfs-recv-exists", /no snapshot in common.*nothing was changed/],
    ["fuse-recv-full-onto-existing", /no snapshot in common/],
    ["openzfs-recv-missing-parent", /parent dataset does not exist/],
    ["fuse-recv-missing-parent", /parent dataset does not exist/],
    ["openzfs-recv-nospace", /quota is exceeded/],
    ["fuse-recv-nospace", /out of space/],
    ["openzfs-recv-truncated", /broke off/],
    ["fuse-recv-truncated", /broke off/],
    ["openzfs-recv-empty", /broke off/],
    ["openzfs-recv-unpriv", /permission denied.*zfs allow/],
    ["fuse-recv-no-base-on-dest", /was modified since its last snapshot/],
    ["fuse-recv-empty-stdin", /broke off/],
    ["openzfs-recv-base-missing", /not the one to continue from; nothing was changed/],
    ["openzfs-recv-pool-missing", /parent dataset does not exist/],
    ["openzfs-recv-out-of-space", /out of space/],
    ["openzfs-recv-quota", /quota is exceeded/],
    ["openzfs-2.1-recv-partial-state", /partly received snapshot.*zfs receive -A archive\/apps/],
  ])("%s is told as %s", (name, says) => {
    const piped = { producer: ended(0), consumer: ended(1, fixture(name)), bytes: 0 };
    expect(pipeTrouble(piped, "fast/apps", "archive/apps")).toMatch(says);
  });

  test("is the receiver's when the sender only found its pipe closed", () => {
    const receiver = ended(1, fixture("openzfs-recv-dest-modified"));
    const byExit = { producer: ended(141), consumer: receiver, bytes: 0 };
    const bySignal = {
      producer: ended(0, "", { exitCode: undefined, signal: "SIGPIPE" }),
      consumer: receiver,
      bytes: 0,
    };
    for (const piped of [byExit, bySignal])
      expect(pipeTrouble(piped, "fast/apps", "archive/apps")).toMatch(/^archive\/apps was modified/);
  });

  test.each(["warning: cannot send 'fast/apps@x': Broken pipe", "internal error: Connection reset by peer"])(
    "is the receiver's when zfs-fuse's sender says that its pipe broke, and exits 1: %s",
    (stderr) => {
      const sender = ended(1, `${stderr}\n`);
      const piped = { producer: sender, consumer: ended(1, fixture("fuse-recv-full-onto-existing")), bytes: 0 };
      expect(pipeTrouble(piped, "fast/apps", "archive/apps")).toMatch(/^archive\/apps exists already/);
    },
  );

  test.each([
    ["openzfs-send-missing-base", "fast/apps does not exist"],
    [
      "openzfs-send-damaged",
      "fast/apps cannot be read whole, its pool has damaged data: `zpool status -v` names the files",
    ],
    [
      "openzfs-send-key-not-loaded",
      "fast/apps: its encryption key is not loaded (`zfs load-key`), and it is not sent raw (`raw = true`)",
    ],
  ])("is the sender's when the receiver only saw the stream break off: %s", (name, says) => {
    const piped = { producer: ended(1, fixture(name)), consumer: ended(1, fixture("openzfs-recv-empty")), bytes: 0 };
    expect(pipeTrouble(piped, "fast/apps", "archive/apps")).toBe(says);
  });

  test("is the sender's when it was killed", () => {
    const producer = ended(0, "", { exitCode: undefined, signal: "SIGKILL" });
    const piped = { producer, consumer: ended(1, fixture("openzfs-recv-sender-killed")), bytes: 0 };
    expect(pipeTrouble(piped, "fast/apps", "archive/apps")).toBe("fast/apps: ended by SIGKILL");
  });
});

test("a pool that is not there, not imported, or without its module is told with what to do", () => {
  expect(zfsTrouble(ended(1, "cannot open 'archive': no such pool"), "pool archive")).toMatch(
    /no pool archive.*zpool import/,
  );
  expect(zfsTrouble(ended(0, "no pools available"), "pool archive")).toMatch(/no pool is imported/);
  expect(zfsTrouble(ended(1, "The ZFS modules cannot be auto-loaded."), "pool archive")).toMatch(/modprobe zfs/);
  expect(zfsTrouble(ended(0, "", { timedOut: true }), "pool archive")).toMatch(/no answer in time/);
});

describe("snapshots", () => {
  const listing = [
    "tank/apps\tcreation\t1",
    "tank/apps@a b\tcreation\t100",
    "tank/apps@a b\tguid\t17277135964084044801",
    "tank/apps@a b\tuserrefs\t1",
    "tank/apps/child@x\tcreation\t50",
    "tank/apps@early\tcreation\t10",
    "tank/apps@early\tguid\t5",
    "tank/apps@early\tuserrefs\t0",
  ].join("\n");

  test("are those of the dataset alone, oldest first, with guids whole", () => {
    expect(parseSnapshots(listing, "tank/apps")).toEqual([
      { name: "tank/apps@early", guid: "5", createdAt: 10_000, held: false },
      { name: "tank/apps@a b", guid: "17277135964084044801", createdAt: 100_000, held: true },
    ]);
  });

  test("are ordered by transaction group: a clock set back, or one second for two, does not mix them up", () => {
    const line = (name: string, creation: number, txg: number) =>
      `tank@${name}\tcreation\t${creation}\ntank@${name}\tcreatetxg\t${txg}\n`;
    const listed = parseSnapshots(line("third", 50, 30) + line("second", 100, 20) + line("first", 100, 10), "tank");
    expect(listed.map(({ name }) => name)).toEqual(["tank@first", "tank@second", "tank@third"]);
  });

  test("that a clone hangs on are held like those of zfs hold", () => {
    const cloned = parseSnapshots("tank@a\tclones\ttank/b\ntank@c\tclones\t\ntank@d\tclones\t-\n", "tank");
    expect(cloned.map(({ held }) => held)).toEqual([true, false, false]);
  });

  test("are common by guid, not by name", () => {
    const one = { name: "a@x", guid: "1", createdAt: 1, held: false };
    const two = { name: "a@y", guid: "2", createdAt: 2, held: false };
    const impostor = { name: "b@y", guid: "99", createdAt: 2, held: false };
    expect(newestCommon([one, two], [{ ...one, name: "b@x" }, impostor])).toBe(one);
    expect(newestCommon([two], [impostor])).toBeNull();
  });
});

describe("pruning", () => {
  const at = (day: number, hour = 0): Snapshot => {
    const createdAt = Date.UTC(2026, 0, day, hour);
    return { name: `a@tierwatch-${day}-${hour}`, guid: `${day}.${hour}`, createdAt, held: false };
  };
  const ours = (name: string) => name.includes("@tierwatch-");
  const names = (snapshots: readonly Snapshot[]) => snapshots.map(({ name }) => name);

  test("keeps the newest of each day for as many days as the policy says", () => {
    const snapshots = [at(1), at(2), at(3, 1), at(3, 2), at(4)];
    expect(names(prunable(snapshots, { daily: 2 }, new Set(), ours))).toEqual([
      "a@tierwatch-1-0",
      "a@tierwatch-2-0",
      "a@tierwatch-3-1",
    ]);
  });

  test("of two snapshots of one second takes the earlier", () => {
    const later = { ...at(1), name: "a@tierwatch-later", guid: "later" };
    expect(names(prunable([at(1), later], { daily: 1 }, new Set(), ours))).toEqual(["a@tierwatch-1-0"]);
  });

  const snapshot = fc.record({
    day: fc.integer({ min: 1, max: 400 }),
    hour: fc.integer({ min: 0, max: 23 }),
    held: fc.boolean(),
    foreign: fc.boolean(),
  });
  const policy = fc.record({ hourly: fc.nat(30), daily: fc.nat(10), weekly: fc.nat(5), monthly: fc.nat(5) });

  test("never takes the newest, a held one, one that both sides need, or one that isn't ours", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(snapshot, { selector: ({ day, hour }) => `${day}.${hour}` }),
        policy,
        fc.nat(),
        (made, rules, pick) => {
          const snapshots = made.map(({ day, hour, held, foreign }) => ({
            ...at(day, hour),
            held,
            ...(foreign ? { name: `a@mine-${day}-${hour}` } : {}),
          }));
          const needed = snapshots[pick % Math.max(1, snapshots.length)]?.guid ?? "none";
          const doomed = prunable(snapshots, rules, new Set([needed]), ours);
          const newest = snapshots.filter(({ name }) => ours(name)).sort((a, b) => b.createdAt - a.createdAt)[0];
          for (const one of doomed) {
            expect(one.held).toBe(false);
            expect(ours(one.name)).toBe(true);
            expect([needed, newest?.guid]).not.toContain(one.guid);
          }
        },
      ),
    );
  });

  test("a second pruning finds nothing more to take", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(snapshot, { selector: ({ day, hour }) => `${day}.${hour}` }),
        policy,
        (made, rules) => {
          const snapshots = made.map(({ day, hour, held }) => ({ ...at(day, hour), held }));
          const doomed = new Set(names(prunable(snapshots, rules, new Set(), ours)));
          const left = snapshots.filter(({ name }) => !doomed.has(name));
          expect(prunable(left, rules, new Set(), ours)).toEqual([]);
        },
      ),
    );
  });
});
