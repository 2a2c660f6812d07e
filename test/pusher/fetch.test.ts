/** Reading a marker back from a tier without a path: the command that prints it has what the job's own tool has. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { commandJob, type Host, host } from "./host.ts";

let here: Host;
beforeEach(() => {
  here = host();
  mkdirSync(join(here.folder, "photos"));
  mkdirSync(join(here.folder, "cloud"));
  writeFileSync(join(here.folder, "cloud.address"), join(here.folder, "cloud"));
});
afterEach(() => here.remove());

const datasets = `[[datasets]]
name = "photos"
born = "staging"
paths = { staging = "photos" }
fetch = { offsite = ["sh", "-c", "cat \\"$CLOUD/$1\\"", "-", "{path}"] }
`;
const carries = 'from = "staging"\nto = "offsite"\ndatasets = ["photos"]\nwindow = "1d"\n';
const env = 'env = { CLOUD = "file:cloud.address" }\n';

async function run(script: string, more: string) {
  here.configure("http://127.0.0.1:9", datasets + commandJob("offsite", ["sh", "-c", script], carries + more));
  await here.pusher("run", "offsite");
  return here.spooled().at(-1);
}

it("a fetch has the environment of the job that carried there, secrets and all", async () => {
  const ran = await run('cp photos/.tierwatch-marker.json "$CLOUD"', env);
  expect(ran).toMatchObject({ status: "succeeded", seen: [{ tier: "offsite", marker: ran?.born?.[0]?.marker }] });
  expect(JSON.stringify(ran)).not.toContain(join(here.folder, "cloud"));
});

it("a run whose marker cannot be fetched has failed although it ended with 0", async () => {
  expect(await run("true", env)).toMatchObject({
    status: "failed",
    reason: expect.stringContaining("does not hold the marker"),
  });
  expect(await run(`cp photos/.tierwatch-marker.json ${here.folder}/cloud`, "")).toMatchObject({ status: "failed" });
});

it("a run that failed tells of no sighting where it carries to, though the new marker is there", async () => {
  const ran = await run('cp photos/.tierwatch-marker.json "$CLOUD"; exit 1', env);
  expect(ran).toMatchObject({ status: "failed", exitCode: 1, born: [{ dataset: "photos" }] });
  expect(ran?.seen ?? []).toEqual([]);
});
