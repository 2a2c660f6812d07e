/** `npm run enroll-code -- --site home --host corenas [--local]`: lets one host enrol, once, within 15 minutes. */
import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { name } from "../protocol/fields.ts";
import { inviteHost } from "../worker/store/code-sql.ts";
import { spelledOut } from "../worker/store/spelled.ts";
import { makeEnrollmentCode, type Place } from "./enrollment-code.ts";
import { callWrangler, canReach } from "./wrangler.ts";

const USAGE = `usage: npm run enroll-code -- --site SITE --host HOST [--rotate] [--remote | --local]
  SITE and HOST are names: lower-case letters, digits and inner hyphens
  --rotate  the host gets a new key: with the code's use every other key of it is revoked
  --remote  the worker on Cloudflare (this is meant when nothing is said)
  --local   the worker of \`wrangler dev\` in this folder`;

interface Wanted extends Place {
  readonly where: "--local" | "--remote";
  readonly replaces: boolean;
}

function readWanted(argv: readonly string[]): Wanted | undefined {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = {
      site: { type: "string" },
      host: { type: "string" },
      local: flag,
      remote: flag,
      rotate: flag,
    } as const;
    const { values } = parseArgs({ args: [...argv], options });
    const [site, host] = [name.safeParse(values.site), name.safeParse(values.host)];
    if (!site.success || !host.success || (values.local && values.remote)) return undefined;
    const where = values.local ? "--local" : "--remote";
    return { site: site.data, host: host.data, where, replaces: values.rotate };
  } catch {
    return undefined;
  }
}

function main(argv: readonly string[], now: number): number {
  const wanted = readWanted(argv);
  if (wanted === undefined) {
    console.error(USAGE);
    return 2;
  }
  if (!canReach(wanted.where)) return 1;
  const made = makeEnrollmentCode(randomBytes, now);
  const doer = { by: userInfo().username, through: "command" } as const;
  const code = { ...made, site: wanted.site, host: wanted.host, replaces: wanted.replaces };
  const sql = inviteHost(code, doer, now).map(spelledOut).join("; ");
  const stored = callWrangler(["d1", "execute", "DB", wanted.where, "--yes", "--command", sql]);
  if (!stored.ok) {
    console.error(
      `${stored.lastLines}\n\nThe code was not stored. Was the worker deployed, and its database migrated?`,
    );
    return 1;
  }
  const expires = new Date(made.expiresAt).toISOString().slice(0, 19).replace("T", " ");
  console.log(`Code for host ${wanted.host} of site ${wanted.site}, good once, until ${expires} UTC:

    ${made.code}

On ${wanted.host}, beside its pusher.toml:

    node pusher.mjs enroll ${made.code}`);
  return 0;
}

process.exitCode = main(process.argv.slice(2), Date.now());
