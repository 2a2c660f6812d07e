/** `npm run export -- --to FOLDER`: all that the worker keeps, but secrets, by the owner's API: a file for each table. */
import { mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import { listExport } from "../protocol/owner/export.ts";
import { type Ask, askAt } from "./export/ask.ts";
import { type Format, partsOf } from "./export/parts.ts";
import { writeWhole } from "./export/write.ts";

const USAGE = `usage: TIERWATCH_TOKEN=TOKEN npm run export -- --to FOLDER [--as json | csv] [--url URL | --local]
  writes a file for each table into FOLDER, in place of those of an export before
  TOKEN    may read; the page /owner/access makes one. It is read from the environment alone
  --as     json, if nothing is said
  --url    where the worker is, if not at PAGE_URL of wrangler.toml
  --local  the worker of \`wrangler dev\` in this folder, http://localhost:8787`;

const LOCAL_URL = "http://localhost:8787/";

interface Wanted {
  readonly folder: string;
  readonly format: Format;
  readonly url: string | undefined;
}

function readWanted(argv: readonly string[]): Wanted | undefined {
  try {
    const text = { type: "string" } as const;
    const options = { to: text, as: text, url: text, local: { type: "boolean", default: false } } as const;
    const { values } = parseArgs({ args: [...argv], options });
    const { to, as: format = "json", local } = values;
    if (to === undefined || (format !== "json" && format !== "csv")) return undefined;
    if (values.url !== undefined && (local || !URL.canParse(values.url))) return undefined;
    return { folder: resolve(to), format, url: local ? LOCAL_URL : (values.url ?? pageUrl()) };
  } catch {
    return undefined;
  }
}

const settings = z.object({ vars: z.optional(z.object({ PAGE_URL: z.optional(z.url()) })) });

function pageUrl(): string | undefined {
  return settings.parse(parse(readFileSync("wrangler.toml", "utf8"))).vars?.PAGE_URL;
}

async function main(argv: readonly string[], token: string | undefined): Promise<number> {
  const wanted = readWanted(argv);
  if (wanted === undefined) return failed(USAGE, 2);
  const { folder, format, url } = wanted;
  if (url === undefined) return failed("PAGE_URL is not set under [vars] in wrangler.toml: set it, or say --url.", 1);
  if (token === undefined || token === "") {
    return failed("TIERWATCH_TOKEN is not set: make a token that may read on the page /owner/access, and set it.", 1);
  }
  try {
    await exportAll(askAt(url, token), folder, format);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error), 1);
  }
  return 0;
}

/** A newer worker may have more tables than this script was written with. */
const known = z.object({ tables: z.array(z.string().check(z.regex(/^[a-z_]+$/))) });

async function exportAll(ask: Ask, folder: string, format: Format): Promise<void> {
  const { tables } = z.parse(known, await (await ask(listExport.path)).json());
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const table of tables) {
    const rows = await writeWhole(folder, `${table}.${format}`, partsOf(ask, table, format));
    console.log(`${table}: ${rows} ${rows === 1 ? "row" : "rows"}`);
  }
  console.log(`All of it is in ${folder}.`);
}

function failed(sentence: string, code: number): number {
  console.error(sentence);
  return code;
}

process.exitCode = await main(process.argv.slice(2), process.env.TIERWATCH_TOKEN);
