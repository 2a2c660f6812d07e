/** `npm run export`: every part of every table becomes one file, or the file is not there and it is said why. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const TOKEN = "a-token-that-may-read";
/** Of the table that breaks, the second part. */
const BROKEN = "broken";

let folder: string;
let server: Server;
let url: string;
let tables: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-export-"));
  tables = ["runs", "plans"];
  server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

const PARTS = [["a", 'b "quoted"'], ["c\r\nd", "e"], ["f"]];

/** The worker, as docs/openapi.json has it: `runs` has three parts, `plans` no row, a broken table fails after its first part. */
function answer(request: IncomingMessage, response: ServerResponse): ServerResponse {
  const { pathname, searchParams } = new URL(request.url ?? "/", url);
  if (request.headers.authorization !== `Bearer ${TOKEN}`) return response.writeHead(401).end();
  if (pathname === "/v1/export") return json(response, { tables });
  const [, , , table = "", format = "json"] = pathname.split("/");
  const part = Number(searchParams.get("after") ?? 0);
  if (table === BROKEN && part > 0) return response.writeHead(503).end();
  const rows = table === "plans" ? [] : (PARTS[part] ?? []);
  const next = table === "plans" || part === PARTS.length - 1 ? null : String(part + 1);
  if (format === "json") return json(response, { rows: rows.map((name) => ({ id: 1, name, gone: null })), next });
  const lines = rows.map((name) => `1,"${name.replaceAll('"', '""')}",\r\n`);
  const link = next === null ? {} : { link: `<${url}${pathname}?after=${next}>; rel="next"` };
  return response.writeHead(200, { "content-type": "text/csv", ...link }).end(["id,name,gone\r\n", ...lines].join(""));
}

function json(response: ServerResponse, value: unknown): ServerResponse {
  return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Not `spawnSync`: the worker that it asks is in this very process. */
function run(args: readonly string[], token: string = TOKEN): Promise<Ran> {
  const env = { ...process.env, TIERWATCH_TOKEN: token };
  const child = spawn(process.execPath, [resolve("scripts/export.ts"), ...args], { env });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (said.stdout += text));
  child.stderr.on("data", (text) => (said.stderr += text));
  return new Promise((done) => child.on("close", (code) => done({ code, ...said })));
}

const written = (name: string) => readFileSync(join(folder, name), "utf8");

describe("npm run export", () => {
  test("writes all parts of each table as one list", async () => {
    const ran = await run(["--to", folder, "--url", url]);
    expect(ran).toEqual({ code: 0, stderr: "", stdout: `runs: 5 rows\nplans: 0 rows\nAll of it is in ${folder}.\n` });
    expect(JSON.parse(written("runs.json"))).toEqual(PARTS.flat().map((name) => ({ id: 1, name, gone: null })));
    expect(JSON.parse(written("plans.json"))).toEqual([]);
    expect(readdirSync(folder).toSorted()).toEqual(["plans.json", "runs.json"]);
  });

  test("writes them as CSV with the names of the columns once, and counts rows, not lines", async () => {
    const ran = await run(["--to", folder, "--as", "csv", "--url", url]);
    expect(ran.stdout).toContain("runs: 5 rows\n");
    const lines = ['1,"a",', '1,"b ""quoted""",', '1,"c\r\nd",', '1,"e",', '1,"f",'];
    expect(written("runs.csv")).toBe(["id,name,gone", ...lines, ""].join("\r\n"));
    expect(written("plans.csv")).toBe("id,name,gone\r\n");
  });

  test("leaves no half table, and says what went wrong", async () => {
    tables = ["plans", BROKEN];
    const ran = await run(["--to", folder, "--url", url]);
    expect(ran).toMatchObject({ code: 1, stderr: `/v1/export/${BROKEN}: the worker answered 503\n` });
    expect(readdirSync(folder)).toEqual(["plans.json"]);
  });

  test("says what to do about a token, and never what it is", async () => {
    const none = await run(["--to", folder, "--url", url], "");
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("make a token that may read") });
    const wrong = await run(["--to", folder, "--url", url], "not-this-one");
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("the worker does not know this token") });
    expect(JSON.stringify([none, wrong])).not.toContain("not-this-one");
  });

  test("says so when nobody is there", async () => {
    const ran = await run(["--to", folder, "--url", "http://127.0.0.1:1"]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("http://127.0.0.1:1 could not be reached") });
  });

  test.each([[[]], [["--to", "x", "--as", "xml"]], [["--to", "x", "--url", "nowhere"]], [["x"]]])(
    "%j is not understood, and asks for nothing",
    async (args) => {
      expect(await run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining("usage: TIERWATCH_TOKEN") });
    },
  );
});
