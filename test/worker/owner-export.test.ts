/** What an owner takes with them: the audit trail and all data, a page at a time, without a secret. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { EXPORT_TABLES } from "../../protocol/owner/export.ts";
import { hashOf } from "../../worker/routes/hash.ts";
import { columnsOf, LEFT_OUT } from "../../worker/store/export.ts";
import { type OwnedSite, ownedSite } from "./owned-site.ts";
import { request, START } from "./support.ts";

let site: OwnedSite;
beforeEach(async () => {
  site = await ownedSite();
});
const as: OwnedSite["as"] = (...asked) => site.as(...asked);

test("the trail is read a page at a time, the newest first, and misses nothing of one instant", async () => {
  for (let i = 0; i < 250; i++) {
    await env.DB.prepare("INSERT INTO audit VALUES (?, 'note', 'home', ?, 'anna', 'session', '')")
      .bind(START + Math.floor(i / 7), `n${i}`)
      .run();
  }
  const subjects: string[] = [];
  let query: Record<string, string> = {};
  for (;;) {
    const { said } = await as("readAudit", { query });
    const { entries, next } = said as { entries: { subject: string; at: string }[]; next: string | null };
    expect(entries.map(({ at }) => at)).toEqual(
      entries
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    subjects.push(...entries.map(({ subject }) => subject));
    if (next === null) break;
    query = { after: next };
  }
  expect(new Set(subjects).size).toBe(250);
  expect(subjects).toHaveLength(250);
  expect((await as("readAudit", { query: { after: "x" } })).status).toBe(400);
});

describe("the export", () => {
  const names = async (sql: string): Promise<string[]> => {
    const { results } = await env.DB.prepare(sql).all<{ name: string }>();
    return results.map(({ name }) => name);
  };

  test("has every table and column, or leaves it out on purpose", async () => {
    const own = "name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'd1_migrations'";
    const tables = await names(`SELECT name FROM sqlite_master WHERE type = 'table' AND ${own} ORDER BY name`);
    for (const table of tables) {
      if (table in LEFT_OUT) continue;
      const known = EXPORT_TABLES.find((one) => one === table);
      expect([table, known]).toEqual([table, table]);
      const columns = await names(`SELECT name FROM pragma_table_info('${table}')`);
      const kept = columns.filter((column) => !(`${table}.${column}` in LEFT_OUT));
      expect([table, ...(known === undefined ? [] : columnsOf(known)).toSorted()]).toEqual([table, ...kept.toSorted()]);
    }
    expect(tables.length).toBeGreaterThan(15);
  });

  test("goes through a table page by page, as JSON and as CSV, and reads what it answers", async () => {
    const { said: list } = await as("listExport");
    for (const table of (list as { tables: string[] }).tables) {
      expect((await as("exportJson", { params: { table } })).status).toBe(200);
      expect((await as("exportCsv", { params: { table } })).status).toBe(200);
    }
    await env.DB.prepare(
      `INSERT INTO runs SELECT 'home', 'nas', 'job-' || (value / 90), 'id-' || value, value, 'succeeded', 1, 2, 3, '{"a":"b,c"}'
       FROM json_each(?)`,
    )
      .bind(JSON.stringify(Array.from({ length: 250 }, (_, i) => i)))
      .run();
    const ids: unknown[] = [];
    let query: Record<string, string> = {};
    for (;;) {
      const { said } = await as("exportJson", { params: { table: "runs" }, query });
      const { rows, next } = said as { rows: { id: string }[]; next: string | null };
      ids.push(...rows.map(({ id }) => id));
      if (next === null) break;
      query = { after: next };
    }
    expect([ids.length, new Set(ids).size]).toEqual([250, 250]);
    const { said, headers } = await as("exportCsv", { params: { table: "runs" } });
    const lines = String(said).split("\r\n");
    expect(lines[0]).toBe("site,host,job,id,seq,status,started_at,finished_at,received_at,detail");
    expect(lines[1]).toBe('home,nas,job-0,id-0,0,succeeded,1,2,3,"{""a"":""b,c""}"');
    expect(lines).toHaveLength(102);
    const [, link = ""] = /^<https:\/\/tierwatch.example(.*)>; rel="next"$/.exec(headers.get("link") ?? "") ?? [];
    const second = await (await request(link, { headers: site.anna }, START)).text();
    expect(second.split("\r\n")).toHaveLength(102);
    expect(second).not.toContain("id-0,");
  });

  test("gives a spreadsheet nothing to run", async () => {
    await env.DB.prepare("INSERT INTO audit VALUES (1, 'note', '=1+1', '-2', 'anna', '@x', 'a\"b')").run();
    const { said } = await as("exportCsv", { params: { table: "audit" } });
    expect(said).toContain('1,note,\'=1+1,\'-2,anna,\'@x,"a""b"\r\n');
  });

  test("holds no secret and no hash of one", async () => {
    const made = await as("makeToken", { body: { name: "t", may: "read" } });
    const secret = (made.said as { token: string }).token.split(".")[1] ?? "";
    const { said } = await as("exportJson", { params: { table: "tokens" } });
    expect(said).toMatchObject({ rows: [{ name: "t" }] });
    expect(JSON.stringify(said)).not.toContain(await hashOf(secret));
  });

  test("goes on only from where a page of the same table ended", async () => {
    for (const after of ["x", btoa("[1]").replace(/=/g, ""), btoa("{}")]) {
      expect((await as("exportJson", { params: { table: "runs" }, query: { after } })).status).toBe(400);
    }
    expect((await as("exportJson", { params: { table: "sessions" } })).status).toBe(400);
  });
});
