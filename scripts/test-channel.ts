/**
 * `npm run test-channel -- NAME [--remote | --local]`: sends a real test through one channel, and says how it ended. It puts
 * a delivery into the worker's database, and the worker's next sweep sends it, as it would send an alert.
 */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import { spelledOut } from "../worker/store/spelled.ts";
import { putTest, testOutcomes } from "../worker/store/test-delivery-sql.ts";
import { callWrangler, canReach } from "./wrangler.ts";

const USAGE = `usage: npm run test-channel -- NAME [--remote | --local]
  NAME is that of a channel in wrangler.toml, the last part of [vars.CHANNELS.NAME]
  --remote  the worker on Cloudflare (this is meant when nothing is said)
  --local   the worker of \`wrangler dev\` in this folder`;

const POLL_MS = 5_000;
/** Two sweeps, and the time that a slow provider may take. */
const WAIT_MAX_MS = 150_000;

interface Wanted {
  readonly channel: string;
  readonly where: "--local" | "--remote";
}

function readWanted(argv: readonly string[]): Wanted | undefined {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { local: flag, remote: flag } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const [channel, ...more] = positionals;
    if (channel === undefined || more.length > 0 || (values.local && values.remote)) return undefined;
    return { channel, where: values.local ? "--local" : "--remote" };
  } catch {
    return undefined;
  }
}

const settings = z.object({
  vars: z.optional(z.object({ CHANNELS: z.optional(z.record(z.string(), z.unknown())) })),
});

/** Names of the channels in wrangler.toml. */
function channelNames(): string[] {
  return Object.keys(settings.parse(parse(readFileSync("wrangler.toml", "utf8"))).vars?.CHANNELS ?? {});
}

const rows = z.array(
  z.object({
    results: z.array(z.object({ state: z.string(), last_error: z.nullable(z.string()), attempts: z.number() })),
  }),
);

/** How the delivery stands; undefined when the database could not be asked, or nothing was tried yet. */
function outcome(
  channel: string,
  at: number,
  where: Wanted["where"],
): { state: string; error: string | null } | undefined {
  const sql = spelledOut(testOutcomes(channel, at));
  const asked = callWrangler(["d1", "execute", "DB", where, "--yes", "--json", "--command", sql]);
  if (!asked.ok) return undefined;
  const targets = rows.parse(JSON.parse(asked.stdout))[0]?.results ?? [];
  if (targets.some(({ state, last_error }) => state === "pending" && last_error === null)) return undefined;
  // Of several browsers the one that did not get it is the news.
  const row = targets.find(({ state }) => state !== "delivered") ?? targets[0];
  return row && { state: row.state, error: row.last_error };
}

async function main(argv: readonly string[], now: number): Promise<number> {
  const wanted = readWanted(argv);
  if (wanted === undefined) {
    console.error(USAGE);
    return 2;
  }
  const { channel, where } = wanted;
  const names = channelNames();
  if (!names.includes(channel)) {
    const known = names.length === 0 ? "It has no channel yet" : `It has ${names.join(", ")}`;
    console.error(`wrangler.toml has no channel "${channel}" under [vars.CHANNELS]. ${known}.`);
    return 1;
  }
  if (!canReach(where)) return 1;
  const doer = { by: userInfo().username, through: "command" } as const;
  const sql = putTest(channel, doer, ", with npm run test-channel", now).map(spelledOut).join("; ");
  const stored = callWrangler(["d1", "execute", "DB", where, "--yes", "--command", sql]);
  if (!stored.ok) {
    console.error(
      `${stored.lastLines}\n\nThe test was not stored. Was the worker deployed, and its database migrated?`,
    );
    return 1;
  }
  console.log(`The test waits for the worker's next sweep, which comes within a minute …`);
  return told(channel, await ended(channel, where, now));
}

async function ended(channel: string, where: Wanted["where"], now: number): Promise<ReturnType<typeof outcome>> {
  for (;;) {
    const found = outcome(channel, now, where);
    if (found !== undefined || Date.now() - now > WAIT_MAX_MS) return found;
    await sleep(POLL_MS);
  }
}

function told(channel: string, found: ReturnType<typeof outcome>): number {
  if (found === undefined) {
    console.error(`Nothing happened within ${WAIT_MAX_MS / 1000} s: does the worker sweep? See /healthz.`);
    return 1;
  }
  if (found.state === "delivered") {
    console.log(`The provider behind ${channel} took it. Did it arrive?`);
    return 0;
  }
  const next = found.state === "pending" ? "The worker will try again." : "The worker will not try again.";
  console.error(`${channel} did not take it: ${found.error ?? "no reason is known"}. ${next}`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2), Date.now());
