/** Small real pictures (PNG, RFC 2083), so that the demo's photos are photos that a viewer opens. */
import { crc32, deflateSync } from "node:zlib";

const SIDE = 128;
const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** Eight bits a channel, red, green and blue, nothing interlaced. */
const FORMAT = Buffer.from("0802000000", "hex");

/** A picture of a sky over hills, another for each seed; about 30 KB. */
export function picture(seed: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(SIDE, 0);
  size.writeUInt32BE(SIDE, 4);
  const rows = Array.from({ length: SIDE }, (_, y) => Buffer.from([0, ...row(y, seed)]));
  const chunks = [chunk("IHDR", Buffer.concat([size, FORMAT])), chunk("IDAT", deflateSync(Buffer.concat(rows)))];
  return Buffer.concat([SIGNATURE, ...chunks, chunk("IEND", Buffer.alloc(0))]);
}

function row(y: number, seed: number): number[] {
  return Array.from({ length: SIDE }, (_, x) => {
    const hill = SIDE * 0.6 + 14 * Math.sin((x + 40 * seed) / 17) + 9 * Math.sin((x * (2 + (seed % 5))) / 23);
    const grain = (Math.imul(x + 1, 73_856_093) ^ Math.imul(y + 1, 19_349_663) ^ Math.imul(seed + 1, 83_492_791)) & 15;
    return y < hill
      ? [70 + y / 2 + grain, 120 + y / 2 + grain, 225 + grain]
      : [40 + grain, 90 + y / 3 + grain, 45 + grain];
  }).flat();
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
