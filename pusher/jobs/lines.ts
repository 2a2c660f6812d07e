/**
 * A tool's output line by line, of any length and in constant memory: lines are handed on as they come, and one that is longer
 * than any that a tool means is left out whole.
 */
import { lineOf } from "../code-page.ts";
import { LINE_MAX_BYTES } from "../limits.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export interface LineReader {
  /** Takes output as it comes; answers whether any line that it completed shows that the tool moves on. */
  readonly push: (chunk: Uint8Array) => boolean;
  /** The output is over: hands on a last line that has no newline. */
  readonly end: () => void;
  /** Bytes of the line that is not over yet, which is all that is kept; for those who measure. */
  readonly held: () => number;
}

/**
 * Hands on each line without spaces at its ends, never an empty one. A line ends with a newline or with the carriage return by
 * which tools write their progress over itself. `line` answers whether it shows that the tool moves on. `codePage` is what a line
 * is in that is no UTF-8 (Windows).
 */
export function lines(line: (text: string) => boolean, codePage?: number): LineReader {
  let parts: Uint8Array[] = [];
  let held = 0;
  let tooLong = false;
  const keep = (part: Uint8Array) => {
    tooLong ||= held + part.length > LINE_MAX_BYTES;
    if (tooLong) parts = [];
    else parts.push(Uint8Array.from(part));
    held = tooLong ? 0 : held + part.length;
  };
  const flush = (): boolean => {
    const text = tooLong ? "" : lineOf(Buffer.concat(parts), codePage).trim();
    parts = [];
    held = 0;
    tooLong = false;
    return text === "" ? false : line(text);
  };
  return {
    push: (chunk) => {
      let moved = false;
      let start = 0;
      for (let end = endOf(chunk, start); end !== -1; end = endOf(chunk, start)) {
        keep(chunk.subarray(start, end));
        moved = flush() || moved;
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
      return moved;
    },
    end: () => void flush(),
    held: () => held,
  };
}

/** Where the line that begins at `start` ends, or -1. */
function endOf(chunk: Uint8Array, start: number): number {
  const newline = chunk.indexOf(NEWLINE, start);
  const back = chunk.subarray(start, newline === -1 ? chunk.length : newline).indexOf(RETURN);
  return back === -1 ? newline : start + back;
}
