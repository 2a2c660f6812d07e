/**
 * Every command of the pusher loads every file of it. Built-in modules that take long to load are imported where they are
 * used, by `await import("node:tls")`: a beat each minute should not pay for a certificate that is looked at each day.
 */
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const QUICK = ["child_process", "crypto", "fs", "fs/promises", "os", "path", "util"];

const eager = (text: string) =>
  [...text.matchAll(/^import (?!type )[^;]*? from "node:([a-z_/]+)";$/gm)].map(([, name = ""]) => name);

test("the pusher loads at its start only built-in modules that are quick to load", () => {
  const files = globSync("pusher/**/*.ts");
  expect(files.length).toBeGreaterThan(50);
  const slow = files.flatMap((path) =>
    eager(readFileSync(path, "utf8"))
      .filter((name) => !QUICK.includes(name))
      .map((name) => `${path} imports node:${name} at its start`),
  );
  expect(slow).toEqual([]);
});

test("an eager import is seen, of one and of several names; one of types alone is none", () => {
  const text =
    'import { a } from "node:tls";\nimport {\n  b,\n  c,\n} from "node:fs/promises";\nimport type { D } from "node:http";\n';
  expect(eager(text)).toEqual(["tls", "fs/promises"]);
});
