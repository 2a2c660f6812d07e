/**
 * `npm start`: the demo. From arguments to its end; the only place that ends the process. Whatever happens, everything
 * that was started is ended first.
 */
import { resolve } from "node:path";
import { childrenWith } from "./children.ts";
import { demo } from "./demo.ts";
import { environmentIn } from "./environment.ts";
import { takeFolder } from "./folder.ts";
import { parseOptions } from "./options.ts";
import { portFault } from "./ports.ts";
import { sayTo } from "./say.ts";

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

process.exit(await main(process.argv.slice(2), process.env));

async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const say = sayTo(process.stdout);
  const options = parseOptions(argv, env);
  if (!options.ok) return giveUp(options.failure, EXIT_USAGE);
  const fault = await portFault(options.value.port);
  if (fault !== undefined) return giveUp(fault, EXIT_FAULT);
  const source = resolve(import.meta.dirname, "../..");
  const folder = takeFolder(resolve(source, ".tierwatch"), process.pid);
  if (!folder.ok) return giveUp(folder.failure, EXIT_FAULT);
  const children = childrenWith(source, environmentIn(folder.value, env), process.platform);
  try {
    const path = env.PATH ?? env.Path ?? "";
    const running = demo({ options: options.value, folder: folder.value, source, children, say, path });
    const why = await Promise.race([running, stopped()]);
    say.hush();
    say.last(why === undefined ? "\nEnding everything that was started …" : why);
    await children.endAll();
    if (why === undefined) say.last("Ended. Nothing is left running.");
    return why === undefined ? 0 : EXIT_FAULT;
  } finally {
    await children.endAll();
    folder.value.leave();
  }
}

function giveUp(sentence: string, code: number): number {
  process.stderr.write(`${sentence}\n`);
  return code;
}

/** Resolves when the owner, or the end of the terminal, asks to stop. Later signals change nothing: it is being done. */
function stopped(): Promise<undefined> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => done(undefined));
    // A reader of the output that is gone (`npm start | head`) is nobody to go on for.
    process.stdout.on("error", () => done(undefined));
  });
}
