/** Lines of JSON from a tool: whole however they were cut, and never more kept than one line. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonLines } from "../../pusher/jobs/json-lines.ts";
import { LINE_MAX_BYTES } from "../../pusher/limits.ts";

function reader() {
  const values: unknown[] = [];
  const texts: string[] = [];
  const lines = jsonLines({
    value: (value) => values.push(value) > 0,
    text: (line) => texts.push(line) < 0,
  });
  return { ...lines, values, texts };
}

test("a line means the same however the output was cut into chunks", () => {
  const text = '{"name":"фото ☂"}\n\nnot JSON\r\n[1]\n{"half\n{"last":1}';
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (sizes) => {
      const bytes = Buffer.from(text);
      const { push, end, values, texts } = reader();
      let at = 0;
      for (const size of sizes) {
        push(bytes.subarray(at, at + size));
        at += size;
      }
      push(bytes.subarray(at));
      end();
      expect(values).toEqual([{ name: "фото ☂" }, [1], { last: 1 }]);
      expect(texts).toEqual(["not JSON", '{"half']);
    }),
  );
});

test("a chunk moves when one of its lines does", () => {
  const { push } = reader();
  expect(push(Buffer.from('text\n{"a":'))).toBe(false);
  expect(push(Buffer.from("1}\ntext\n"))).toBe(true);
});

test("of 100 MB in one line nothing is kept, and the next line is read", () => {
  const { push, end, held, values, texts } = reader();
  const chunk = Buffer.alloc(1_000_000, "x");
  let most = 0;
  for (let i = 0; i < 100; i += 1) {
    push(chunk);
    most = Math.max(most, held());
  }
  push(Buffer.from('\n{"after":true}\n'));
  end();
  expect(most).toBeLessThanOrEqual(LINE_MAX_BYTES);
  expect(values).toEqual([{ after: true }]);
  expect(texts).toEqual([]);
});

test("of 100 MB in short lines no more is kept than the line that is not over", () => {
  const line = `${JSON.stringify({ message_type: "status", current_files: ["x".repeat(180)] })}\n`;
  const chunk = Buffer.from(line.repeat(300)).subarray(0, -1);
  let lines = 0;
  let most = 0;
  const { push, held } = jsonLines({
    value: () => {
      lines += 1;
      return true;
    },
    text: () => false,
  });
  const chunks = Math.ceil(100_000_000 / chunk.length);
  for (let i = 0; i < chunks; i += 1) {
    push(chunk);
    most = Math.max(most, held());
    push(Buffer.from("\n"));
  }
  expect(lines).toBe(chunks * 300);
  expect(most).toBeLessThan(line.length);
});
