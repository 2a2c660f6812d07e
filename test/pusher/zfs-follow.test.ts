/** Looking after a replication that another tool does: what counts is which snapshots ZFS has on both sides. */
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { zfsFollow } from "../../pusher/jobs/zfs-follow.ts";
import { type Answer, played } from "./played.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const HOUR = 3_600_000;
const SNAPSHOTS = "zfs get -H -p -d 1 -o name,property,value creation,createtxg,guid,userrefs,clones";
const TOKEN = "zfs get -H -o value receive_resume_token";

/** A snapshot by its name, its guid and the hours since it was taken. */
type Made = readonly [name: string, guid: number, hoursAgo: number];

const listing = (dataset: string, snapshots: readonly Made[]) =>
  snapshots
    .map(([name, guid, hours], txg) => {
      const of = `${dataset}@${name}`;
      const creation = (NOW - hours * HOUR) / 1000;
      return `${of}\tguid\t${guid}\n${of}\tcreatetxg\t${txg}\n${of}\tcreation\t${creation}\n`;
    })
    .join("");

const NIGHT: readonly Made[] = [
  ["autosnap_2026-11-22_00:00:01_daily", 1, 36],
  ["syncoid_nas_2026-11-23:02:00:01-GMT00:00", 2, 10],
];

interface Case {
  readonly source?: readonly Made[];
  readonly target?: readonly Made[];
  readonly answers?: readonly Answer[];
  readonly settings?: object;
  readonly carries?: KindContext["carries"];
}

async function run({ source = NIGHT, target = NIGHT, answers = [], settings = {}, carries }: Case = {}) {
  const prepared = zfsFollow.prepare({ source: "fast/apps", target: "archive/apps", max_age: "26h", ...settings });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls } = played(
    [
      ...answers,
      [`${SNAPSHOTS} fast/apps`, { stdout: listing("fast/apps", source) }],
      [`${SNAPSHOTS} archive/apps`, { stdout: listing("archive/apps", target) }],
      [TOKEN, { stdout: "-\n" }],
    ],
    NOW,
  );
  return { outcome: await prepared.value.run(carries === undefined ? context : { ...context, carries }), calls };
}

describe("zfs-follow", () => {
  test("succeeds with how far the target is behind, and changes nothing", async () => {
    const { outcome, calls } = await run();
    expect(outcome).toEqual({
      status: "succeeded",
      exitCode: 0,
      readings: [
        {
          name: "dataset.archive/apps.behind",
          value: 10,
          unit: "h",
          verdict: "ok",
          text: "archive/apps is 10 h behind: its newest snapshot of fast/apps is @syncoid_nas_2026-11-23:02:00:01-GMT00:00",
        },
      ],
    });
    expect(calls.filter((call) => !call.startsWith("zfs get"))).toEqual([]);
  });

  test("goes by the guid: a snapshot of the same name may be another", async () => {
    const impostor = NIGHT.map(([name, guid, hours]): Made => [name, guid + 10, hours]);
    const { outcome } = await run({ target: impostor });
    expect(outcome.reason).toBe(
      "archive/apps has no snapshot in common with fast/apps: its replication cannot go on from anything",
    );
  });

  test("is not deceived by snapshots that the target's own machine takes", async () => {
    const { outcome } = await run({
      target: [
        ["old", 1, 36],
        ["autosnap_hourly", 99, 0],
      ],
    });
    expect(outcome).toMatchObject({ status: "failed", readings: [{ value: 36, verdict: "critical" }] });
  });

  test("says whether it is the carrying that stands still, or the taking of snapshots", async () => {
    const carrying = await run({ target: NIGHT.slice(0, 1) });
    expect(carrying.outcome.reason).toMatch(
      /36 h behind.*26 h are allowed; fast\/apps has newer ones that were not carried$/,
    );
    const taking = await run({ source: NIGHT.slice(0, 1), target: NIGHT.slice(0, 1) });
    expect(taking.outcome.reason).toMatch(/nobody takes snapshots of fast\/apps any more$/);
  });

  test("names a receive that broke off as what may be in the way", async () => {
    const token: Answer = [TOKEN, { stdout: "1-abc\n" }];
    expect((await run({ answers: [token], target: NIGHT.slice(0, 1) })).outcome.reason).toMatch(
      /a receive .* broke off/,
    );
    expect((await run({ answers: [token] })).outcome.status).toBe("succeeded");
  });

  test.each([
    ["fast/apps", "dataset does not exist", /^fast\/apps does not exist$/],
    ["archive/apps", "dataset does not exist", /^archive\/apps does not exist$/],
    ["archive/apps", "pool I/O is currently suspended", /I\/O is suspended/],
  ])("fails when %s: %s, where syncoid ends with 0", async (dataset, why, says) => {
    const gone: Answer = [`${SNAPSHOTS} ${dataset}`, { exitCode: 1, stderr: `cannot open '${dataset}': ${why}\n` }];
    const { outcome } = await run({ answers: [gone] });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
  });

  test("fails when nothing was ever carried", async () => {
    expect((await run({ target: [] })).outcome.reason).toMatch(/^archive\/apps has no snapshot at all/);
  });

  test("warns of a clock that makes old snapshots look fresh", async () => {
    const ahead: readonly Made[] = [["autosnap", 1, -960]];
    const { outcome } = await run({ source: ahead, target: ahead });
    expect(outcome).toMatchObject({ status: "warned", reason: expect.stringContaining("from the future") });
  });

  test("tells how far back the copy reaches, by every snapshot of the target", async () => {
    const carries = { from: "fast", to: "archive", datasets: ["apps"] };
    const target: readonly Made[] = [["yearly", 77, 9000], ...NIGHT];
    const { outcome } = await run({ target, carries });
    expect(outcome.depths).toMatchObject([
      { dataset: "apps", tier: "archive", versions: 3, newestAt: "2026-11-23T02:00:00.000Z" },
    ]);
  });

  test("asks the target's machine by ssh", async () => {
    const there: Answer = ["ssh", { exitCode: 255, stderr: "Host key verification failed." }];
    const { outcome, calls } = await run({ answers: [there], settings: { ssh: { host: "nas2" } } });
    expect(outcome.reason).toMatch(/host key is not known/);
    expect(calls.at(-1)).toMatch(/^ssh .* -- nas2 env .* zfs get /);
  });
});
