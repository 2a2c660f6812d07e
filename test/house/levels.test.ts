/** The table of built-in levels in the decision record is the one that judges. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SHAPES } from "../../worker/judge/levels.ts";

test("every built-in level of a reading stands in the decision record, and no other", () => {
  const told = readFileSync("docs/decisions/0007-what-is-unusual.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const built = SHAPES.map(({ shape, worse, warning, critical, clear, unit }) => [
    `\`${shape}\``,
    worse,
    ...[warning, critical, clear].map((level) => (level === undefined ? "" : String(level))),
    unit,
  ]);
  expect(told).toEqual(built);
});
