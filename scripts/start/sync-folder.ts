/**
 * The `sync` job where Syncthing carries: asks the sending side for a scan, and waits until the receiver holds everything.
 * usage: sync-folder.ts URL FOLDER RECEIVER SECONDS, with the API key in SYNCTHING_KEY
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";

const POLL_MS = 200;
const completion = z.object({ needItems: z.number(), needDeletes: z.number() });
const connections = z.object({ connections: z.record(z.string(), z.object({ connected: z.boolean() })) });

const [url = "", folder = "", receiver = "", seconds = ""] = process.argv.slice(2);
const headers = { "X-API-Key": process.env.SYNCTHING_KEY ?? "" };

async function ask(path: string, method = "GET"): Promise<Response> {
  const answer = await fetch(url + path, { method, headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).trim()}`);
  return answer;
}

/** What the receiver still lacks, in words; empty when it has all. */
async function lacking(): Promise<string> {
  const found = z.parse(connections, await (await ask("/rest/system/connections")).json());
  if (found.connections[receiver]?.connected !== true) return "the receiver is not connected";
  const path = `/rest/db/completion?folder=${folder}&device=${receiver}`;
  const { needItems, needDeletes } = z.parse(completion, await (await ask(path)).json());
  const items = needItems + needDeletes;
  return items === 0 ? "" : `the receiver still lacks ${items} items`;
}

try {
  await ask(`/rest/db/scan?folder=${folder}`, "POST");
  const until = Date.now() + Number(seconds) * 1000;
  let left = await lacking();
  while (left !== "") {
    if (Date.now() > until) throw new Error(`${left} after ${seconds} s`);
    await sleep(POLL_MS);
    left = await lacking();
  }
  console.log("the receiver holds everything");
} catch (error) {
  console.error(`sync failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
