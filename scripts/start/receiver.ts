/** Where the worker's webhook goes: a server on loopback that takes alerts only with a valid signature (Standard Webhooks). */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import * as z from "zod/mini";
import { listenOnLoopback } from "./ports.ts";

const alert = z.object({
  /** `incident.opened` and its like; a test or a notice by its own name. */
  type: z.string(),
  data: z.object({ title: z.string(), lines: z.array(z.string()) }),
});
export type ReceivedAlert = z.infer<typeof alert>;

export interface Receiver {
  readonly url: string;
  readonly secret: string;
  /** All alerts so far, each once, in the order of their arrival. */
  readonly alerts: readonly ReceivedAlert[];
}

/** Listens at a free port. `onAlert` hears of each alert once, however often the worker delivers it. */
export async function receiveAlerts(secret: string, onAlert: (alert: ReceivedAlert) => void): Promise<Receiver> {
  const alerts: ReceivedAlert[] = [];
  const known = new Set<string>();
  const server = createServer((request, response) => {
    take(request, response, secret, (id, received) => {
      if (known.has(id)) return;
      known.add(id);
      alerts.push(received);
      onAlert(received);
    });
  });
  return { url: `http://127.0.0.1:${await listenOnLoopback(server, 0)}/alerts`, secret, alerts };
}

function take(
  request: IncomingMessage,
  response: ServerResponse,
  secret: string,
  keep: (id: string, received: ReceivedAlert) => void,
): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const header = (name: string) => String(request.headers[name] ?? "");
    const received = verified(Buffer.concat(chunks).toString(), header, secret);
    if (received === undefined) {
      response.writeHead(401).end();
      return;
    }
    keep(header("webhook-id"), received);
    response.writeHead(204).end();
  });
}

/** The alert in a body, or undefined when it is not signed with the secret, or is none. */
function verified(body: string, header: (name: string) => string, secret: string): ReceivedAlert | undefined {
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  try {
    const content = new Webhook(secret).verify(body, Object.fromEntries(names.map((name) => [name, header(name)])));
    return z.parse(alert, content);
  } catch {
    return undefined;
  }
}
