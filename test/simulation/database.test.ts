import { expect, test } from "vitest";
import { type Line, openSimulated } from "./world/database.ts";

interface Bound {
  bind(...params: unknown[]): Bound;
  all(): Promise<{ results: unknown[]; meta: { changes: number } }>;
  run(): Promise<{ meta: { changes: number } }>;
  raw(): Promise<unknown[][]>;
  first(column?: string): Promise<unknown>;
}

interface Binding {
  prepare(sql: string): Bound;
  batch(statements: Bound[]): Promise<{ results: unknown[]; meta: { changes: number } }[]>;
}

const straight: Line = async (act) => act();

function isBinding(value: object): value is Binding {
  return "prepare" in value && "batch" in value;
}

/** A database with one small table. */
function opened(line: Line = straight) {
  const database = openSimulated();
  database.look("CREATE TABLE things (id TEXT PRIMARY KEY, n INTEGER)");
  const d1 = database.bindingOver(line);
  if (!isBinding(d1)) throw new Error("no binding");
  const put = (id: string, n: unknown) => d1.prepare("INSERT INTO things VALUES (?, ?)").bind(id, n);
  const count = () => database.look("SELECT count(*) AS n FROM things")[0]?.n;
  return { d1, put, count, look: database.look };
}

test("every migration has been applied", () => {
  const { look } = opened();
  const names = look("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["watches", "incidents", "deliveries", "sweeps", "blinds"]));
});

test("a batch is one transaction: of one that fails nothing is written", async () => {
  const { d1, put, count } = opened();
  await expect(d1.batch([put("a", 1), put("b", 2), put("a", 3)])).rejects.toThrow(/^D1_ERROR: UNIQUE/);
  expect(count()).toBe(0);
  await d1.batch([put("a", 1), put("b", 2)]);
  expect(count()).toBe(2);
});

test("each statement of a batch tells how many rows it changed, also with RETURNING, and a SELECT none", async () => {
  const { d1, put } = opened();
  const answers = await d1.batch([
    put("a", 1),
    put("b", 1),
    d1.prepare("UPDATE things SET n = n + 1 RETURNING id"),
    d1.prepare("SELECT id, n FROM things"),
    d1.prepare("DELETE FROM things WHERE n = ?").bind(7),
  ]);
  expect(answers.map(({ meta }) => meta.changes)).toEqual([1, 1, 2, 0, 0]);
  expect(answers[2]?.results).toEqual([{ id: "a" }, { id: "b" }]);
  expect(answers[3]?.results).toEqual([
    { id: "a", n: 2 },
    { id: "b", n: 2 },
  ]);
});

test("a number is bound as REAL, and becomes whole where the column is", async () => {
  const { d1, put, look } = opened();
  expect(await d1.prepare("SELECT typeof(?) AS type").bind(1).first("type")).toBe("real");
  await put("a", 5).run();
  expect(look("SELECT typeof(n) AS type FROM things")).toEqual([{ type: "integer" }]);
});

test("a row can be had as an object, as values and by one column", async () => {
  const { d1, put } = opened();
  await put("a", 5).run();
  const all = d1.prepare("SELECT id, n FROM things");
  expect(await all.raw()).toEqual([["a", 5]]);
  expect(await all.first()).toEqual({ id: "a", n: 5 });
  expect(await d1.prepare("SELECT id FROM things WHERE n = 6").first()).toBeNull();
});

test("more than 100 parameters are refused, and so is what D1 has no type for", async () => {
  const { d1, put } = opened();
  const marks = (n: number) => Array.from({ length: n }, () => "?").join(", ");
  const sum = (n: number) => d1.prepare(`SELECT ${marks(n)}`).bind(...Array.from({ length: n }, () => 1));
  await expect(sum(100).run()).resolves.toBeDefined();
  await expect(sum(101).run()).rejects.toThrow("D1_ERROR: too many SQL variables");
  expect(() => put("a", undefined)).toThrow("D1_TYPE_ERROR");
});

test("an error before the statement leaves nothing, one after it leaves all", async () => {
  const lost = () => Promise.reject(new Error("Network connection lost."));
  const before = opened(lost);
  await expect(before.put("a", 1).run()).rejects.toThrow("Network connection lost");
  expect(before.count()).toBe(0);
  const after = opened(async (act) => {
    act();
    return lost();
  });
  await expect(after.put("a", 1).run()).rejects.toThrow("Network connection lost");
  expect(after.count()).toBe(1);
});
