/** `node:http` for the pusher: what it sends goes over the simulated network, and comes back or not. */
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { currentOf, type SimulatedProcess, type Who } from "./process.ts";

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the network tells the sender; each at most once, and nothing at all when the packets are lost. */
export interface Receiver {
  readonly connected: () => void;
  readonly answered: (status: number, headers: Readonly<Record<string, string>>, body: string) => void;
  readonly failed: (code: string) => void;
}

export type Transmit<Host> = (host: Host, sent: Sent, receiver: Receiver) => void;

interface Options {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

class Outgoing extends EventEmitter {
  over = false;
  readonly #transmit: (body: string) => void;

  constructor(transmit: (body: string) => void) {
    super();
    this.#transmit = transmit;
  }

  end(body?: Uint8Array): void {
    this.#transmit(body === undefined ? "" : Buffer.from(body).toString("utf8"));
  }

  destroy(): void {
    this.over = true;
  }
}

export function httpModule<Host>(who: Who<Host>, transmit: Transmit<Host>) {
  return {
    request: (url: URL, { method, headers, signal }: Options) => {
      const self = currentOf(who);
      const outgoing: Outgoing = new Outgoing((body) => {
        const receiver = receiverOf(self, outgoing);
        transmit(self.host, { method, url: url.href, headers, body }, receiver);
        signal?.addEventListener("abort", () => receiver.failed("ABORT_ERR"), { once: true });
      });
      return outgoing;
    },
  };
}

/** Tells the process that sent, in its own context, as long as it lives and listens. */
function receiverOf<Host>(self: SimulatedProcess<Host>, outgoing: Outgoing): Receiver {
  const inContext = AsyncLocalStorage.snapshot();
  const tell = (act: () => void) => {
    if (self.alive && !outgoing.over) inContext(act);
  };
  return {
    connected: () =>
      tell(() => {
        const socket = new EventEmitter();
        outgoing.emit("socket", socket);
        socket.emit("connect");
        socket.emit("secureConnect");
      }),
    answered: (statusCode, headers, body) =>
      tell(() => {
        const response = Object.assign(new EventEmitter(), { statusCode, headers, complete: true });
        outgoing.emit("response", response);
        response.emit("data", Buffer.from(body));
        response.emit("end");
        response.emit("close");
      }),
    failed: (code) => tell(() => outgoing.emit("error", Object.assign(new Error(code), { code }))),
  };
}
