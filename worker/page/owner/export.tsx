/**
 * `/owner/export`: all data to take away, a table at a time. The page's script (public/export.js) follows the parts of a table
 * and makes one file of them; without it each part is a file of its own, and leads to the next.
 */
import type { ExportTable } from "../../../protocol/owner/export.ts";
import { ownerPage, type Told } from "./frame.tsx";

const FORMATS = [
  ["json", "JSON"],
  ["csv", "CSV"],
] as const;

/** What a table holds, in a few words. */
const WHAT: Readonly<Record<ExportTable, string>> = {
  watches: "hosts, jobs and copies: what is expected of them, and how they stand",
  plans: "what each host means to do, as it told last",
  loosenings: "plans that watched less than the one before",
  keys: "public keys of hosts",
  runs: "what jobs did, with the end of their logs",
  markers: "which data was seen where, and when it was born",
  incidents: "what went wrong, from when to when, and your notes",
  deliveries: "alerts, to whom, and how that ended",
  acts: "silences and pauses",
  blinds: "times in which nobody looked",
  channels: "when each last delivered, and what is wrong with it",
  drills: "who confirmed that alerts arrive",
  subscriptions: "browsers that take pushes, without their addresses",
  passkeys: "who signs in with what",
  tokens: "of programs, without the tokens",
  shares: "links that show sites, without their keys",
  audit: "what owners did",
};

export function exportPage(tables: readonly ExportTable[], told: Told): string {
  return ownerPage(
    "/owner/export",
    "Take your data away",
    told,
    <>
      <p class="loss">All that Tierwatch keeps, but secrets. Instants are milliseconds since 1970.</p>
      <p id="all" class="acts" hidden>
        {FORMATS.map(([format, label]) => (
          <button type="button" data-format={format} class={format === "json" ? undefined : "quiet"}>
            Everything as {label}
          </button>
        ))}
      </p>
      <p id="progress" role="status" class="told" />
      <ul class="tables">
        {tables.map((table) => (
          <li>
            <span>
              {table}
              <span class="note">{WHAT[table]}</span>
            </span>
            {FORMATS.map(([format, label]) => (
              <a
                href={`/owner/export/parts?table=${table}`}
                data-table={table}
                data-format={format}
                aria-label={`${table} as ${label}`}
              >
                {label}
              </a>
            ))}
          </li>
        ))}
      </ul>
      <section>
        <h2>By a program</h2>
        <p class="told">
          <code>TIERWATCH_TOKEN=… npm run export -- --to FOLDER</code> writes a file for each table. It needs a token
          that may read, from <a href="/owner/access">Who gets in</a>.
        </p>
      </section>
    </>,
    <script type="module" src="/export.js" />,
  );
}

/** One part of a table: where it begins, which it is, and where the next begins. */
export interface Part {
  readonly table: ExportTable;
  readonly after: string | null;
  readonly number: number;
  readonly rows: number;
  readonly next: string | null;
}

export function partPage({ table, after, number, rows, next }: Part, told: Told): string {
  const isWhole = number === 1 && next === null;
  const search = after === null ? "" : `?after=${after}`;
  return ownerPage(
    null,
    isWhole ? `All of ${table}` : `${table}, part ${number}`,
    told,
    <>
      <p class="told">
        {rows === 1 ? "One row." : `${rows} rows.`} {next === null ? (isWhole ? null : "This is the last part.") : null}
      </p>
      <p class="ways">
        <a href={`/v1/export/${table}${search}`} download={`tierwatch-${table}-${number}.json`}>
          {isWhole ? "As JSON" : "This part as JSON"}
        </a>
        <a href={`/v1/export/${table}/csv${search}`} download={`tierwatch-${table}-${number}.csv`}>
          {isWhole ? "As CSV" : "This part as CSV"}
        </a>
      </p>
      {next === null ? null : (
        <p class="ways">
          <a href={`/owner/export/parts?${new URLSearchParams({ table, after: next, part: String(number + 1) })}`}>
            Then part {number + 1}
          </a>
        </p>
      )}
      <p class="ways">
        <a href="/owner/export">Back to the tables</a>
      </p>
    </>,
  );
}
