/** Imports run one way: `protocol` ← `judge` ← `store`, `page`, `channels` ← `routes`, `sweep` ← `app`, `index`. */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { violations } from "./architecture.ts";

test("the repository keeps the arrows of the design", () => {
  const paths = globSync("{protocol,worker,pusher,scripts,bench}/**/*.{ts,tsx}");
  expect(paths.length).toBeGreaterThan(50);
  expect(violations(new Map(paths.map((path) => [path, readFileSync(path, "utf8")])))).toEqual([]);
});

/** A file that imports `specifier`, with something of its own. */
const importing = (specifier: string) => `import { x } from "${specifier}";\n\nexport const y = x;\n`;

const broken = (path: string, text: string) => violations(new Map([[path, text]]));

describe("an arrow the wrong way is found:", () => {
  test.each([
    ["protocol/a.ts", "../worker/judge/b.ts"],
    ["protocol/a.ts", "../pusher/b.ts"],
    ["worker/judge/a.ts", "../store/b.ts"],
    ["worker/store/a.ts", "../page/b.tsx"],
    ["worker/page/a.tsx", "../store/b.ts"],
    ["worker/channels/a.ts", "../store/b.ts"],
    ["worker/routes/a.ts", "../channels/b.ts"],
    ["worker/routes/a.ts", "../sweep.ts"],
    ["worker/routes/a.ts", "../app.ts"],
    ["worker/sweep.ts", "./routes/b.ts"],
    ["worker/app.ts", "./channels/b.ts"],
    ["worker/app.ts", "../pusher/run.ts"],
    ["pusher/jobs/a.ts", "../../worker/judge/b.ts"],
    ["worker/sweep.ts", "../scripts/b.ts"],
    ["scripts/a.ts", "../test/house/b.ts"],
  ])("%s → %s", (path, specifier) => {
    expect(broken(path, importing(specifier))).toEqual([expect.stringContaining(`${path} may not import `)]);
  });

  test.each([
    ["worker/judge/a.ts", "../../protocol/b.ts"],
    ["worker/store/a.ts", "../judge/b.ts"],
    ["worker/deliver.ts", "./channels/email.ts"],
    ["worker/routes/a.ts", "../store/b.ts"],
    ["pusher/jobs/a.ts", "../../protocol/b.ts"],
    ["bench/a.ts", "../worker/sweep.ts"],
  ])("but %s → %s is the right way", (path, specifier) => {
    expect(broken(path, importing(specifier))).toEqual([]);
  });
});

describe("every way to write an import is read:", () => {
  test.each([
    ["for types only", 'import type { X } from "../worker/app.ts";'],
    ["with a default and names", 'import app, { type X } from "../worker/app.ts";'],
    ["as a namespace", 'import * as app from "../worker/app.ts";'],
    ["over several lines", 'import {\n  a,\n  type B,\n} from "../worker/app.ts";'],
    ["for its effect", 'import "../worker/app.ts";'],
    ["handing on", 'export { x } from "../worker/app.ts";'],
    ["dynamically", 'const app = await import("../worker/app.ts");'],
    ["as a type in place", 'type App = import("../worker/app.ts").App;'],
  ])("%s", (_, statement) => {
    expect(broken("pusher/a.ts", `${statement}\nexport const y = 1;\n`)).toEqual([
      "pusher/a.ts may not import worker/app.ts",
    ]);
  });

  test.each(["await import(name);", "import(\n  name,\n);", 'const x = require("x");'])(
    "%s is not understood, and told",
    (statement) => {
      expect(broken("pusher/a.ts", `${statement}\n`)).toEqual([expect.stringContaining("is not understood")]);
    },
  );

  test("what stands in a comment is none", () => {
    const text = '/**\n * Date.now, import("x")\n */\n// import { x } from "../worker/app.ts";\nexport const y = 1;\n';
    expect(broken("pusher/a.ts", text)).toEqual([]);
  });
});

describe("a package in the wrong place is found:", () => {
  test.each([
    ["worker/sweep.ts", "drizzle-orm"],
    ["worker/routes/a.ts", "drizzle-orm/d1"],
    ["worker/judge/a.ts", "hono"],
    ["worker/store/a.ts", "node:fs"],
    ["worker/store/a.ts", "cloudflare:workers"],
    ["protocol/a.ts", "node:crypto"],
    ["protocol/a.ts", "zod"],
    ["pusher/a.ts", "drizzle-orm"],
  ])("%s → %s", (path, name) => {
    expect(broken(path, importing(name))).toEqual([`${path} may not import the package ${name}`]);
  });

  test.each([
    ["worker/store/a.ts", "drizzle-orm/d1"],
    ["worker/judge/a.ts", "croner"],
    ["worker/clock.ts", "cloudflare:workers"],
    ["worker/channels/a.ts", "cloudflare:sockets"],
    ["pusher/a.ts", "node:fs"],
  ])("but %s → %s is in its place", (path, name) => {
    expect(broken(path, importing(name))).toEqual([]);
  });
});

describe("what only the edge may touch is found elsewhere:", () => {
  test.each([
    ["worker/judge/a.ts", "const at = Date.now();", "the clock"],
    ["pusher/run.ts", "const at = new Date();", "the clock"],
    ["protocol/a.ts", "const at = performance.now();", "the clock"],
    ["worker/routes/a.ts", "const id = Math.random();", "chance"],
    ["worker/judge/a.ts", 'const answer = fetch("https://example.org");', "the network"],
    ["worker/judge/a.ts", "const id = crypto.randomUUID();", "the network, crypto"],
    ["worker/routes/a.ts", 'const query = "SELECT 1 FROM watches";', "SQL"],
    ["worker/sweep.ts", 'const query = "UPDATE watches SET due_at = 1";', "SQL"],
    ["pusher/run.ts", "process.exit(1);", "process.exit"],
  ])("%s: %s", (path, code, what) => {
    expect(broken(path, `${code}\n`)).toEqual([expect.stringContaining(`may not use ${what}`)]);
  });

  test.each([
    ["worker/judge/a.ts", "const at = new Date(now);"],
    ["worker/index.ts", "const now = Date.now();"],
    ["worker/store/a.ts", 'const query = "SELECT 1 FROM watches";'],
    ["pusher/main.ts", "process.exit(1);"],
    ["scripts/a.ts", "process.exit(1);"],
  ])("but %s may: %s", (path, code) => {
    expect(broken(path, `${code}\n`)).toEqual([]);
  });
});

test("a file that only hands on is found", () => {
  const text = '/** Everything. */\nexport { a } from "./a.ts";\nexport * from "./b.ts";\n';
  expect(broken("pusher/index.ts", text)).toEqual(["pusher/index.ts only hands on what others export"]);
});

test("an import cycle is found, once, with the way round", () => {
  const files = new Map([
    ["pusher/a.ts", importing("./b.ts")],
    ["pusher/b.ts", importing("./c.ts")],
    ["pusher/c.ts", importing("./a.ts")],
  ]);
  expect(violations(files)).toEqual(["import cycle: pusher/a.ts → pusher/b.ts → pusher/c.ts → pusher/a.ts"]);
});

test("a new folder has to be given its place", () => {
  expect(broken("worker/helpers/a.ts", "export const y = 1;\n")).toEqual([
    "worker/helpers/a.ts lies in no area of the design",
  ]);
});
