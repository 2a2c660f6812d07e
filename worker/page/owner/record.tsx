/** `/owner/record`: what owners did, a page at a time. */
import type { readAudit } from "../../../protocol/owner/audit.ts";
import type { AnswerOf } from "../../../protocol/owner/operation.ts";
import { When } from "../time.tsx";
import { ownerPage, type Told } from "./frame.tsx";
import { Row } from "./row.tsx";

type Trail = AnswerOf<typeof readAudit>;

export function recordPage({ entries, next }: Trail, told: Told): string {
  return ownerPage(
    "/owner/record",
    "What was done",
    told,
    <section>
      {entries.length === 0 ? <p>Nothing yet.</p> : null}
      <ul class="entries">
        {entries.map((entry) => (
          <Entry entry={entry} now={told.now} />
        ))}
      </ul>
      {next === null ? null : (
        <p>
          <a href={`/owner/record?after=${next}`}>Older</a>
        </p>
      )}
    </section>,
  );
}

function Entry({ entry, now }: { entry: Trail["entries"][number]; now: number }) {
  const { at, act, site, subject, by, through, detail } = entry;
  return (
    <Row title={act}>
      {subject} {site === "" ? null : `at ${site}`} {detail === "" ? null : `(${detail})`}
      <br />
      by {by}, through {through}, <When at={Date.parse(at)} now={now} />
    </Row>
  );
}
