/**
 * Seeded chance, apart for every purpose: a new draw in one place moves nothing in another. The same seed and purpose give
 * the same numbers on every machine (32-bit integer arithmetic alone).
 */

export interface Chance {
  /** In [0, 1). */
  readonly next: () => number;
  /** In [from, until). */
  readonly between: (from: number, until: number) => number;
  /** A whole number in [from, until). */
  readonly whole: (from: number, until: number) => number;
  /** True with the given probability. */
  readonly hits: (probability: number) => boolean;
  readonly pick: <Value>(values: readonly [Value, ...Value[]]) => Value;
  /** Exponentially distributed with this mean: the gaps of a Poisson process. */
  readonly gap: (mean: number) => number;
  /** A UUID of version 4. */
  readonly uuid: () => string;
}

/** The source of chance for one purpose. */
export function chanceOf(seed: number, purpose: string): Chance {
  const next = sfc32(hashOf(`${seed}/${purpose}`));
  const between = (from: number, until: number) => from + next() * (until - from);
  const whole = (from: number, until: number) => Math.floor(between(from, until));
  return {
    next,
    between,
    whole,
    hits: (probability) => next() < probability,
    pick: (values) => values[whole(0, values.length)] ?? values[0],
    gap: (mean) => -mean * Math.log(1 - next()),
    uuid: () => uuidOf(next),
  };
}

type Words = readonly [number, number, number, number];

/** Four 32-bit words from a text (cyrb128, public domain). */
function hashOf(text: string): Words {
  let [a, b, c, d] = [1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    [a, b, c, d] = [
      b ^ Math.imul(a ^ code, 597_399_067),
      c ^ Math.imul(b ^ code, 2_869_860_233),
      d ^ Math.imul(c ^ code, 951_274_213),
      a ^ Math.imul(d ^ code, 2_716_044_179),
    ];
  }
  return [a, b, c, d];
}

/** Small Fast Counter, 32 bits (PractRand, public domain). */
function sfc32([s0, s1, s2, s3]: Words): () => number {
  let [a, b, c, counter] = [s0, s1, s2, s3];
  const draw = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) draw();
  return draw;
}

function uuidOf(next: () => number): string {
  const hex = (digits: number) =>
    Math.floor(next() * 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(8)}${hex(4)}`;
}
