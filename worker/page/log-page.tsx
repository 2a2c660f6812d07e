/** The end of one run's log, as its host sent it: for the owner alone. */
import type { LoggedRun } from "../judge/past-run.ts";
import { span } from "../judge/words.ts";
import { documentOf, Layout } from "./layout.tsx";
import { jobPath } from "./paths.ts";
import { When } from "./time.tsx";

interface Named {
  readonly site: string;
  readonly host: string;
  readonly job: string;
}

export function logPage({ site, host, job }: Named, run: LoggedRun & { readonly log: string }, now: number): string {
  const { status, startedAt, finishedAt, reason, exitCode, signal } = run;
  const took = finishedAt === null ? "" : ` after ${span(finishedAt - startedAt)}`;
  const exit = signal !== null ? `, by ${signal}` : exitCode === null ? "" : `, exit code ${exitCode}`;
  return documentOf(
    <Layout title={`Tierwatch: a run of ${job} on ${host}`} renews={false} stale={false} aside={null} foot={null}>
      <div class="head-of">
        <p class="note">
          <a href={jobPath(site, host, job)}>
            {job} on {host}
          </a>
        </p>
        <h1>
          The run of <When at={startedAt} now={now} />
        </h1>
        <p class="loss">
          {status.replace("_", " ")}
          {took}
          {exit}
          {reason === null ? "" : `: ${reason}`}
        </p>
      </div>
      <section>
        <h2>The end of its log</h2>
        {run.log === "" ? <p>Nothing was sent.</p> : <pre>{run.log}</pre>}
      </section>
    </Layout>,
  );
}
