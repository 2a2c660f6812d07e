/**
 * Is a dump whole? Each format has something at its end, or about its length, that a dump that broke off lacks. Files that are
 * compressed by gzip are read through, which also proves gzip's own checksum.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

export const FORMATS = ["pg_dump", "mysqldump", "sqlite"] as const;
export type Format = (typeof FORMATS)[number];

/** What is looked at of either end of a file, in bytes. Newer pg_dump writes a few more lines after its last comment. */
const END_BYTES = 4096;

interface Ends {
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly bytes: number;
}

/** What is wrong with the dump, to be read after "…ended well, but"; null when it is whole. */
export async function faultOf(path: string, format: Format): Promise<string | null> {
  try {
    const plain = await endsOf(path);
    const isGzip = plain.head[0] === 0x1f && plain.head[1] === 0x8b;
    return FAULTS[format](isGzip ? await unzippedEndsOf(path) : plain);
  } catch (error) {
    return `its dump cannot be read through: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const FAULTS: Readonly<Record<Format, (ends: Ends) => string | null>> = {
  pg_dump: (ends) => {
    // Its own archive format has no mark at its end: only a restore proves it (`check`).
    if (ends.head.toString("latin1", 0, 5) === "PGDMP") return null;
    return endsWith(ends, /^-- PostgreSQL database (cluster )?dump complete\r?$/m, "PostgreSQL database dump complete");
  },
  mysqldump: (ends) => endsWith(ends, /^-- Dump completed\b/m, "Dump completed"),
  sqlite: sqliteFault,
};

function endsWith({ tail }: Ends, mark: RegExp, shown: string): string | null {
  return mark.test(tail.toString("latin1")) ? null : `its dump breaks off: "${shown}" is not at its end`;
}

/** The header of a database says how long it is (sqlite.org/fileformat2.html, 1.3), unless a writer before 2010 left it out. */
function sqliteFault({ head, bytes }: Ends): string | null {
  if (head.length < 100 || head.toString("latin1", 0, 16) !== "SQLite format 3\0")
    return "its dump is no SQLite database";
  const size = head.readUInt16BE(16);
  const expected = (size === 1 ? 65_536 : size) * head.readUInt32BE(28);
  const isSaid = head.readUInt32BE(24) === head.readUInt32BE(92) && expected > 0;
  return isSaid && expected !== bytes ? `its database has ${bytes} bytes where it should have ${expected}` : null;
}

async function endsOf(path: string): Promise<Ends> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const read = async (from: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(END_BYTES), 0, END_BYTES, from);
      return buffer.subarray(0, bytesRead);
    };
    return { head: await read(0), tail: await read(Math.max(0, size - END_BYTES)), bytes: size };
  } finally {
    await file.close();
  }
}

/** In constant memory, whatever the size. */
async function unzippedEndsOf(path: string): Promise<Ends> {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let bytes = 0;
  // Loaded when they are needed: the start of every command would take longer.
  const [{ pipeline }, { createGunzip }] = await Promise.all([import("node:stream/promises"), import("node:zlib")]);
  await pipeline(createReadStream(path), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      if (head.length < END_BYTES) head = Buffer.concat([head, chunk]).subarray(0, END_BYTES);
      tail = Buffer.concat([tail, chunk.subarray(-END_BYTES)]).subarray(-END_BYTES);
      bytes += chunk.length;
    }
  });
  return { head, tail, bytes };
}
