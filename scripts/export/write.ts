/** Files that are whole or not there: what is written stands under another name until it is complete. */
import { createWriteStream, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Part } from "./parts.ts";

/** Writes the parts one after the other, for their owner's eyes alone; answers how many rows they had. */
export async function writeWhole(folder: string, name: string, parts: AsyncIterable<Part>): Promise<number> {
  const half = join(folder, `.${name}.part`);
  let rows = 0;
  async function* texts() {
    for await (const part of parts) {
      rows += part.rows;
      yield part.text;
    }
  }
  try {
    await pipeline(Readable.from(texts()), createWriteStream(half, { mode: 0o600 }));
    renameSync(half, join(folder, name));
  } finally {
    rmSync(half, { force: true });
  }
  return rows;
}
