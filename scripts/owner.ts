/** `npm run owner -- NAME [--local | --remote] [--remove]`: a one-time link that makes somebody an owner, or the end of that. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import { OWNER_CODE_BITS, OWNER_CODE_TTL_SECONDS } from "../protocol/owner/sign-in.ts";
import type { Doer } from "../worker/store/audit.ts";
import { invitation, removal } from "../worker/store/owner-sql.ts";
import { spelledOut } from "../worker/store/spelled.ts";
import { makeCode } from "./one-time-code.ts";
import { callWrangler, canReach } from "./wrangler.ts";

const USAGE = `usage: npm run owner -- [NAME] [--remote | --local] [--url URL] [--remove]
  prints a link that is good once, for a quarter of an hour: whoever opens it makes a passkey, and is NAME from then on
  NAME is what the audit trail calls you: letters, digits, dots and hyphens (your login name, when nothing is said)
  --remove  locks NAME out instead: passkeys, sessions, tokens and links that were not used yet
  --url     where the page is, if not at PAGE_URL of wrangler.toml
  --remote  the worker on Cloudflare (this is meant when nothing is said)
  --local   the worker of \`wrangler dev\` in this folder, http://localhost:8787`;

/** Where \`wrangler dev\` listens unless told otherwise. Passkeys need a name: 127.0.0.1 would not do. */
const LOCAL_URL = "http://localhost:8787/";

interface Wanted {
  readonly owner: string;
  readonly where: "--local" | "--remote";
  readonly removes: boolean;
  readonly url: string | undefined;
}

const name = z.string().check(z.regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,59}$/u));

function readWanted(argv: readonly string[]): Wanted | undefined {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { local: flag, remote: flag, remove: flag, url: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const owner = name.safeParse(positionals[0] ?? userInfo().username);
    const isWrong = positionals.length > 1 || (values.local && values.remote);
    if (!owner.success || isWrong || (values.url !== undefined && !URL.canParse(values.url))) return undefined;
    const where = values.local ? "--local" : "--remote";
    return { owner: owner.data, where, removes: values.remove, url: values.url };
  } catch {
    return undefined;
  }
}

const settings = z.object({ vars: z.optional(z.object({ PAGE_URL: z.optional(z.url()) })) });

function pageUrl({ url, where }: Wanted): string | undefined {
  if (url !== undefined) return url;
  return where === "--local" ? LOCAL_URL : settings.parse(parse(readFileSync("wrangler.toml", "utf8"))).vars?.PAGE_URL;
}

function main(argv: readonly string[], now: number): number {
  const wanted = readWanted(argv);
  if (wanted === undefined) {
    console.error(USAGE);
    return 2;
  }
  const page = pageUrl(wanted);
  if (page === undefined && !wanted.removes) {
    console.error(
      "PAGE_URL is not set under [vars] in wrangler.toml, so the link cannot be made: set it and deploy, or say --url.",
    );
    return 1;
  }
  if (!canReach(wanted.where)) return 1;
  const doer: Doer = { by: userInfo().username, through: "command" };
  return page === undefined || wanted.removes ? remove(wanted, doer, now) : invite(wanted, page, doer, now);
}

function invite({ owner, where }: Wanted, page: string, doer: Doer, now: number): number {
  const made = makeCode(randomBytes, now, { bits: OWNER_CODE_BITS, ttlSeconds: OWNER_CODE_TTL_SECONDS });
  if (!execute(where, invitation({ ...made, owner }, doer, now).map(spelledOut))) return 1;
  const expires = new Date(made.expiresAt).toISOString().slice(0, 16).replace("T", " ");
  console.log(`For ${owner}, good once, until ${expires} UTC. Open it on the device that you want to sign in with:

    ${new URL("/owner/enroll", page).href}#${made.code}

Whoever opens it first is ${owner}: send it to nobody else.`);
  return 0;
}

function remove({ owner, where }: Wanted, doer: Doer, now: number): number {
  if (!execute(where, removal(owner, doer, now).map(spelledOut))) return 1;
  console.log(`${owner} is locked out: no passkey, session, token or link of that name is good any more.`);
  return 0;
}

function execute(where: Wanted["where"], statements: readonly string[]): boolean {
  const done = callWrangler(["d1", "execute", "DB", where, "--yes", "--command", statements.join("; ")]);
  if (!done.ok) {
    console.error(`${done.lastLines}\n\nNothing was changed. Was the worker deployed, and its database migrated?`);
  }
  return done.ok;
}

process.exitCode = main(process.argv.slice(2), Date.now());
