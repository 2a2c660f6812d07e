/** Ports on loopback. */
import { createServer, type Server } from "node:net";
import * as z from "zod/mini";
import { codeOf } from "../../pusher/files.ts";

const PORT_MAX = 65_535;
const address = z.object({ port: z.number() });

/** Starts a server on loopback, at a free port if `port` is 0; throws what the system says. Answers with its port. */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return z.parse(address, server.address()).port;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Why nothing can listen at this port, as a sentence; undefined when it is free. */
export async function portFault(port: number): Promise<string | undefined> {
  const server = createServer();
  const other = port < PORT_MAX ? port + 1 : port - 1;
  const instead = `run \`npm start -- --port ${other}\``;
  try {
    await listenOnLoopback(server, port);
    await new Promise((resolve) => server.close(resolve));
    return undefined;
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") return `Port ${port} is in use: stop what listens there, or ${instead}.`;
    if (codeOf(error) === "EACCES")
      return `Port ${port} is kept for the administrator: ${instead.replace(String(other), "8787")}.`;
    throw error;
  }
}
