/** Output of Windows' tools: one line in the console's code page, another in UTF-8, a third in UTF-16. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codePageIn, textOf } from "../../pusher/code-page.ts";
import { tail } from "../../pusher/tail.ts";

const bytes = (...parts: (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : Buffer.from(part))));
const utf16 = (text: string) => Buffer.from(text, "utf16le");

describe("a line", () => {
  test.each([
    [850, [0x9a, 0x62, 0x65, 0x72], "Über"],
    [437, [0x9a, 0x62, 0x65, 0x72], "Über"],
    [850, [0x9b], "ø"],
    [437, [0x9b], "¢"],
    [858, [0xd5], "€"],
    [852, [0x88], "ł"],
    [1252, [0xdc, 0x62, 0x80], "Üb€"],
    [866, [0x8f, 0xe0], "Пр"],
    [932, [0x83, 0x66, 0x83, 0x42], "ディ"],
    [936, [0xb4, 0xed, 0xce, 0xf3], "错误"],
  ])("in code page %d", (codePage, raw, text) => {
    expect(textOf(bytes(raw), codePage)).toBe(text);
  });

  test("in a code page that nobody knows, or of a host that has none, is not lost", () => {
    expect(textOf(bytes("Gr", [0x81], "n"), 1)).toBe("Gr\ufffdn");
    expect(textOf(bytes("Gr", [0x81], "n"), undefined)).toBe("Gr\ufffdn");
  });
});

test("each line is read for itself", () => {
  const mixed = Buffer.concat([
    bytes("Prüfung läuft\n", [0x81], "ber\r\n"),
    utf16("\ufeffDatei Ü\r\nИмя\r\n"),
    // The last newline was read up to its first half: the second stands before what follows.
    bytes("plain"),
  ]);
  expect(textOf(mixed, 850)).toBe("Prüfung läuft\nüber\r\nDatei Ü\r\nИмя\r\nplain");
});

test("what is UTF-8 stays as it is, whatever the code page", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.constantFrom(437, 850, 932, undefined), (text, codePage) => {
      fc.pre(!text.includes("\0"));
      const plain = text.replaceAll("\ufeff", "");
      expect(textOf(Buffer.from(plain), codePage)).toBe(plain);
    }),
  );
});

test("no output of any kind makes it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom(437, 932, 1252, 3, undefined), (raw, page) => void textOf(raw, page)),
  );
});

test("a run's tail is text in the end", () => {
  const log = tail(850);
  log.push(bytes("Zugriff ", [0x81], "ber Umweg\n"));
  log.push(bytes("tierwatch: Größe\n"));
  expect(log.text((text) => text)).toBe("Zugriff über Umweg\ntierwatch: Größe\n");
});

test("the registry says which code page it is, in any language", () => {
  const answer =
    "\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage\r\n    OEMCP    REG_SZ    850\r\n\r\n";
  expect(codePageIn(answer)).toBe(850);
  expect(codePageIn("FEHLER: Zugriff verweigert")).toBeUndefined();
});
