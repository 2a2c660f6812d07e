/** A table of the export, part after part, as text that makes one file when it stands one after the other. */
import * as z from "zod/mini";
import { exportJson } from "../../protocol/owner/export.ts";
import type { Ask } from "./ask.ts";

export type Format = "json" | "csv";

export interface Part {
  readonly text: string;
  readonly rows: number;
}

/** Parts until there is none after. A part that cannot be had ends all: half a table is no export. */
export async function* partsOf(ask: Ask, table: string, format: Format): AsyncGenerator<Part> {
  yield* format === "json" ? jsonOf(ask, `/v1/export/${table}`) : csvOf(ask, `/v1/export/${table}/csv`);
}

/** A list with a row a line. */
async function* jsonOf(ask: Ask, path: string): AsyncGenerator<Part> {
  let lead = "[\n";
  let next: string | null = "";
  while (next !== null) {
    const answer = await ask(next === "" ? path : `${path}?${new URLSearchParams({ after: next })}`);
    const part = z.parse(exportJson.answer, await answer.json());
    const lines = part.rows.map((row) => JSON.stringify(row));
    if (lines.length > 0) {
      yield { text: lead + lines.join(",\n"), rows: lines.length };
      lead = ",\n";
    }
    next = part.next;
  }
  yield { text: lead === "[\n" ? "[]\n" : "\n]\n", rows: 0 };
}

const LINK = /<([^>]*)>; rel="next"/;

/** The names of the columns stand above the first part alone. */
async function* csvOf(ask: Ask, path: string): AsyncGenerator<Part> {
  let next: string | undefined = path;
  for (let isFirst = true; next !== undefined; isFirst = false) {
    const answer = await ask(next);
    const text = await answer.text();
    const body = text.slice(text.indexOf("\r\n") + 2);
    yield { text: isFirst ? text : body, rows: countRows(body) };
    next = LINK.exec(answer.headers.get("link") ?? "")?.[1];
  }
}

/** A text may hold line ends within quotes. */
function countRows(csv: string): number {
  return csv.replaceAll(/"(?:[^"]|"")*"/g, "").split("\r\n").length - 1;
}
