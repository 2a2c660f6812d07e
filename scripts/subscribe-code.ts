/** `npm run subscribe-code -- --channel phones [--local]`: lets one browser or phone take pushes, once, within an hour. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import { subscribeLink } from "../worker/judge/subscribe-link.ts";
import { inviteBrowser } from "../worker/store/code-sql.ts";
import { spelledOut } from "../worker/store/spelled.ts";
import { makeSubscribeCode } from "./subscription-code.ts";
import { callWrangler, canReach } from "./wrangler.ts";

const USAGE = `usage: npm run subscribe-code -- --channel NAME [--remote | --local]
  NAME is that of a channel of the kind "push" in wrangler.toml, the last part of [vars.CHANNELS.NAME]
  --remote  the worker on Cloudflare (this is meant when nothing is said)
  --local   the worker of \`wrangler dev\` in this folder`;

/** Where \`wrangler dev\` listens unless told otherwise. */
const LOCAL_URL = "http://localhost:8787/";

interface Wanted {
  readonly channel: string;
  readonly where: "--local" | "--remote";
}

function readWanted(argv: readonly string[]): Wanted | undefined {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { channel: { type: "string" }, local: flag, remote: flag } as const;
    const { values } = parseArgs({ args: [...argv], options });
    if (values.channel === undefined || (values.local && values.remote)) return undefined;
    return { channel: values.channel, where: values.local ? "--local" : "--remote" };
  } catch {
    return undefined;
  }
}

const name = z.string().check(z.regex(/^[A-Za-z0-9_-]+$/));
const settings = z.object({
  vars: z.optional(
    z.object({
      PAGE_URL: z.optional(z.url()),
      CHANNELS: z.optional(z.record(z.string(), z.object({ kind: z.optional(z.unknown()) }))),
    }),
  ),
});

/** What wrangler.toml says of push channels, and of the page's address. */
function readSettings(): { readonly pushing: readonly string[]; readonly pageUrl: string | undefined } {
  const { vars } = settings.parse(parse(readFileSync("wrangler.toml", "utf8")));
  const pushing = Object.entries(vars?.CHANNELS ?? {}).flatMap(([key, { kind }]) =>
    kind === "push" && name.safeParse(key).success ? [key] : [],
  );
  return { pushing, pageUrl: vars?.PAGE_URL };
}

function main(argv: readonly string[], now: number): number {
  const wanted = readWanted(argv);
  if (wanted === undefined) {
    console.error(USAGE);
    return 2;
  }
  const { channel, where } = wanted;
  const { pushing, pageUrl } = readSettings();
  if (!pushing.includes(channel)) {
    const known = pushing.length === 0 ? "It has none yet: see docs/CHANNELS.md" : `It has ${pushing.join(", ")}`;
    console.error(`wrangler.toml has no channel "${channel}" of the kind "push". ${known}.`);
    return 1;
  }
  const page = where === "--local" ? LOCAL_URL : pageUrl;
  if (page === undefined) {
    console.error("PAGE_URL is not set under [vars] in wrangler.toml, so the link cannot be made: set it, and deploy.");
    return 1;
  }
  if (!canReach(where)) return 1;
  const made = makeSubscribeCode(randomBytes, now);
  const doer = { by: userInfo().username, through: "command" } as const;
  const sql = inviteBrowser({ ...made, channel }, doer, now)
    .map(spelledOut)
    .join("; ");
  const stored = callWrangler(["d1", "execute", "DB", where, "--yes", "--command", sql]);
  if (!stored.ok) {
    console.error(
      `${stored.lastLines}\n\nThe code was not stored. Was the worker deployed, and its database migrated?`,
    );
    return 1;
  }
  const expires = new Date(made.expiresAt).toISOString().slice(0, 16).replace("T", " ");
  console.log(`For one browser or phone, good once, until ${expires} UTC. Open on it:

    ${subscribeLink(page, made.code)}

On an iPhone or iPad, where the page says so, the code is typed or pasted: ${made.code}`);
  return 0;
}

process.exitCode = main(process.argv.slice(2), Date.now());
