/**
 * The last 64 KiB of a run's output, whatever its length. Bytes in, text out: cut at a character, secrets taken out
 * before the cut (so that none is left in half), and no NUL, which SQLite's text functions stop at.
 */
import { textOf } from "./code-page.ts";
import { TAIL_BYTES, TAIL_SLACK_BYTES } from "./limits.ts";

export interface Tail {
  readonly push: (chunk: Uint8Array) => void;
  /** What is kept; `redact` takes the secrets out. */
  readonly text: (redact: (text: string) => string) => string;
}

/** `codePage` is the one that this host's tools write in (Windows). */
export function tail(codePage?: number): Tail {
  const keep = TAIL_BYTES + TAIL_SLACK_BYTES;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    push: (chunk) => {
      chunks.push(Uint8Array.from(chunk.length > keep ? chunk.subarray(chunk.length - keep) : chunk));
      bytes += chunk.length;
      if (bytes > 4 * keep) {
        chunks = [lastBytes(chunks, keep)];
        bytes = chunks[0]?.length ?? 0;
      }
    },
    text: (redact) => {
      const kept = textOf(fromCharacter(lastBytes(chunks, keep)), codePage);
      return lastOfText(redact(kept).replaceAll("\0", "\ufffd"), TAIL_BYTES);
    },
  };
}

/** The end of a text, at most so many bytes of UTF-8, cut at a character. */
export function lastOfText(text: string, maxBytes: number): string {
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= maxBytes ? text : new TextDecoder().decode(fromCharacter(bytes.subarray(-maxBytes)));
}

function lastBytes(chunks: readonly Uint8Array[], count: number): Uint8Array {
  const whole = Buffer.concat(chunks);
  return whole.length > count ? whole.subarray(whole.length - count) : whole;
}

/** Leaves out the continuation bytes (10xxxxxx, RFC 3629) that a cut may have left at the start; there are at most three. */
function fromCharacter(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}
