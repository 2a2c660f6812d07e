/** The command line of `npm start`, parsed; a failure is the sentence to say. */
import { parseArgs } from "node:util";
import { failed, ok, type Result } from "../../protocol/result.ts";

const PORT = 8787;
const PORT_MAX = 65_535;

export interface Options {
  /** Where the status page and the worker listen, on loopback. */
  readonly port: number;
  /** Cut the site off after it has settled. */
  readonly outage: boolean;
}

/** Parses arguments (without node's and the script's own). `--port` goes before TIERWATCH_PORT. */
export function parseOptions(argv: readonly string[], env: NodeJS.ProcessEnv): Result<Options, string> {
  const values = parse(argv);
  if (values === undefined) {
    return failed(`npm start knows --outage and --port NUMBER, not \`${argv.join(" ")}\`.`);
  }
  const asked = values.port ?? env.TIERWATCH_PORT;
  const port = asked === undefined ? PORT : Number(asked);
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
    const place = values.port === undefined ? "TIERWATCH_PORT" : "--port";
    return failed(`${place} has to be a number from 1 to ${PORT_MAX}, not \`${asked}\`.`);
  }
  return ok({ port, outage: values.outage === true });
}

function parse(argv: readonly string[]): { port?: string | undefined; outage?: boolean | undefined } | undefined {
  try {
    return parseArgs({ args: [...argv], options: { port: { type: "string" }, outage: { type: "boolean" } } }).values;
  } catch {
    // It throws for what it does not know; our sentence says what there is.
    return undefined;
  }
}
