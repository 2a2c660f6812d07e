/** A number of bytes as a person reads it. */
import { expect, test } from "vitest";
import { size } from "../../worker/judge/words.ts";

test.each([
  [0, "0 B"],
  [0.4, "0 B"],
  [-5, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [1449, "1.4 kB"],
  [1450, "1.5 kB"],
  [9949, "9.9 kB"],
  [9951, "10 kB"],
  [12_000_000, "12 MB"],
  [999_499_999, "999 MB"],
  [999_500_000, "1 GB"],
  [42_400_000_000, "42 GB"],
  [1_500_000_000_000, "1.5 TB"],
  [2_000_000_000_000_000, "2 PB"],
  [Number.MAX_SAFE_INTEGER, "9 PB"],
  [4_200_000_000_000_000_000, "4200 PB"],
])("%d bytes are %s", (bytes, words) => {
  expect(size(bytes)).toBe(words);
});
