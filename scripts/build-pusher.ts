/** Bundles the pusher into one file, dist/pusher.mjs, that needs only Node 22 or newer. */
import { build, type Plugin } from "esbuild";

/**
 * Takes Node's own modules by `process.getBuiltinModule` (Node 22.3) instead of by `import`. An import asks a module for
 * every export there is, and some of them load half of Node when asked: `WebSocket` of node:http is the whole of fetch.
 */
const builtins: Plugin = {
  name: "builtins",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin" }));
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

await build({
  entryPoints: ["pusher/main.ts"],
  outfile: process.argv[2] ?? "dist/pusher.mjs",
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "eof",
  plugins: [builtins],
  // The signing library asks whether its message is a Request. The pusher never holds one, and the mere mention of the
  // name makes Node load its whole fetch: 18 ms of a start that should take 60.
  define: { Request: "undefined", Response: "undefined" },
  banner: { js: "#!/usr/bin/env node" },
});
