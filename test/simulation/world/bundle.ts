/**
 * The real worker and the real pusher as code that can be run in a cage: bundled in memory, and wrapped into a function
 * whose parameters are the globals that the cage gives it (its clock, timers, network). A `rewrite` plants a bug in one
 * source file on the way in, without touching the tree.
 */
import { readFile } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";

/** Changes the text of a source file, named by its path in the repository (with `/`). */
export type Rewrite = (path: string, text: string) => string;

export const AS_IT_IS: Rewrite = (_, text) => text;

const root = resolve(import.meta.dirname, "../../..");

/** What the pusher's cage calls: the commands as pusher/main.ts calls them. */
const PUSHER_DOORS = `
  export { loadConfig } from "./pusher/config.ts";
  export { run } from "./pusher/commands/run.ts";
  export { beat } from "./pusher/commands/deliver.ts";
  export { enroll } from "./pusher/commands/enroll.ts";
  export { secretsOf } from "./pusher/secrets.ts";`;

export interface Bundles {
  readonly worker: string;
  readonly pusher: string;
}

/** Builds both programs as they stand in the tree, after `rewrite`. */
export async function bundlesOf(rewrite: Rewrite): Promise<Bundles> {
  const [worker, pusher] = await Promise.all([
    bundle({ entryPoints: ["worker/index.ts"] }, rewrite),
    bundle({ stdin: { contents: PUSHER_DOORS, resolveDir: root, loader: "ts" } }, rewrite),
  ]);
  return { worker, pusher };
}

async function bundle(entry: BuildOptions, rewrite: Rewrite): Promise<string> {
  const built = await build({
    ...entry,
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node24",
    // Of modules that are loaded when they are asked for, too, the cage has its own.
    supported: { "dynamic-import": false },
    external: ["node:*", "cloudflare:*"],
    // The signing library and others ask for these by their long names; the cage gives them by their short ones.
    define: { "globalThis.crypto": "crypto", "globalThis.fetch": "fetch" },
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    logLevel: "silent",
    plugins: [rewriting(rewrite)],
  });
  const text = built.outputFiles?.[0]?.text;
  if (text === undefined) throw new Error("esbuild gave no output");
  return text;
}

function rewriting(rewrite: Rewrite): Plugin {
  return {
    name: "rewriting",
    setup: ({ onLoad }) => {
      onLoad({ filter: /[\\/](?:protocol|worker|pusher)[\\/].*\.tsx?$/ }, async ({ path }) => {
        const own = relative(root, path).split(sep).join("/");
        if (own.startsWith("node_modules/")) return undefined;
        const contents = rewrite(own, await readFile(path, "utf8"));
        return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
      });
    },
  };
}

/** Runs a bundle with these as its globals and modules; answers what it exports. */
export function evaluate(
  code: string,
  globals: Readonly<Record<string, unknown>>,
  modules: Readonly<Record<string, unknown>>,
): unknown {
  const require = (name: string) => (Object.hasOwn(modules, name) ? modules[name] : absent(name));
  const module = { exports: {} };
  const given = { ...globals, require, module, exports: module.exports };
  new Function(...Object.keys(given), code)(...Object.values(given));
  return module.exports;
}

/** A module that the cage does not have, as of a kind of job that no simulated host has: whoever uses anything of it is told. */
function absent(name: string): object {
  const get = (_: object, key: string | symbol) => {
    // What a bundle asks any module when it is loaded.
    if (typeof key === "symbol" || key === "__esModule") return undefined;
    throw new Error(`the cage has no module ${name}, of which ${key} is used`);
  };
  return Object.create(new Proxy({}, { get }));
}
