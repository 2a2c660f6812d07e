/**
 * Draws the icons that phones put on a home screen and browsers beside a notification: Tierwatch's sign on paper, with so
 * much room around it that it may be cut to a circle. Run it by `node scripts/icons.ts` when the sign changes.
 */
import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const PAPER = [0xf5, 0xf3, 0xee];
const GREEN = [0x1d, 0x5c, 0x43];
/** The sign of worker/page/icons.tsx, on 16 by 16: left, top, right, bottom of each tier. */
const TIERS = [
  [1, 2, 15, 5.2],
  [3, 6.4, 13, 9.6],
  [5, 10.8, 11, 14],
] as const;
/** The part of the icon's width that the sign has. A circle of 80 % is what phones leave whole. */
const SIGN_SHARE = 0.54;

/** Pixels of a square, row by row, three bytes each, after the row's filter byte (none). */
function pixels(size: number): Buffer {
  const scale = (size * SIGN_SHARE) / 16;
  const edge = (size - scale * 16) / 2;
  const at = (pixel: number) => (pixel + 0.5 - edge) / scale;
  const isSign = (x: number, y: number) =>
    TIERS.some(([left, top, right, bottom]) => x >= left && x < right && y >= top && y < bottom);
  const rows = Array.from({ length: size }, (_, y) => [
    0,
    ...Array.from({ length: size }, (_, x) => (isSign(at(x), at(y)) ? GREEN : PAPER)).flat(),
  ]);
  return Buffer.from(rows.flat());
}

/** A chunk of PNG (RFC 2083, section 3.2). */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function png(size: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const image = deflateSync(pixels(size), { level: 9 });
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([mark, chunk("IHDR", header), chunk("IDAT", image), chunk("IEND", Buffer.alloc(0))]);
}

for (const size of [192, 512]) writeFileSync(`public/icon-${size}.png`, png(size));
