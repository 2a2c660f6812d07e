/** Bundles the pusher into one file, dist/pusher.mjs, that needs only Node 22 or newer. */
import { build } from "esbuild";

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
  banner: { js: "#!/usr/bin/env node" },
});
