/**
 * `kind = "certificate"`: how many days a certificate has left, from a PEM file or as a server shows it to who connects by TLS.
 * The reading is named after the job, `certificate.JOB.days_left`; of a chain the first to end counts.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod/mini";
import type { Reading } from "../../protocol/heartbeat.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { filled } from "../config/fields.ts";
import { reasonOf } from "../files.ts";
import { type Certificate, parsePem, shownBy } from "./certificate-source.ts";
import type { JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";

const DAY_MS = 86_400_000;

const settings = z
  .strictObject({
    /** A PEM file; a chain is looked at whole. */
    file: z.optional(filled),
    /** As in "nas.example.org:443". */
    server: z.optional(z.string().check(z.regex(/^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):\d{1,5}$/, 'write "HOST:PORT"'))),
  })
  .check(
    z.refine(({ file, server }) => (file === undefined) !== (server === undefined), {
      error: "write either `file` or `server`",
      path: ["file"],
    }),
  );

export const certificate = defineKind({
  settings,
  programs: () => [],
  check: async (own, context) => {
    const what = own.server ?? own.file ?? "";
    const found = await read(own, context);
    return [found.ok ? { what: `${what} shows a certificate` } : { what, fault: found.failure }];
  },
  run: look,
});

type Settings = z.infer<typeof settings>;

async function look(own: Settings, context: KindContext): Promise<JobOutcome> {
  const found = await read(own, context);
  if (!found.ok) return { status: "failed", reason: found.failure };
  const reading = daysLeft(context.job, found.value, context.now());
  context.log(reading.text);
  return { status: "succeeded", exitCode: 0, readings: [reading] };
}

async function read(
  own: Settings,
  context: Pick<KindContext, "folder">,
): Promise<Result<readonly Certificate[], string>> {
  if (own.server !== undefined) return shownBy(own.server);
  const path = resolve(context.folder, own.file ?? "");
  try {
    const found = parsePem(readFileSync(path, "utf8"));
    return found.length > 0 ? ok(found) : failed(`${path} holds no certificate: it is no PEM file`);
  } catch (error) {
    return failed(`${path}: ${reasonOf(error)}`);
  }
}

/** The reading of a chain, of which there is at least one; whole days, so that the last day is 0. */
export function daysLeft(job: string, chain: readonly Certificate[], now: number): Reading {
  const first = chain.reduce((soonest, one) => (one.endsAt < soonest.endsAt ? one : soonest));
  const days = Math.floor((first.endsAt - now) / DAY_MS);
  const begins = Math.max(...chain.map(({ beginsAt }) => beginsAt));
  const ends = `of ${first.subject} ends on ${new Date(first.endsAt).toISOString().slice(0, 10)}`;
  const base = { name: `certificate.${job}.days_left`, value: days, unit: "days" };
  if (begins > now) {
    const day = new Date(begins).toISOString().slice(0, 10);
    return {
      ...base,
      verdict: "critical",
      text: `${job}: the certificate holds only from ${day} on; is this machine's clock right?`,
    };
  }
  if (first.endsAt <= now)
    return { ...base, verdict: "critical", text: `${job}: the certificate ${ends.replace("ends", "ended")}` };
  return { ...base, verdict: "ok", text: `${job}: the certificate ${ends}, in ${days} days` };
}
