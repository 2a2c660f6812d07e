/** The runs of a job, the newest first: when each began, how it ended, what it carried, and why it did not end well. */
import type { RunStatus } from "../../protocol/heartbeat.ts";
import type { LoggedRun } from "../judge/past-run.ts";
import { size, span } from "../judge/words.ts";
import { Icon, type Mark } from "./icons.tsx";
import { When } from "./time.tsx";

interface Props {
  readonly runs: readonly LoggedRun[];
  /** Whether what they carried and why they failed is told. */
  readonly isOwner: boolean;
  /** Where the end of a run's log is. */
  readonly logOf: (id: string) => string;
  /** The page of older runs; null when there are none. */
  readonly older: string | null;
  readonly now: number;
}

const MARKS: Record<RunStatus, Mark> = {
  succeeded: "ok",
  warned: "degraded",
  failed: "failed",
  timed_out: "failed",
  skipped: "paused",
  started: "pending",
};

export function Runs({ runs, isOwner, logOf, older, now }: Props) {
  return (
    <section>
      {runs.length === 0 ? (
        <p class="note">No run was told yet.</p>
      ) : (
        <table class="runs">
          <caption>Runs</caption>
          <thead>
            <tr>
              <th scope="col">Began</th>
              <th scope="col">Ended</th>
              <th scope="col">Took</th>
              {isOwner ? <th scope="col">Carried</th> : null}
              {isOwner ? <th scope="col">What it said</th> : null}
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row run={run} isOwner={isOwner} logOf={logOf} now={now} />
            ))}
          </tbody>
        </table>
      )}
      {older === null ? null : (
        <p class="older">
          <a href={older}>Older runs</a>
        </p>
      )}
    </section>
  );
}

function Row({ run, isOwner, logOf, now }: Pick<Props, "isOwner" | "logOf" | "now"> & { run: LoggedRun }) {
  const { id, status, startedAt, finishedAt, reason, hasLog } = run;
  return (
    <tr>
      <th scope="row">
        <When at={startedAt} now={now} />
      </th>
      <td data-label="Ended">
        <span class={`status s-${MARKS[status]}`}>
          <Icon mark={MARKS[status]} />
          {status === "started" ? "not told yet" : status.replace("_", " ")}
        </span>
        {isOwner ? <LateWords run={run} /> : null}
      </td>
      <td data-label="Took">{finishedAt === null ? "–" : span(finishedAt - startedAt)}</td>
      {isOwner ? <td data-label="Carried">{carried(run)}</td> : null}
      {isOwner ? (
        <td data-label="What it said">
          {reason ?? (hasLog ? null : "–")} {hasLog ? <a href={logOf(id)}>end of its log</a> : null}
        </td>
      ) : null}
    </tr>
  );
}

/** A report that came so much later than the end was late itself. */
const LATE_MS = 900_000;

function LateWords({ run: { finishedAt, receivedAt } }: { run: LoggedRun }) {
  if (finishedAt === null || receivedAt - finishedAt < LATE_MS) return null;
  return <span class="note">told {span(receivedAt - finishedAt)} later</span>;
}

function carried({ bytes, files, deletions, errors }: LoggedRun): string {
  const parts = [
    bytes === null ? [] : [size(bytes)],
    files === null ? [] : [`${files} files`],
    deletions === null || deletions === 0 ? [] : [`${deletions} deleted`],
    errors === null || errors === 0 ? [] : [`${errors} errors`],
  ];
  return parts.flat().join(", ") || "–";
}
