/**
 * `kind = "key"`: how old a key or token file is since it was last written (`key.JOB.age`), and how many days are left until
 * the day on which its maker lets it end (`key.JOB.days_left`). The file is never read.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod/mini";
import type { Reading } from "../../protocol/heartbeat.ts";
import { filled } from "../config/fields.ts";
import { reasonOf } from "../files.ts";
import { defineKind } from "./kind.ts";

const DAY_MS = 86_400_000;

const DAY_FORM = 'write a day in quotes, as in "2027-01-31"';
const day = z.string(DAY_FORM).check(z.refine(isDay, DAY_FORM));

function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

const settings = z
  .strictObject({
    file: z.optional(filled),
    /** The last day on which it works. */
    expires: z.optional(day),
  })
  .check(
    z.refine(({ file, expires }) => file !== undefined || expires !== undefined, {
      error: "write `file`, `expires` or both",
      path: ["file"],
    }),
  );

export const keyAge = defineKind({
  settings,
  programs: () => [],
  check: async ({ file }, context) =>
    file === undefined ? [] : (await import("./check-places.ts")).readable([file], context),
  run: async ({ file, expires }, context) => {
    const readings: Reading[] = [];
    try {
      const path = file === undefined ? undefined : resolve(context.folder, file);
      if (path !== undefined) readings.push(ageReading(context.job, statSync(path).mtimeMs, context.now()));
    } catch (error) {
      return { status: "failed", reason: `${resolve(context.folder, file ?? "")}: ${reasonOf(error)}` };
    }
    if (expires !== undefined) readings.push(leftReading(context.job, expires, context.now()));
    for (const { text } of readings) context.log(text);
    return { status: "succeeded", exitCode: 0, readings };
  },
});

function ageReading(job: string, writtenAt: number, now: number): Reading {
  const value = Math.max(0, Math.floor((now - writtenAt) / DAY_MS));
  return { name: `key.${job}.age`, value, unit: "days", verdict: "ok", text: `${job}: renewed ${value} days ago` };
}

/** Until the end of that day, in UTC; negative when it is over. */
function leftReading(job: string, expires: string, now: number): Reading {
  const value = Math.floor((Date.parse(expires) + DAY_MS - now) / DAY_MS);
  const text = value < 0 ? `${job}: ended on ${expires}` : `${job}: ends on ${expires}, in ${value} days`;
  return { name: `key.${job}.days_left`, value, unit: "days", verdict: value < 0 ? "critical" : "ok", text };
}
