/** A timer for any time. Node's own hold 24 days (2^31 - 1 ms); a longer one would fire at once. */

const PIECE_MAX_MS = 2 ** 31 - 1;

export interface Alarm {
  /** Begins the whole time anew. */
  readonly restart: () => void;
  readonly cancel: () => void;
}

/** Rings once, so many milliseconds after it was made or restarted. */
export function alarm(ms: number, ring: () => void): Alarm {
  let timer: NodeJS.Timeout;
  const wait = (left: number) => {
    const piece = Math.min(left, PIECE_MAX_MS);
    timer = setTimeout(() => (left > piece ? wait(left - piece) : ring()), piece);
  };
  wait(ms);
  return {
    restart: () => {
      clearTimeout(timer);
      wait(ms);
    },
    cancel: () => clearTimeout(timer),
  };
}
