/** What a run of zfs-snapshot takes and destroys, and what it never destroys. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { zfsSnapshot } from "../../pusher/jobs/zfs-snapshot.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T02:00:00.500Z");
const NEW = "auto-tierwatch-20261123T020000Z";
const SNAPSHOTS = "zfs get -H -p -d 1 -o name,property,value creation,createtxg,guid,userrefs,clones";
const TOKEN = "zfs get -H -o value receive_resume_token";
const HELD = readFileSync(join(import.meta.dirname, "../fixtures/zfs-destroy/held.stderr"), "utf8");

interface Made {
  readonly name: string;
  /** Of November 2026. */
  readonly day: number;
  readonly guid: number;
  readonly held?: boolean;
}

const listing = (dataset: string, snapshots: readonly Made[]) =>
  snapshots
    .map(({ name, day, guid, held }) => {
      const of = {
        creation: Date.UTC(2026, 10, day, 2) / 1000,
        createtxg: guid,
        guid,
        userrefs: held === true ? 1 : 0,
      };
      return Object.entries(of)
        .map(([property, value]) => `${dataset}@${name}\t${property}\t${value}\n`)
        .join("");
    })
    .join("");

const own = (day: number, more: Partial<Made> = {}): Made => ({
  name: `auto-tierwatch-${day}`,
  day,
  guid: day,
  ...more,
});
const today: Made = { name: NEW, day: 23, guid: 23 };

async function run(source: readonly Made[], answers: readonly Answer[] = [], more: object = {}) {
  const prepared = zfsSnapshot.prepare({ dataset: "fast/apps", keep: "two", ...more });
  if (!prepared.ok) throw new Error("these settings are good");
  const all: readonly Answer[] = [
    ...answers,
    [`${SNAPSHOTS} fast/apps`, { stdout: listing("fast/apps", [...source, today]) }],
    ["zfs snapshot", {}],
    ["zfs destroy", {}],
    [TOKEN, { stdout: "-\n" }],
  ];
  const { context, calls } = played(all, NOW, { two: { daily: 2 } });
  const outcome = await prepared.value.run(context);
  return { outcome, calls, destroyed: calls.filter((line) => line.startsWith("zfs destroy")) };
}

const replica = (snapshots: readonly Made[]): Answer => [
  `${SNAPSHOTS} archive/apps`,
  { stdout: listing("archive/apps", snapshots) },
];
const WITH_REPLICA = { replicas: ["archive/apps"] };

describe("zfs-snapshot", () => {
  test("takes one, keeps what the policy keeps, and destroys the rest of its own", async () => {
    const { outcome, calls, destroyed } = await run([own(20), own(21), own(22)]);
    expect(calls[0]).toBe(`zfs snapshot fast/apps@${NEW}`);
    expect(destroyed).toEqual(["zfs destroy fast/apps@auto-tierwatch-20", "zfs destroy fast/apps@auto-tierwatch-21"]);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, deletions: 2 });
  });

  test("leaves what is held, and what zfs-send, sanoid or a person made", async () => {
    const others = ["tierwatch-20261101T020000Z", "autosnap_2026-11-01_00:00:01_daily", "mine"];
    const { destroyed } = await run([
      ...others.map((name, i) => ({ name, day: 1, guid: i + 1 })),
      own(20, { held: true }),
      own(21),
      own(22),
    ]);
    expect(destroyed).toEqual(["zfs destroy fast/apps@auto-tierwatch-21"]);
  });

  test("leaves the newest snapshot that a replica has in common, whatever it is called there", async () => {
    const there = [own(19), { name: "renamed", day: 20, guid: 20 }];
    const { outcome, destroyed } = await run([own(19), own(20), own(21), own(22)], [replica(there)], WITH_REPLICA);
    expect(destroyed).toEqual(["zfs destroy fast/apps@auto-tierwatch-19", "zfs destroy fast/apps@auto-tierwatch-21"]);
    expect(outcome.status).toBe("succeeded");
  });

  test.each<[string, Answer]>([
    ["archive/apps does not exist", [`${SNAPSHOTS} archive/apps`, { exitCode: 1, stderr: "dataset does not exist" }]],
    ["a receive into archive/apps broke off", [`${TOKEN} archive/apps`, { stdout: "1-abc\n" }]],
  ])("destroys nothing, and warns, when %s", async (says, answer) => {
    const { outcome, destroyed } = await run([own(1), own(2)], [answer, replica([own(1)])], WITH_REPLICA);
    expect(destroyed).toEqual([]);
    expect(outcome).toMatchObject({ status: "warned", deletions: 0 });
    expect(outcome.reason).toContain(`nothing was pruned: ${says}`);
  });

  test("asks a ZFS without resume tokens for none", async () => {
    const none: Answer = [TOKEN, { exitCode: 2, stderr: "bad property list: invalid property" }];
    const { outcome } = await run([own(20), own(21), own(22)], [none, replica([own(21)])], WITH_REPLICA);
    expect(outcome).toMatchObject({ status: "succeeded", deletions: 1 });
  });

  test("warns when a snapshot was held while it pruned, and stops", async () => {
    const { outcome, destroyed } = await run([own(1), own(2)], [["zfs destroy", { exitCode: 1, stderr: HELD }]]);
    expect(destroyed).toHaveLength(1);
    expect(outcome).toMatchObject({ status: "warned", reason: expect.stringMatching(/-1 is held: `zfs holds/) });
  });

  test.each([
    [
      { exitCode: 1, stderr: "cannot create snapshot 'x': dataset already exists\n" },
      /snapshot of this second already/,
    ],
    [{ exitCode: 2, stderr: "cannot open 'fast/apps': pool I/O is currently suspended\n" }, /I\/O is suspended/],
    [{ exitCode: 1, stderr: "cannot create snapshot 'x': out of space\n" }, /out of space/],
  ])("fails and destroys nothing when it cannot take one: %s", async (ended, says) => {
    const { outcome, destroyed } = await run([own(1), own(2)], [["zfs snapshot", ended]]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
    expect(destroyed).toEqual([]);
  });

  test("fails when ZFS says that it took one and none stands there", async () => {
    const listed: Answer = [`${SNAPSHOTS} fast/apps`, { stdout: listing("fast/apps", [own(1), own(2)]) }];
    const { outcome, destroyed } = await run([], [listed]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("is not there") });
    expect(destroyed).toEqual([]);
  });
});
