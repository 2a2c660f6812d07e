/** A timer for any time. Node's own hold 24 days (2^31 - 1 ms); a longer one would fire at once. */

const PIECE_MAX_MS = 2 ** 31 - 1;

export interface Timer {
  /** Begins the whole time anew. */
  readonly restart: () => void;
  readonly cancel: () => void;
}

/** Rings once, so many milliseconds after it was made or restarted. */
export function timer(ms: number, ring: () => void): Timer {
  let running: NodeJS.Timeout;
  const wait = (left: number) => {
    const piece = Math.min(left, PIECE_MAX_MS);
    running = setTimeout(() => (left > piece ? wait(left - piece) : ring()), piece);
  };
  wait(ms);
  return {
    restart: () => {
      clearTimeout(running);
      wait(ms);
    },
    cancel: () => clearTimeout(running),
  };
}
