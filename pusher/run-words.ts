/** How a finished run is told where it was started: to a person at a terminal, to a script. */
import type { Run } from "../protocol/heartbeat.ts";
import { sizeText, timeText } from "./progress-line.ts";
import { spoolOf, waiting } from "./spool.ts";

/** `nightly succeeded in 1 min 12 s, 1.2 GB, 340 files`. */
export function endWords(record: Run): string {
  const { job, status, bytes, files } = record;
  const amounts = [
    ...(bytes === undefined ? [] : [sizeText(bytes)]),
    ...(files === undefined ? [] : [`${files} files`]),
  ];
  return [`${job} ${status.replace("_", " ")} in ${timeText(tookMs(record))}`, ...amounts].join(", ");
}

/**
 * The object of `run --json`: the run as the wire tells it (docs/WIRE.md), without the log's tail, and beside it how long it
 * took in `seconds`, and in `delivered` whether the worker holds it; if not, it waits in the spool.
 */
export function scriptRecord(record: Run, state: string): object {
  const { logTail: _, born: __, seen: ___, ...told } = record;
  const waits = waiting(spoolOf(state, () => undefined)).some(({ runId }) => runId === record.id);
  return { ...told, seconds: tookMs(record) / 1000, delivered: !waits };
}

function tookMs({ startedAt, finishedAt }: Run): number {
  return Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt);
}
