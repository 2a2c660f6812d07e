/** `node bench/draw.ts FOLDER RESULT`: draws the samples of markers from several places of a tree; the longest time, in ms, goes to RESULT. */
import { writeFileSync } from "node:fs";
import { drawSamples } from "../pusher/samples.ts";

/** Samples of one marker, unless pusher.toml says otherwise. */
const SAMPLES = 20;

const [folder = "", result = ""] = process.argv.slice(2);
let longest = 0;
let drawn = 0;
for (const after of ["", "large/f250000", "large/f499999", "small/0250/f500", "small/0499/f990"]) {
  const began = performance.now();
  drawn += (await drawSamples(folder, SAMPLES, after, { now: Date.now() })).samples.length;
  longest = Math.max(longest, performance.now() - began);
}
writeFileSync(result, JSON.stringify({ longest, drawn }));
