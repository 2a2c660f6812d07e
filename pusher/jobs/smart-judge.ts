/**
 * From a disk's answer to readings. Pure. What is a number is judged by the plan's `thresholds` or the worker's own levels;
 * here has its verdict only what is bad as such. Names: `nvme.NAME.…` and `disk.NAME.…`, NAME being the last part of the path.
 */
import type { Reading, Verdict } from "../../protocol/heartbeat.ts";
import type { DiskAnswer, NvmeLog } from "./smart-answer.ts";

/** Bits of smartctl's exit code, smartctl(8), "EXIT STATUS". */
export const EXIT = { commandLine: 1, open: 2, command: 4, failing: 8, belowThreshold: 16, selfTest: 128 } as const;

/** Bits of an NVMe disk's critical warning, in its own order. */
const WARNINGS = [
  "its spare blocks run out",
  "it is too hot or too cold",
  "it is no longer reliable",
  "it takes no more writes",
  "its backup power failed",
  "its persistent memory is read-only",
];

/** Every reading of a disk that answered. `name` is the disk's. */
export function judgeDisk(name: string, disk: DiskAnswer): Reading[] {
  const base = `${disk.isNvme ? "nvme" : "disk"}.${name}`;
  const told = disk.label === "" ? `disk ${name}` : `disk ${name} (${disk.label})`;
  const number = (of: string, value: number | null, unit: string, says: (value: number) => string): Reading[] =>
    value === null
      ? []
      : [
          {
            name: `${base}.${of}`,
            value,
            ...(unit === "" ? {} : { unit }),
            verdict: "ok",
            text: `${told} ${says(value)}`,
          },
        ];
  return [
    healthReading(`${base}.health`, told, disk),
    ...(disk.nvme === null ? [] : nvmeReadings(base, told, disk.nvme, number)),
    ...number("reallocated_sectors", disk.reallocatedSectors, "", (n) => `has given up ${n} bad sectors`),
    ...number("pending_sectors", disk.pendingSectors, "", (n) => `has ${n} sectors that it could not read`),
    ...number("uncorrectable_sectors", disk.uncorrectableSectors, "", (n) => `found ${n} sectors beyond repair`),
    ...number("temperature", disk.temperature, "°C", (degrees) => `has ${degrees} °C`),
  ];
}

type NumberReading = (of: string, value: number | null, unit: string, says: (value: number) => string) => Reading[];

function nvmeReadings(base: string, told: string, log: NvmeLog, number: NumberReading): Reading[] {
  return [
    ...number("percentage_used", log.percentageUsed, "%", (used) => `has used ${used} % of its rated endurance`),
    ...spareReading(base, told, log),
    ...number("media_errors", log.mediaErrors, "", (n) => `could not read or write its data whole ${n} times`),
    ...number("critical_warning", log.criticalWarning, "", (bits) => `warns: ${warningsOf(bits)}`),
  ];
}

/** The maker's own threshold is what the disk itself goes by. */
function spareReading(base: string, told: string, { availableSpare, availableSpareThreshold }: NvmeLog): Reading[] {
  if (availableSpare === null) return [];
  const out = availableSpareThreshold !== null && availableSpare <= availableSpareThreshold;
  const limit = out ? `, and its maker's limit is ${availableSpareThreshold} %` : "";
  const text = `${told} has ${availableSpare} % of its spare blocks left${limit}`;
  const verdict: Verdict = out ? "critical" : "ok";
  return [{ name: `${base}.available_spare`, value: availableSpare, unit: "%", verdict, text }];
}

function warningsOf(bits: number): string {
  const named = WARNINGS.filter((_, bit) => (bits & (1 << bit)) !== 0);
  if (bits === 0) return "nothing";
  return named.length === 0 ? `code ${bits}` : named.join(", ");
}

function healthReading(name: string, told: string, disk: DiskAnswer): Reading {
  const { exitBits, passed, failingNow } = disk;
  const named = failingNow.length === 0 ? "" : ` (${failingNow.join(", ")})`;
  if (passed === false || (exitBits & EXIT.failing) !== 0) {
    return { name, value: "FAILING", verdict: "critical", text: `${told} says that it is failing${named}: replace it` };
  }
  if ((exitBits & EXIT.belowThreshold) !== 0) {
    const text = `${told} is below its maker's limits${named}: be ready to replace it`;
    return { name, value: "BELOW_LIMITS", verdict: "critical", text };
  }
  if ((exitBits & EXIT.selfTest) !== 0) {
    const text = `${told}: a self-test found errors; \`smartctl --log=selftest\` shows them`;
    return { name, value: "SELF_TEST_FAILED", verdict: "warning", text };
  }
  if ((exitBits & EXIT.command) !== 0 && passed === null) {
    const text = `${told} did not answer every question; its health is not known`;
    return { name, value: "UNKNOWN", verdict: "warning", text };
  }
  // An error log with old entries (bit 6), and attributes that were once bad (bit 5), stay so for ever.
  return { name, value: "PASSED", verdict: "ok", text: `${told} calls itself healthy` };
}

/** The reading of a disk that cannot be opened: pulled, dead, or named wrongly. */
export function missingReading(name: string, path: string, why: string): Reading {
  const base = path.includes("nvme") ? "nvme" : "disk";
  return { name: `${base}.${name}.health`, value: "MISSING", verdict: "critical", text: `disk ${name}: ${why}` };
}
