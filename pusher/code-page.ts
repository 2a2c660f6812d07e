/**
 * What a tool wrote, as text. Tools of Windows write in the code page of the console (850 in much of Europe, 437 in America,
 * 932 in Japan), in UTF-8, or in UTF-16, and one run's output may hold all three: so each line is read for itself. Pure.
 */
import { UPPER_HALVES } from "./code-page-tables.ts";

const NEWLINE = 0x0a;

/** Code pages that the Encoding Standard knows, by its names. https://encoding.spec.whatwg.org/#names-and-labels */
const LABELS: Readonly<Record<number, string>> = {
  866: "ibm866",
  874: "windows-874",
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
};

/** A text of any number of lines. `codePage` is that of the host's console; without one (not Windows) all is UTF-8. */
export function textOf(bytes: Uint8Array, codePage: number | undefined): string {
  const lines: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(lineOf(bytes.subarray(start, end), codePage));
    start = end + 1;
  }
  lines.push(lineOf(bytes.subarray(start), codePage));
  return lines.join("\n");
}

/** One line, without its newline. */
export function lineOf(bytes: Uint8Array, codePage: number | undefined): string {
  if (codePage === undefined) return new TextDecoder().decode(bytes);
  // The newline of UTF-16LE is 0a 00: its second half stands before the next line.
  const line = bytes[0] === 0 ? bytes.subarray(1) : bytes;
  if (isUtf16(line)) return new TextDecoder("utf-16le").decode(line);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(line);
  } catch {
    return inCodePage(line, codePage);
  }
}

/** Latin letters, spaces and line ends make every second byte of UTF-16 a zero, which no other of these encodings holds. */
function isUtf16(line: Uint8Array): boolean {
  return (line[0] === 0xff && line[1] === 0xfe) || line.some((byte, at) => byte === 0 && at % 2 === 1);
}

function inCodePage(bytes: Uint8Array, codePage: number): string {
  const upper = UPPER_HALVES[codePage];
  if (upper !== undefined) {
    return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : upper.charAt(byte - 0x80))).join("");
  }
  const windows = codePage >= 1250 && codePage <= 1258 ? `windows-${codePage}` : undefined;
  return new TextDecoder(LABELS[codePage] ?? windows).decode(bytes);
}

const OEMCP = /OEMCP\s+REG_SZ\s+(\d+)/;

/** Asks the registry of Windows, in whatever language it answers. */
export const ASK_CODE_PAGE: readonly string[] = [
  "reg",
  "query",
  "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage",
  "/v",
  "OEMCP",
];

/** The code page in that answer. */
export function codePageIn(answer: string): number | undefined {
  const number = OEMCP.exec(answer)?.[1];
  return number === undefined ? undefined : Number(number);
}
