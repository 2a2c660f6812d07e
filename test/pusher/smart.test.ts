/** What smartctl says of a disk, and what becomes of it: readings whose names the worker has levels for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { smart } from "../../pusher/jobs/smart.ts";
import { levelsOf } from "../../worker/judge/levels.ts";
import { type Answer, played } from "./played.ts";

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/smartctl", `${name}.json`), "utf8");

async function run(answers: readonly Answer[], more: object = {}) {
  const prepared = smart.prepare(more);
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, calls } = played(answers, 0);
  return { outcome: await prepared.value.run(context), calls };
}

/** The readings of one disk that answers so, by the last part of their names. */
async function readings(stdout: string, path = "/dev/disk/by-id/disk-1") {
  const { outcome } = await run([["smartctl", { exitCode: 0, stdout }]], { devices: [path] });
  expect(outcome.status).toBe("succeeded");
  return Object.fromEntries(
    (outcome.readings ?? []).map((one) => [one.name.slice(one.name.lastIndexOf(".") + 1), one]),
  );
}

interface Ata {
  readonly exitBits?: number;
  readonly passed?: boolean;
  readonly attributes?: readonly (readonly [id: number, name: string, raw: string, failed?: string])[];
}

/** As smartctl 7.1 tells of a SATA disk: only what is read here. */
const ata = ({ exitBits = 0, passed = true, attributes = [] }: Ata) =>
  JSON.stringify({
    smartctl: { exit_status: exitBits },
    device: { name: "/dev/sdc", protocol: "ATA" },
    model_name: "HDS721050",
    serial_number: "MSK423",
    smart_status: { passed },
    temperature: { current: 25 },
    ata_smart_attributes: {
      table: attributes.map(([id, name, string, when_failed = ""]) => ({
        id,
        name,
        when_failed,
        raw: { value: 167504969753, string },
      })),
    },
  });

describe("an NVMe disk", () => {
  test("tells its wear, spare, media errors, warnings and temperature, with the disk's name, model and serial", async () => {
    const seen = await readings(fixture("scrutiny-smart-nvme"), "/dev/nvme0");
    expect(Object.values(seen).map(({ name, value, unit, verdict }) => [name, value, unit, verdict])).toEqual([
      ["nvme.nvme0.health", "PASSED", undefined, "ok"],
      ["nvme.nvme0.percentage_used", 0, "%", "ok"],
      ["nvme.nvme0.available_spare", 100, "%", "ok"],
      ["nvme.nvme0.media_errors", 0, undefined, "ok"],
      ["nvme.nvme0.critical_warning", 0, undefined, "ok"],
      ["nvme.nvme0.temperature", 36, "°C", "ok"],
    ]);
    expect(seen.temperature?.text).toBe("disk nvme0 (INTEL SSDPEKNW010T8 BTNH93710FS91P0B) has 36 °C");
  });

  test("is not alarmed about for entries of its error log, of which a good disk has thousands", async () => {
    const seen = Object.values(await readings(fixture("scrutiny-smart-nvme2")));
    expect(seen.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
  });

  test("names what its critical warning says, and holds its spare blocks against its maker's own limit", async () => {
    const log = { critical_warning: 5, available_spare: 30, available_spare_threshold: 30 };
    const text = JSON.stringify({ smartctl: { exit_status: 8 }, nvme_smart_health_information_log: log });
    const seen = await readings(text);
    expect(seen.critical_warning?.text).toMatch(/warns: its spare blocks run out, it is no longer reliable/);
    expect(seen.available_spare).toMatchObject({ value: 30, verdict: "critical" });
    expect(seen.health).toMatchObject({ value: "FAILING", verdict: "critical" });
  });
});

describe("a hard disk", () => {
  test("tells its bad sectors by the first number of what is shown, not by the packed one", async () => {
    const seen = await readings(
      ata({
        attributes: [
          [5, "Reallocated_Sector_Ct", "1975 (0 8)"],
          [197, "Current_Pending_Sector", "8"],
          [198, "Offline_Uncorrectable", "0"],
        ],
      }),
    );
    expect(Object.values(seen).map(({ name, value }) => [name, value])).toEqual([
      ["disk.disk-1.health", "PASSED"],
      ["disk.disk-1.reallocated_sectors", 1975],
      ["disk.disk-1.pending_sectors", 8],
      ["disk.disk-1.uncorrectable_sectors", 0],
      ["disk.disk-1.temperature", 25],
    ]);
  });

  test.each<[string, Ata, string, string]>([
    ["bit 3", { exitBits: 8 }, "FAILING", "critical"],
    ["its own judgement", { passed: false }, "FAILING", "critical"],
    ["bit 4", { exitBits: 16 }, "BELOW_LIMITS", "critical"],
    ["bits 3, 4, 6 and 7", { exitBits: 216 }, "FAILING", "critical"],
    ["bit 7", { exitBits: 128 }, "SELF_TEST_FAILED", "warning"],
    ["bits 5 and 6, which stay set for ever", { exitBits: 96 }, "PASSED", "ok"],
  ])("is judged by %s of the exit code", async (_, answer, value, verdict) => {
    expect((await readings(ata(answer))).health).toMatchObject({ value, verdict });
  });

  test("that fails is told with the attribute by which it does", async () => {
    const attributes = [[5, "Reallocated_Sector_Ct", "1975", "now"]] as const;
    const { health } = await readings(ata({ exitBits: 24, passed: false, attributes }));
    expect(health?.text).toBe(
      "disk disk-1 (HDS721050 MSK423) says that it is failing (Reallocated_Sector_Ct): replace it",
    );
  });

  test("on SAS counts grown defects", async () => {
    const text = JSON.stringify({ smartctl: { exit_status: 0 }, scsi_grown_defect_list: 56 });
    expect((await readings(text)).reallocated_sectors).toMatchObject({ value: 56 });
  });
});

test("every number that is told has a level in the worker", async () => {
  const attributes = [5, 197, 198].map((id) => [id, "x", "0"] as const);
  const seen = [
    ...Object.values(await readings(fixture("scrutiny-smart-nvme"))),
    ...Object.values(await readings(ata({ attributes }))),
  ];
  const numbers = seen.filter(({ value }) => typeof value === "number");
  expect(numbers).toHaveLength(9);
  expect(numbers.filter(({ name, unit = "" }) => levelsOf(name)?.unit !== unit)).toEqual([]);
});

describe("looking", () => {
  test("without a list asks smartctl for the disks, and tells two of one controller apart", async () => {
    const devices = ["megaraid,0", "megaraid,1"].map((type) => ({ name: "/dev/bus/0", type }));
    const { outcome, calls } = await run([
      ["smartctl --json --scan", { stdout: JSON.stringify({ devices }) }],
      ["smartctl --json --all", { stdout: ata({}) }],
    ]);
    expect(calls.slice(1)).toEqual([
      "smartctl --json --all --device megaraid,0 /dev/bus/0",
      "smartctl --json --all --device megaraid,1 /dev/bus/0",
    ]);
    expect(outcome.readings?.map(({ name }) => name)).toContain("disk.0-1.health");
  });

  test("fails where there is no disk to look at: a guard that guards nothing is none", async () => {
    const { outcome } = await run([["smartctl --json --scan", { stdout: fixture("scan-nothing") }]]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("finds no disk") });
  });

  test("tells of a disk that is gone as critical, and still of the others", async () => {
    const { outcome } = await run(
      [
        ["smartctl --json --all /dev/nvme7", { exitCode: 2, stdout: fixture("no-such-device") }],
        ["smartctl --json --all /dev/sda", { stdout: ata({}) }],
      ],
      { devices: ["/dev/nvme7", "/dev/sda"] },
    );
    expect(outcome).toMatchObject({ status: "succeeded" });
    expect(outcome.readings?.slice(0, 2)).toMatchObject([
      {
        name: "nvme.nvme7.health",
        value: "MISSING",
        verdict: "critical",
        text: expect.stringContaining("No such device"),
      },
      { name: "disk.sda.health", value: "PASSED" },
    ]);
  });

  test.each<[string, Answer[1], RegExp]>([
    ["is no disk", { exitCode: 1, stdout: fixture("unknown-type") }, /Unable to detect device type/],
    [
      "may not be read",
      {
        exitCode: 2,
        stdout:
          '{"smartctl":{"exit_status":2,"messages":[{"string":"open device: /dev/sda failed: Permission denied"}]}}',
      },
      /needs root/,
    ],
    ["is asked by a smartctl of before JSON", { exitCode: 1, stdout: "UNRECOGNIZED OPTION: json" }, /smartmontools 7/],
    ["hangs", { timedOut: true }, /no answer in 120 s/],
  ])("fails for a device that %s, and says so", async (_, ended, says) => {
    const { outcome } = await run([["smartctl", ended]], { devices: ["/dev/null"] });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
  });
});
