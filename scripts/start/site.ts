/**
 * The reference site as folders: tiers fast, archive, staging and offsite; `apps` is born in fast, `photos` in archive.
 * Its applications write between the nights, so that every night has something new to carry.
 */
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { picture } from "./picture.ts";

/** Files of each dataset. What is written later takes their places in turn: the demo may run for days. */
const RECORDS = 40;
const PHOTOS = 16;
/** How many of each an evening brings. */
const NEW_RECORDS = 5;
const NEW_PHOTOS = 2;
const HOUR_SECONDS = 3_600;

export interface Tiers {
  readonly fast: string;
  readonly archive: string;
  readonly staging: string;
  readonly offsite: string;
}

/** Makes the tiers below `site` and fills both datasets, with files an hour older than `now` (milliseconds). */
export function layOut(site: string, now: number): Tiers {
  const tier = (name: string) => join(site, name);
  const tiers = { fast: tier("fast"), archive: tier("archive"), staging: tier("staging"), offsite: tier("offsite") };
  for (const path of [join(tiers.archive, "apps"), tiers.staging, tiers.offsite]) mkdirSync(path, { recursive: true });
  const files = [
    ...Array.from({ length: RECORDS }, (_, index) => writeRecord(tiers, index, 0)),
    ...Array.from({ length: PHOTOS }, (_, index) => writePhoto(tiers, index, 0)),
  ];
  for (const file of files) utimesSync(file, now / 1000 - HOUR_SECONDS, now / 1000 - HOUR_SECONDS);
  return tiers;
}

/** What the applications write in the evening before a night. */
export function liveOn(tiers: Tiers, night: number): void {
  for (let i = 0; i < NEW_RECORDS; i++) writeRecord(tiers, (night * NEW_RECORDS + i) % RECORDS, night);
  for (let i = 0; i < NEW_PHOTOS; i++) writePhoto(tiers, (night * NEW_PHOTOS + i) % PHOTOS, night);
}

function writeRecord({ fast }: Tiers, index: number, night: number): string {
  const lines = Array.from({ length: 100 + index }, (_, line) => {
    return JSON.stringify({ record: index, line, night, amount: ((line + 7) * (night + 3) * (index + 11)) % 9_973 });
  });
  return write(join(fast, "apps", `ledger-${index % 4}`, `record-${index}.jsonl`), `${lines.join("\n")}\n`);
}

function writePhoto({ archive }: Tiers, index: number, night: number): string {
  return write(join(archive, "photos", "2026", `photo-${index}.png`), picture(night * PHOTOS + index));
}

function write(file: string, content: string | Buffer): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
