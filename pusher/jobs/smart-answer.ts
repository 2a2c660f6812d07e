/** Parses what `smartctl --json --all DEVICE` and `smartctl --json --scan` say (smartmontools 7, smartctl(8)). Pure. */
import * as z from "zod/mini";

const count = z.optional(z.number());

/** SMART / Health Information log, NVM Express base specification 2.0, figure 208. */
const nvmeLog = z.object({
  critical_warning: count,
  available_spare: count,
  available_spare_threshold: count,
  percentage_used: count,
  media_errors: count,
});

const attribute = z.object({
  id: z.number(),
  name: z.string(),
  /** `now` while it is at its maker's threshold, `past` when it once was. */
  when_failed: z.optional(z.string()),
  /** The value may have several numbers packed into it; the string has the first of them first. */
  raw: z.object({ string: z.string() }),
});

const answer = z.object({
  smartctl: z.object({
    exit_status: z.number(),
    messages: z.optional(z.array(z.object({ string: z.string(), severity: z.optional(z.string()) }))),
  }),
  device: z.optional(z.object({ protocol: z.optional(z.string()) })),
  model_name: z.optional(z.string()),
  serial_number: z.optional(z.string()),
  smart_status: z.optional(z.object({ passed: z.optional(z.boolean()) })),
  temperature: z.optional(z.object({ current: count })),
  nvme_smart_health_information_log: z.optional(nvmeLog),
  ata_smart_attributes: z.optional(z.object({ table: z.array(attribute) })),
  scsi_grown_defect_list: count,
});

const scan = z.object({ devices: z.optional(z.array(z.object({ name: z.string(), type: z.string() }))) });

export interface NvmeLog {
  readonly criticalWarning: number | null;
  readonly availableSpare: number | null;
  readonly availableSpareThreshold: number | null;
  readonly percentageUsed: number | null;
  readonly mediaErrors: number | null;
}

export interface DiskAnswer {
  /** The bits of smartctl's exit code: 1, 2 and 4 are troubles of asking, the others are states of the disk. */
  readonly exitBits: number;
  /** What smartctl said of its troubles. */
  readonly messages: readonly string[];
  /** `INTEL SSDPEKNW010T8 BTNH93710FS91P0B`; empty when it does not say. */
  readonly label: string;
  readonly isNvme: boolean;
  /** The disk's own judgement of itself. */
  readonly passed: boolean | null;
  readonly temperature: number | null;
  readonly nvme: NvmeLog | null;
  /** Names of attributes that are at their maker's threshold now. */
  readonly failingNow: readonly string[];
  readonly reallocatedSectors: number | null;
  readonly pendingSectors: number | null;
  readonly uncorrectableSectors: number | null;
}

/** What smartctl answered about one disk, or null when the text is none of its answers. */
export function parseDisk(text: string): DiskAnswer | null {
  const parsed = z.safeParse(answer, jsonOf(text));
  if (!parsed.success) return null;
  const { smartctl, device, model_name, serial_number, smart_status, temperature, ...logs } = parsed.data;
  const log = logs.nvme_smart_health_information_log;
  const table = logs.ata_smart_attributes?.table ?? [];
  const raw = (id: number) => rawOf(table.find((one) => one.id === id)?.raw.string);
  return {
    exitBits: smartctl.exit_status,
    messages: (smartctl.messages ?? []).map((message) => message.string),
    label: [model_name, serial_number].filter((part) => part !== undefined).join(" "),
    isNvme: log !== undefined || device?.protocol === "NVMe",
    passed: smart_status?.passed ?? null,
    temperature: temperature?.current ?? null,
    nvme: log === undefined ? null : nvmeOf(log),
    failingNow: table.filter(({ when_failed }) => when_failed === "now").map(({ name }) => name),
    // Numbers of attributes: 5 and 197, 198 mean the same on every maker's disks. SAS disks count grown defects instead.
    reallocatedSectors: raw(5) ?? logs.scsi_grown_defect_list ?? null,
    pendingSectors: raw(197),
    uncorrectableSectors: raw(198),
  };
}

function nvmeOf(log: z.infer<typeof nvmeLog>): NvmeLog {
  return {
    criticalWarning: log.critical_warning ?? null,
    availableSpare: log.available_spare ?? null,
    availableSpareThreshold: log.available_spare_threshold ?? null,
    percentageUsed: log.percentage_used ?? null,
    mediaErrors: log.media_errors ?? null,
  };
}

function rawOf(shown: string | undefined): number | null {
  const digits = /^\d+/.exec(shown ?? "")?.[0];
  return digits === undefined ? null : Number(digits);
}

export interface Device {
  readonly path: string;
  /** What smartctl has to be told with `-d`; absent when it finds out by itself. */
  readonly type?: string;
}

/** The devices of a scan; null when the text is none of smartctl's answers. */
export function parseScan(text: string): Device[] | null {
  const parsed = z.safeParse(scan, jsonOf(text));
  if (!parsed.success) return null;
  return (parsed.data.devices ?? []).map(({ name, type }) => ({ path: name, type }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
