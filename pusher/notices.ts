/** When a run that goes on is told of: soon after its start, whenever there is news, and again while the worker is not reached. */
import { NOTICE_AGAIN_MS, START_NOTICE_AFTER_MS } from "./limits.ts";

export interface Notices {
  /** The run's record is another than before: it is told at once, or after what is being sent. */
  readonly news: () => void;
  /** The run has ended: nothing more is told of its going on. */
  readonly over: () => void;
}

/** Begins to tell; `send` answers whether the worker holds what there was, or no repetition would help. */
export function noticesOf(send: (signal: AbortSignal) => Promise<boolean>): Notices {
  const giveUp = new AbortController();
  let timer: NodeJS.Timeout;
  let sending = false;
  let waiting = false;
  const tellIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(tell, ms);
    timer.unref();
  };
  const tell = async () => {
    sending = true;
    waiting = false;
    const told = await send(giveUp.signal);
    sending = false;
    if (giveUp.signal.aborted) return;
    if (!told) tellIn(NOTICE_AGAIN_MS);
    else if (waiting) tellIn(0);
  };
  tellIn(START_NOTICE_AFTER_MS);
  return {
    news: () => {
      waiting = true;
      if (!sending) tellIn(0);
    },
    over: () => {
      clearTimeout(timer);
      giveUp.abort();
    },
  };
}
