/** What a run of zfs-send asks of ZFS, and what it never does; the states that the zfs-fuse of test/site cannot get into. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T02:00:00.500Z");
const TODAY = "tierwatch-20261123T020000Z";
const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/zfs-receive", `${name}.stderr`), "utf8");
const gone = (name: string) => ({ exitCode: 1, stderr: `cannot open '${name}': dataset does not exist\n` });
const listing = (dataset: string, guids: Readonly<Record<string, string>>) =>
  Object.entries(guids)
    .map(([name, guid], i) => `${dataset}@${name}\tguid\t${guid}\n${dataset}@${name}\tcreatetxg\t${i}\n`)
    .join("");

const TOKEN = "zfs get -H -o value receive_resume_token archive/apps";
const SNAPSHOTS = "zfs get -H -p -d 1 -o name,property,value creation,createtxg,guid,userrefs,clones";
const MOUNT = "zfs get -H -o property,value canmount,mountpoint,mounted archive/apps";
const BOOKMARKS = "zfs list -H -p -t bookmark -d 1 -o name,guid,createtxg,creation fast/apps";
const mountedAs = (mounted: "yes" | "no", canmount = "on") =>
  `canmount\t${canmount}\nmountpoint\t/archive/apps\nmounted\t${mounted}\n`;

/** A night on which everything works: yesterday's snapshot is on both sides. */
const NIGHT: readonly Answer[] = [
  ["zpool list -H -o health", { stdout: "ONLINE\n" }],
  [TOKEN, { stdout: "-\n" }],
  [`${SNAPSHOTS} fast/apps`, { stdout: listing("fast/apps", { yesterday: "1", [TODAY]: "2" }) }],
  [`${SNAPSHOTS} archive/apps`, { stdout: listing("archive/apps", { yesterday: "1", [TODAY]: "2" }) }],
  ["zfs list -H -o name archive/apps", { stdout: "archive/apps\n" }],
  ["zfs snapshot", {}],
  ["zfs send", { bytes: 624 }],
  ["zfs receive", {}],
  [MOUNT, { stdout: mountedAs("yes") }],
  [BOOKMARKS, {}],
  ["zfs bookmark", {}],
];

async function run(answers: readonly Answer[], more: object = {}, carries?: KindContext["carries"]) {
  const prepared = zfsSend.prepare({ source: "fast/apps", target: "archive/apps", ...more });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls, log } = played([...answers, ...NIGHT], NOW, { nightly: { daily: 7 }, once: { daily: 1 } });
  return { outcome: await prepared.value.run(carries === undefined ? context : { ...context, carries }), calls, log };
}

const moving = (calls: readonly string[]) =>
  calls.filter((line) => /^zfs (send|receive|snapshot|destroy|mount)/.test(line));

describe("zfs-send", () => {
  test("snapshots, sends what is new from the snapshot that both sides have, and counts the stream", async () => {
    const before: Answer = [
      `${SNAPSHOTS} fast/apps`,
      { stdout: listing("fast/apps", { yesterday: "1", [TODAY]: "2" }) },
    ];
    const { outcome, calls } = await run([
      before,
      [`${SNAPSHOTS} archive/apps`, { stdout: listing("archive/apps", { yesterday: "1" }) }],
    ]);
    expect(moving(calls)).toEqual([
      `zfs snapshot fast/apps@${TODAY}`,
      `zfs send -i fast/apps@yesterday fast/apps@${TODAY} | zfs receive -s -u archive/apps`,
    ]);
    // The target was played without the new snapshot: exit codes of 0 are no proof.
    expect(outcome).toEqual({ status: "failed", reason: `archive/apps@${TODAY} is not what was sent` });
  });

  test("succeeds when the snapshot stands on the target with the guid that it has on the source", async () => {
    expect((await run([])).outcome).toEqual({ status: "succeeded", exitCode: 0, bytes: 624, deletions: 0 });
    const impostor = listing("archive/apps", { yesterday: "1", [TODAY]: "99" });
    expect((await run([[`${SNAPSHOTS} archive/apps`, { stdout: impostor }]])).outcome.status).toBe("failed");
  });

  test("sends everything only when the target is not there and its pool is", async () => {
    const absent: readonly Answer[] = [
      [TOKEN, gone("archive/apps")],
      ["zfs list -H -o name archive/apps", gone("archive/apps")],
    ];
    const first = await run(absent);
    expect(first.outcome.status).toBe("succeeded");
    expect(moving(first.calls)).toContain(`zfs send fast/apps@${TODAY} | zfs receive -s -u archive/apps`);

    const noPool: Answer = [
      "zpool list -H -o health archive",
      { exitCode: 1, stderr: "cannot open 'archive': no such pool\n" },
    ];
    const lost = await run([noPool, ...absent]);
    expect(lost.outcome.reason).toMatch(/there is no pool archive: is it imported/);
    expect(moving(lost.calls)).toEqual([]);
  });

  test("touches nothing while a pool is suspended", async () => {
    const { outcome, calls } = await run([["zpool list -H -o health archive", { stdout: "SUSPENDED\n" }]]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("pool archive is SUSPENDED") });
    expect(moving(calls)).toEqual([]);
  });

  test("makes no snapshot night after night for a target that has none in common", async () => {
    const strange = listing("archive/apps", { yesterday: "77" });
    const { outcome, calls } = await run([[`${SNAPSHOTS} archive/apps`, { stdout: strange }]]);
    expect(outcome.reason).toMatch(/exists and has no snapshot in common with fast\/apps; nothing was changed/);
    expect(moving(calls)).toEqual([]);
  });

  test.each(["has been modified\nsince most recent snapshot", "must specify -F to overwrite it", "out of space"])(
    "never forces, and destroys nothing, when the receiver says: %s",
    async (stderr) => {
      const { outcome, calls } = await run([["zfs receive", { exitCode: 1, stderr: `cannot receive: ${stderr}\n` }]], {
        keep: "nightly",
        keep_target: "nightly",
      });
      expect(outcome.status).toBe("failed");
      expect(calls.filter((line) => / -F|destroy|rollback|receive -A/.test(line))).toEqual([]);
    },
  );
});

describe("an interrupted receive", () => {
  const token: Answer = [TOKEN, { stdout: "1-abc-d8\n" }];

  test("is continued before anything new is sent", async () => {
    const { outcome, calls } = await run([token, ["zfs send -t 1-abc-d8", { bytes: 1000 }]]);
    expect(moving(calls)[0]).toBe("zfs send -t 1-abc-d8 | zfs receive -s -u archive/apps");
    expect(outcome).toMatchObject({ status: "succeeded", bytes: 1624 });
  });

  test.each([
    fixture("openzfs-send-token-corrupt"),
    "cannot resume send: 'fast/apps@x' used in the initial send no longer exists\n",
    "cannot resume send: 'fast/apps@x' is no longer the same snapshot used in the initial send\n",
    "cannot resume send: incremental source 0x595d9f81aa9dddab no longer exists\n",
  ])("is given up when there is nothing left to continue, and the log says so: %s", async (stderr) => {
    const { outcome, calls, log } = await run([token, ["zfs send -t", { exitCode: 255, stderr }]]);
    expect(moving(calls).slice(0, 2)).toEqual([
      "zfs send -t 1-abc-d8 | zfs receive -s -u archive/apps",
      "zfs receive -A archive/apps",
    ]);
    expect(log.join("\n")).toContain("giving up the partly received snapshot of archive/apps");
    expect(outcome.status).toBe("succeeded");
  });

  test("is kept when its snapshot only cannot be reached now", async () => {
    const stderr = "cannot resume send: unable to access 'fast/apps@x': I/O error\n";
    const { outcome, calls } = await run([token, ["zfs send -t", { exitCode: 255, stderr }]]);
    expect(outcome.status).toBe("failed");
    expect(moving(calls)).toHaveLength(1);
  });

  test.each([
    "cannot receive resume stream: out of space\n",
    "cannot receive resume stream: pool I/O is currently suspended\n",
  ])("is kept for the next run when it only could not go on now: %s", async (stderr) => {
    const { outcome, calls } = await run([token, ["zfs receive", { exitCode: 1, stderr }]]);
    expect(outcome.status).toBe("failed");
    expect(calls.filter((line) => line.includes("-A"))).toEqual([]);
    expect(moving(calls)).toHaveLength(1);
  });

  test("is not looked for where the version knows none", async () => {
    const stderr = "bad property list: invalid property 'receive_resume_token'\n";
    const { calls } = await run([
      [TOKEN, { exitCode: 2, stderr }],
      ["zfs unmount", {}],
      ["zfs mount", {}],
    ]);
    expect(moving(calls)).toContainEqual(expect.stringContaining("| zfs receive -u archive/apps"));
  });
});

describe("a bookmark", () => {
  const line = (name: string, guid: number) => `fast/apps#${name}\t${guid}\t${guid}\t1795396919\n`;
  const gap = (marked: string): readonly Answer[] => [
    [`${SNAPSHOTS} fast/apps`, { stdout: listing("fast/apps", { old: "3", [TODAY]: "9" }) }],
    [`${SNAPSHOTS} archive/apps`, { stdout: listing("archive/apps", { old: "3", yesterday: "5" }) }],
    [BOOKMARKS, { stdout: marked }],
  ];

  test("of the target's newest snapshot is sent from, when the snapshot itself is gone from the source", async () => {
    const { calls } = await run(gap(line("b1", 4) + line("b2", 5)));
    expect(moving(calls)[1]).toBe(`zfs send -i fast/apps#b2 fast/apps@${TODAY} | zfs receive -s -u archive/apps`);
  });

  test("of an older snapshot of the target is of no use: ZFS receives on top of the newest", async () => {
    const { calls } = await run(gap(line("b1", 3)));
    expect(moving(calls)[1]).toBe(`zfs send -i fast/apps@old fast/apps@${TODAY} | zfs receive -s -u archive/apps`);
  });

  test("is made of what has arrived, and takes the place of this job's last one alone", async () => {
    const names = ["mine", "tierwatch-job-weekly-tierwatch-1", "tierwatch-job-nightly-tierwatch-1"];
    const { calls, outcome } = await run([
      [BOOKMARKS, { stdout: names.map((name, i) => line(name, i)).join("") }],
      ["zfs destroy", {}],
    ]);
    expect(calls).toContain(`zfs bookmark fast/apps@${TODAY} fast/apps#tierwatch-job-nightly-${TODAY}`);
    expect(calls.filter((call) => call.startsWith("zfs destroy"))).toEqual([
      "zfs destroy fast/apps#tierwatch-job-nightly-tierwatch-1",
    ]);
    expect(outcome.status).toBe("succeeded");
  });

  test("that this user may not make is no trouble for the copy", async () => {
    const { outcome, log } = await run([["zfs bookmark", { exitCode: 1, stderr: "permission denied\n" }]]);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, bytes: 624, deletions: 0 });
    expect(log.join("\n")).toMatch(/no bookmark was made: .*permission denied/);
  });
});

describe("raw", () => {
  const KEY = "zfs get -H -o value keystatus archive/apps";

  test("sends the dataset as it is on the disk, and leaves a copy without its key unmounted", async () => {
    const { calls, outcome } = await run([[KEY, { stdout: "unavailable\n" }]], { raw: true });
    expect(moving(calls)).toContain(
      `zfs send -w -i fast/apps@${TODAY} fast/apps@${TODAY} | zfs receive -s -u archive/apps`,
    );
    expect(calls).not.toContain(MOUNT);
    expect(outcome.status).toBe("succeeded");
  });

  test("mounts a copy whose key is there", async () => {
    expect((await run([[KEY, { stdout: "available\n" }]], { raw: true })).calls).toContain(MOUNT);
  });

  test("is what an encrypted dataset without its key is told to be sent as", async () => {
    const stderr = fixture("openzfs-send-key-not-loaded");
    const { outcome } = await run([["zfs send", { exitCode: 1, stderr }]]);
    expect(outcome.reason).toMatch(/fast\/apps: its encryption key is not loaded .*`raw = true`/);
  });
});

describe("a target on another machine", () => {
  const FIXED =
    "-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=30 -o ServerAliveInterval=30 -o ServerAliveCountMax=4";
  const PATH = "env LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const SSH = `ssh ${FIXED} -- backup@nas2 ${PATH}`;
  const NEAR = /^(zfs (send|snapshot|bookmark|list -H -p -t bookmark)|zfs get .* fast|zpool list .* fast)/;
  const overSsh: readonly Answer[] = NIGHT.map(([words, ended]) => [
    NEAR.test(words) ? words : `${SSH} ${words}`,
    ended,
  ]);
  const ZPOOL: Answer = ["zpool list -H -o health", { stdout: "ONLINE\n" }];

  async function runAt(ssh: object, answers: readonly Answer[]) {
    const prepared = zfsSend.prepare({ source: "fast/apps", target: "archive/apps", ssh });
    if (!prepared.ok) throw new Error("these settings are good");
    const { context, calls } = played([...answers, ...overSsh, ZPOOL], NOW);
    return { outcome: await prepared.value.run(context), calls };
  }

  test("is reached by ssh, which never asks and knows the machine already; all that is here is done here", async () => {
    const { outcome, calls } = await runAt({ host: "backup@nas2" }, []);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, bytes: 624, deletions: 0 });
    expect(calls.find((call) => call.includes("|"))).toBe(
      `zfs send -i fast/apps@${TODAY} fast/apps@${TODAY} | ${SSH} zfs receive -s -u archive/apps`,
    );
    expect(calls).toContain(`${SSH} zpool list -H -o health archive`);
    expect(calls).toContain("zpool list -H -o health fast");
    expect(calls.filter((call) => call.startsWith("zfs") && / archive\/apps$/.test(call.split("|")[0] ?? ""))).toEqual(
      [],
    );
  });

  test("is reached with the port, the key and the host keys that are named", async () => {
    const more = { port: 2222, identity: "/etc/tierwatch/id", known_hosts: "/etc/tierwatch/known hosts" };
    const { calls } = await runAt({ host: "nas2", ...more }, [["ssh", { exitCode: 255, stderr: "ssh: x" }]]);
    expect(calls.at(-1)).toContain(
      '-o IdentitiesOnly=yes -o UserKnownHostsFile="/etc/tierwatch/known hosts" -p 2222 -i /etc/tierwatch/id -- nas2 env',
    );
  });

  test.each([
    ["Host key verification failed.", /host key is not known, or another than before/],
    ["backup@nas2: Permission denied (publickey,password).", /ssh refused the login/],
    ["ssh: Could not resolve hostname nas2: Name or service not known", /no machine of that name/],
    ["ssh: connect to host nas2 port 22: Connection refused", /does not answer/],
    ["env: 'zpool': No such file or directory", /has no zfs and zpool/],
  ])("that cannot be reached is told with the reason, and nothing is made here: %s", async (stderr, says) => {
    const { outcome, calls } = await runAt({ host: "backup@nas2" }, [["ssh", { exitCode: 255, stderr }]]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
    expect(moving(calls)).toEqual([]);
  });

  test.each([{ host: "-oProxyCommand=evil" }, { host: "a b" }, { host: "nas2", identity: "id" }])(
    "is refused as a setting: %o",
    (ssh) => {
      expect(zfsSend.prepare({ source: "fast/apps", target: "archive/apps", ssh }).ok).toBe(false);
    },
  );
});

describe("a copy that has arrived", () => {
  test("is mounted when it should be and is not", async () => {
    const { outcome, calls } = await run([
      [MOUNT, { stdout: mountedAs("no") }],
      ["zfs mount", {}],
    ]);
    expect(calls).toContain("zfs mount archive/apps");
    expect(outcome.status).toBe("succeeded");
  });

  test.each(["noauto", "off"])("is left unmounted where its owner says canmount=%s", async (canmount) => {
    const { calls } = await run([[MOUNT, { stdout: mountedAs("no", canmount) }]]);
    expect(calls).not.toContain("zfs mount archive/apps");
  });

  test("is there, with a warning, when it cannot be mounted", async () => {
    const stderr = "cannot mount '/archive/apps': directory is not empty\n";
    const { outcome } = await run([
      [MOUNT, { stdout: mountedAs("no") }],
      ["zfs mount", { exitCode: 1, stderr }],
    ]);
    expect(outcome).toMatchObject({
      status: "warned",
      bytes: 624,
      reason: expect.stringMatching(/folder .* not empty/),
    });
  });

  test("is there, with a warning, when pruning stops", async () => {
    const daily = Object.fromEntries(
      Array.from({ length: 9 }, (_, day) => [`tierwatch-2026110${day + 1}T020000Z`, `${day + 10}`]),
    );
    const created = Object.keys(daily)
      .map((name, day) => `fast/apps@${name}\tcreation\t${Date.UTC(2026, 10, day + 1, 2) / 1000}\n`)
      .join("");
    const stdout = created + listing("fast/apps", { ...daily, yesterday: "1", [TODAY]: "2" });
    const { outcome, calls } = await run(
      [
        [`${SNAPSHOTS} fast/apps`, { stdout }],
        ["zfs destroy", { exitCode: 1, stderr: "cannot destroy snapshot: dataset is busy\n" }],
      ],
      { keep: "nightly" },
    );
    expect(outcome).toMatchObject({ status: "warned", deletions: 0, reason: expect.stringContaining("is busy") });
    expect(calls.filter((line) => line.startsWith("zfs destroy"))).toHaveLength(1);
  });
});

describe("pruning after a send", () => {
  /** Snapshots with the days on which they say that they were made, in the order in which they came to be. */
  const dated = (dataset: string, snapshots: readonly (readonly [name: string, day: number])[]) =>
    snapshots
      .map(([name, day], i) => {
        const created = Date.UTC(2026, 10, day, 2) / 1000;
        return `${dataset}@${name}\tguid\t${i}\n${dataset}@${name}\tcreatetxg\t${i}\n${dataset}@${name}\tcreation\t${created}\n`;
      })
      .join("");
  const both = (snapshots: readonly (readonly [string, number])[]): readonly Answer[] =>
    ["fast/apps", "archive/apps"].map((of) => [`${SNAPSHOTS} ${of}`, { stdout: dated(of, snapshots) }]);
  const destroyed = (calls: readonly string[]) => calls.filter((line) => line.startsWith("zfs destroy"));
  const prune = (answers: readonly Answer[], carries?: KindContext["carries"]) =>
    run([...answers, ["zfs destroy", {}]], { keep: "once", keep_target: "once" }, carries);

  test("takes what the policy no longer keeps on both sides, and leaves what others made", async () => {
    const { outcome, calls } = await prune(
      both([
        ["mine", 1],
        ["tierwatch-a", 2],
        [TODAY, 23],
      ]),
    );
    expect(destroyed(calls)).toEqual(["zfs destroy fast/apps@tierwatch-a", "zfs destroy archive/apps@tierwatch-a"]);
    expect(outcome).toMatchObject({ status: "succeeded", deletions: 2 });
  });

  test("leaves what both sides have in common, also when a clock that was set back makes it look the oldest", async () => {
    const { calls } = await prune(
      both([
        ["tierwatch-a", 20],
        ["tierwatch-b", 21],
        [TODAY, 1],
      ]),
    );
    expect(destroyed(calls)).toEqual(["zfs destroy fast/apps@tierwatch-a", "zfs destroy archive/apps@tierwatch-a"]);
  });

  test("tells how far back the copy reaches afterwards, by every snapshot that is on the target", async () => {
    const carries = { from: "fast", to: "archive", datasets: ["apps", "mail"] };
    const snapshots = [
      ["mine", 4],
      ["tierwatch-a", 2],
      ["tierwatch-b", 3],
      [TODAY, 23],
    ] as const;
    const { outcome, calls } = await prune(both(snapshots), carries);
    expect(destroyed(calls)).toHaveLength(4);
    const reach = { versions: 2, oldestAt: "2026-11-04T02:00:00.000Z", newestAt: "2026-11-23T02:00:00.000Z" };
    const told = { tier: "archive", at: "2026-11-23T02:00:00.500Z", ...reach };
    expect(outcome.depths).toEqual([
      { dataset: "apps", ...told },
      { dataset: "mail", ...told },
    ]);
    // It asks ZFS nothing more for that.
    expect((await prune(both(snapshots))).calls).toEqual(calls);
  });

  test("counts what it could not destroy", async () => {
    const carries = { from: "fast", to: "archive", datasets: ["apps"] };
    const target: Answer = [
      "zfs destroy archive/apps@tierwatch-b",
      { exitCode: 1, stderr: "cannot destroy snapshot: dataset is busy\n" },
    ];
    const snapshots = both([
      ["tierwatch-a", 1],
      ["tierwatch-b", 2],
      [TODAY, 23],
    ]);
    const { outcome } = await prune([target, ...snapshots], carries);
    expect(outcome).toMatchObject({
      status: "warned",
      depths: [{ versions: 2, oldestAt: "2026-11-02T02:00:00.000Z", newestAt: "2026-11-23T02:00:00.000Z" }],
    });
  });

  test("destroys nothing where no policy is named", async () => {
    const { calls } = await run(
      both([
        ["tierwatch-a", 2],
        [TODAY, 23],
      ]),
    );
    expect(destroyed(calls)).toEqual([]);
  });
});

describe("doctor asks whether reading the target changes it", () => {
  const PROPERTIES = "zfs get -H -o value atime,readonly";
  const SOURCE: Answer = ["zfs list -H -o name fast/apps", { stdout: "fast/apps\n" }];
  const check = async (answers: readonly Answer[]) => {
    const prepared = zfsSend.prepare({ source: "fast/apps", target: "archive/apps" });
    if (!prepared.ok) throw new Error("these settings are good");
    const [source, ...target] = await prepared.value.check(played([SOURCE, ...answers], NOW).context);
    expect(source).toEqual({ what: "dataset fast/apps is there" });
    return target;
  };

  test.each([
    ["off", "off"],
    ["on", "on"],
    ["-", "off"],
  ])("and finds no fault with atime=%s, readonly=%s", async (atime, readonly) => {
    const found = await check([[`${PROPERTIES} archive/apps`, { stdout: `${atime}\n${readonly}\n` }]]);
    expect(found).toEqual([{ what: "reading archive/apps does not change it" }]);
  });

  test("and says what to do with atime=on, readonly=off", async () => {
    const [found] = await check([[`${PROPERTIES} archive/apps`, { stdout: "on\noff\n" }]]);
    expect(found?.fault).toMatch(/the next receive fails; run: zfs set readonly=on archive\/apps$/);
  });

  test("and looks at what a target will inherit that is not there yet", async () => {
    const [found] = await check([
      [`${PROPERTIES} archive/apps`, gone("archive/apps")],
      [`${PROPERTIES} archive`, { stdout: "on\noff\n" }],
    ]);
    expect(found?.fault).toMatch(/run: zfs set atime=off archive$/);
  });

  test("and tells what keeps it from looking, but leaves a missing program to others", async () => {
    const hung = { timedOut: true, signal: "SIGTERM" };
    expect((await check([[PROPERTIES, hung]]))[0]?.fault).toContain("no answer in time");
    expect(await check([[PROPERTIES, { startError: "there is no program `zfs` on the PATH" }]])).toEqual([]);
  });
});

test("a name that ZFS would take for an option is refused", () => {
  expect(zfsSend.prepare({ source: "-F", target: "archive/apps" }).ok).toBe(false);
  expect(zfsSend.prepare({ source: "fast/apps", target: "archive/apps@x" }).ok).toBe(false);
});
