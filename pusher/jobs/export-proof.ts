/** What proves a dump: that it is not empty, that it ends as its format ends, and that a command takes it. */
import { statSync } from "node:fs";
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { argv } from "../config/fields.ts";
import { environment } from "./environment.ts";
import { FORMATS, type Format, faultOf } from "./export-formats.ts";
import type { Ended, JobContext } from "./job.ts";

export const proofSettings = {
  format: z.optional(z.enum(FORMATS, `write one of ${FORMATS.map((one) => `"${one}"`).join(", ")}`)),
  /** Takes a dump as `{file}` and ends with 0 when it can be restored. */
  check: z.optional(
    argv.check(
      z.refine((words) => words.some((word) => word.includes("{file}")), "has no {file}: it says which dump to check"),
    ),
  ),
  /** Added to the environment of every command of the job; `file:PATH` and `env:NAME` are secrets by reference. */
  env: environment,
};

interface Proof {
  readonly format?: Format | undefined;
  readonly check?: readonly string[] | undefined;
}

/** Answers the bytes of a dump that is good, or what is wrong with it, to be read after "... but". The file has to be there. */
export async function prove(
  { format, check }: Proof,
  path: string,
  env: Readonly<Record<string, string>>,
  context: Pick<JobContext, "exec">,
): Promise<Result<number, string>> {
  const { size } = statSync(path);
  if (size === 0) return failed("its dump is empty");
  const fault = format === undefined ? null : await faultOf(path, format);
  if (fault !== null) return failed(fault);
  if (check === undefined) return ok(size);
  const ended = await context.exec(
    check.map((word) => word.replaceAll("{file}", path)),
    { env },
  );
  return ended.exitCode === 0 ? ok(size) : failed(`the check did not take the dump: ${whyOf(check[0] ?? "", ended)}`);
}

/** What the program said of its end: the first line of its errors that sounds like one, else the last. */
export function whyOf(program: string, { startError, timedOut, exitCode, signal, stderr }: Ended): string {
  if (startError !== undefined) return startError;
  if (timedOut) return `${program} was killed: its time was up`;
  const lines = stderr.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  const said = lines.find((line) => /error|fatal|denied|failed|no space/i.test(line)) ?? lines.at(-1);
  const end = exitCode === undefined ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
  return said === undefined ? `${program} ${end}` : `${program} ${end}: ${said}`;
}
