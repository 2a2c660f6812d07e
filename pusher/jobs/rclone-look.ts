/** The look at the source of `kind = "rclone"`, with the job's own filters, before anything is carried. */
import { MARKER_FILE } from "../marker.ts";
import { hasExited, unfinished } from "./ending.ts";
import type { JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import { lines } from "./lines.ts";
import { ofOtherCalls } from "./rclone-options.ts";
import { rcloneTrouble } from "./rclone-trouble.ts";

const EXIT_NOT_FOUND = 3;
/** Only with --error-on-no-transfer, and a look transfers nothing: all was well. */
export const EXIT_NOTHING_MOVED = 9;

export interface Source {
  /** Absent when the source could not be listed to its end, which the carrying will tell the reason of. */
  readonly files?: number;
  /** Paths of the markers in it, as far as they were seen. */
  readonly markers: readonly string[];
}

/** Lists the source; an outcome when nothing may be done. */
export async function lookAt(
  source: string,
  options: readonly string[],
  env: Readonly<Record<string, string>>,
  context: KindContext,
): Promise<Source | JobOutcome> {
  const markers: string[] = [];
  let files = 0;
  const listing = lines((path) => {
    files += 1;
    if (path.split("/").at(-1) === MARKER_FILE) markers.push(path);
    return true;
  });
  const argv = ["rclone", "lsf", source, "--recursive", "--files-only", ...ofOtherCalls(options)];
  const ended = await context.exec(argv, { env, cwd: context.folder, quietErrors: true, onStdout: listing.push });
  listing.end();
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode, stderr } = ended;
  if (exitCode === EXIT_NOT_FOUND || /unknown (shorthand )?flag/.test(stderr)) {
    return { status: "failed", exitCode, reason: rcloneTrouble(exitCode, stderr) };
  }
  if (exitCode !== 0 && exitCode !== EXIT_NOTHING_MOVED) return { markers };
  if (files > markers.length) return { files, markers };
  const reason = `${source} holds no file at all: is it mounted? Nothing was copied, nothing deleted`;
  return { status: "failed", reason, files };
}
