import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PLANTED_BUGS } from "./planted.ts";

test.each(PLANTED_BUGS)("the line to be changed so that $breaks stands once in $file", ({ file, text }) => {
  expect(readFileSync(file, "utf8").split(text)).toHaveLength(2);
});
