/** `npm run share -- make --name kitchen`: links that show what is public of private sites, and the end of them. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import { name as siteName } from "../protocol/fields.ts";
import { label } from "../protocol/owner/sign-in.ts";
import type { Doer } from "../worker/store/audit.ts";
import { endShares, putShare } from "../worker/store/share-sql.ts";
import { spelledOut } from "../worker/store/spelled.ts";
import { LIST_SQL, listLines, makeKey, revokedCount } from "./share-sql.ts";
import { type Called, callWrangler, canReach } from "./wrangler.ts";

const USAGE = `usage: npm run share -- make --name NAME [--site SITE]... [--local]
       npm run share -- list [--local]
       npm run share -- revoke --name NAME [--local]
  NAME    what you call the link, in up to 60 characters
  SITE    a site that it shows; without any it shows every site, those to come as well
  --local the worker of \`wrangler dev\` in this folder; else the one on Cloudflare`;

const LOCAL_URL = "http://localhost:8787/";

interface Wanted {
  readonly verb: "make" | "list" | "revoke";
  readonly name: string;
  readonly sites: readonly string[] | null;
  readonly where: "--local" | "--remote";
}

function readWanted(argv: readonly string[]): Wanted | undefined {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { name: { type: "string" }, site: { type: "string", multiple: true }, local: flag } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const [verb, ...rest] = positionals;
    if (rest.length > 0 || (verb !== "make" && verb !== "list" && verb !== "revoke")) return undefined;
    if (verb !== "list" && !label.safeParse(values.name).success) return undefined;
    const sites = values.site ?? null;
    if (sites !== null && (verb !== "make" || !sites.every((site) => siteName.safeParse(site).success)))
      return undefined;
    return { verb, name: (values.name ?? "").trim(), sites, where: values.local ? "--local" : "--remote" };
  } catch {
    return undefined;
  }
}

const settings = z.object({ vars: z.optional(z.object({ PAGE_URL: z.optional(z.url()) })) });

function pageUrl(where: Wanted["where"]): string {
  if (where === "--local") return LOCAL_URL;
  const { vars } = settings.parse(parse(readFileSync("wrangler.toml", "utf8")));
  return vars?.PAGE_URL ?? "https://YOUR-WORKER.workers.dev/";
}

function execute(sql: string, where: Wanted["where"]): Called {
  return callWrangler(["d1", "execute", "DB", where, "--yes", "--json", "--command", sql]);
}

function doer(): Doer {
  return { by: userInfo().username, through: "command" };
}

function make({ name, sites, where }: Wanted, now: number): number {
  const { key, ...made } = makeKey(randomBytes);
  const stored = execute(
    putShare({ ...made, name, sites }, doer(), now)
      .map(spelledOut)
      .join("; "),
    where,
  );
  if (!stored.ok) return failed(stored);
  const at = pageUrl(where);
  console.log(`The link "${name}" shows names, states and ages of ${sites?.join(", ") ?? "every site"} to whoever has it:

    ${new URL(`/?key=${key}`, at)}

It is shown this once. Feeds take the same key (docs/FEEDS.md), for instance

    ${new URL(`/incidents.atom?key=${key}`, at)}

It ends with: npm run share -- revoke --name "${name}"`);
  return 0;
}

function list({ where }: Wanted): number {
  const found = execute(LIST_SQL, where);
  if (!found.ok) return failed(found);
  console.log(listLines(found.stdout).join("\n") || "There is no such link.");
  return 0;
}

function revoke({ name, where }: Wanted, now: number): number {
  const done = execute(endShares({ name }, doer(), now).map(spelledOut).join("; "), where);
  if (!done.ok) return failed(done);
  const count = revokedCount(done.stdout);
  if (count === 0) console.error(`There is no link "${name}". npm run share -- list shows them.`);
  else console.log(`Revoked: whoever has the link "${name}" sees what everybody sees.`);
  return count === 0 ? 1 : 0;
}

function failed({ lastLines }: Called): number {
  console.error(`${lastLines}\n\nThat did not reach the database. Was the worker deployed, and its database migrated?`);
  return 1;
}

function main(argv: readonly string[], now: number): number {
  const wanted = readWanted(argv);
  if (wanted === undefined) {
    console.error(USAGE);
    return 2;
  }
  if (!canReach(wanted.where)) return 1;
  if (wanted.verb === "make") return make(wanted, now);
  return wanted.verb === "list" ? list(wanted) : revoke(wanted, now);
}

process.exitCode = main(process.argv.slice(2), Date.now());
