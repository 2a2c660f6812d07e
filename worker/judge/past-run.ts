/** A run as the log of runs keeps it, and what of it everybody may see: when it was and how it ended. */
import type { RunStatus } from "../../protocol/heartbeat.ts";

export interface LoggedRun {
  readonly id: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  /** Null while it runs. */
  readonly finishedAt: number | null;
  /** When its end, or its start, was told. */
  readonly receivedAt: number;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly bytes: number | null;
  readonly files: number | null;
  readonly deletions: number | null;
  readonly errors: number | null;
  readonly hasLog: boolean;
}

/** Field by field, as judge/public.ts does it: what is added above does not compile until it is decided here. */
export function publicRun({ status, startedAt, finishedAt }: LoggedRun): LoggedRun {
  return {
    id: "",
    status,
    startedAt,
    finishedAt,
    receivedAt: finishedAt ?? startedAt,
    reason: null,
    exitCode: null,
    signal: null,
    bytes: null,
    files: null,
    deletions: null,
    errors: null,
    hasLog: false,
  };
}
