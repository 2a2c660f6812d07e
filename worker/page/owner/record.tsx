/** `/owner/record`: what owners did, a page at a time, and all data to take away. */
import type { readAudit } from "../../../protocol/owner/audit.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { When } from "../time.tsx";
import { ownerPage, type Told } from "./frame.tsx";

type Trail = AnswerOf<typeof readAudit>;

export function recordPage({ entries, next }: Trail, tables: readonly string[], told: Told): string {
  return ownerPage(
    "/owner/record",
    "Audit and export",
    told,
    <>
      <section>
        <h2>What was done, the newest first</h2>
        {entries.length === 0 ? <p>Nothing yet.</p> : null}
        <ul class="plain">
          {entries.map((entry) => (
            <Entry entry={entry} now={told.now} />
          ))}
        </ul>
        {next === null ? null : (
          <p>
            <a href={`/owner/record?after=${next}`}>Older</a>
          </p>
        )}
      </section>
      <section>
        <h2>All data, to take away</h2>
        <p>The first hundred rows of each table; the answer says where the next are.</p>
        <ul class="plain">
          {tables.map((table) => (
            <li>
              {table}:{" "}
              <a href={`/v1/export/${table}`} aria-label={`${table} as JSON`}>
                JSON
              </a>{" "}
              <a href={`/v1/export/${table}/csv`} aria-label={`${table} as CSV`}>
                CSV
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>,
  );
}

function Entry({ entry, now }: { entry: Trail["entries"][number]; now: number }) {
  const { at, act, site, subject, by, through, detail } = entry;
  return (
    <li>
      <strong>{act}</strong> {subject} {site === "" ? null : `at ${site}`}
      <span class="note">
        by {by}, through {through}, <When at={Date.parse(at)} now={now} /> {detail}
      </span>
    </li>
  );
}
