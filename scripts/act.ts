/** `npm run act -- ACT …`: the owner's silences, pauses, acknowledgements and snoozes, put into the worker's database. */
import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { type Request, readRequest, USAGE } from "./act/asked.ts";
import { type Known, listing, missing, readKnown } from "./act/known.ts";
import { lookSql, statementsOf } from "./act/sql.ts";
import { callWrangler, canReach } from "./wrangler.ts";

/** The longest that the worker takes to notice: its clocks sweep each minute. */
const NOTICED = "The worker's next sweep, within a minute, goes by it.";

function execute(where: string, sql: string) {
  return callWrangler(["d1", "execute", "DB", where, "--yes", "--json", "--command", sql]);
}

function main(argv: readonly string[], now: number): number {
  const request = readRequest(argv, now);
  if (!request.ok) {
    console.error(request.failure === "" ? USAGE : request.failure);
    return 2;
  }
  const { site, where, asked } = request.value;
  if (!canReach(where)) return 1;
  const looked = execute(where, lookSql(site, now));
  if (!looked.ok) {
    console.error(`${looked.lastLines}\n\nNothing was changed. Was the worker deployed, and its database migrated?`);
    return 1;
  }
  const known = readKnown(looked.stdout);
  const fault = missing(asked, site, known);
  if (fault !== undefined) {
    console.error(fault);
    return 1;
  }
  return carryOut(request.value, known, now);
}

function carryOut({ site, where, asked }: Request, known: Known, now: number): number {
  if (asked.act === "list") {
    console.log(listing(known).join("\n"));
    return 0;
  }
  const id = randomBytes(4).toString("hex");
  const done = execute(where, statementsOf(asked, site, userInfo().username, id, now).join("; "));
  if (!done.ok) {
    console.error(`${done.lastLines}\n\nNothing was changed.`);
    return 1;
  }
  const held = asked.act === "silence" || asked.act === "pause";
  console.log(held ? `${asked.act} ${id}: \`npm run act -- end ${id} --site ${site}\` ends it. ${NOTICED}` : NOTICED);
  return 0;
}

process.exitCode = main(process.argv.slice(2), Date.now());
