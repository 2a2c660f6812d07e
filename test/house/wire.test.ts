/** docs/WIRE.md says what the code does: its examples, its tables, its vectors, and the pusher in shell that it shows. */
import { spawnSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { enrollment, enrollmentAnswer } from "../../protocol/enrollment.ts";
import { heartbeat, heartbeatAnswer, reading, run, sighting } from "../../protocol/heartbeat.ts";
import * as limits from "../../protocol/limits.ts";
import { plan, planAnswer } from "../../protocol/plan.ts";
import { problem, problemOf } from "../../protocol/refusals.ts";
import { statusAnswer, statusQuestion } from "../../protocol/status.ts";
import { MARKER_FILE, parseMarker } from "../../pusher/marker.ts";
import { ENROLLMENT, HEARTBEAT, KEY, PLAN } from "../protocol/vectors.ts";

const DOC = readFileSync("docs/WIRE.md", "utf8");
/** Fenced blocks: their language, the word after it, and their text, without the indentation of a list. */
const BLOCKS = [...DOC.matchAll(/^( *)```(\w*) ?(\w*)\n([\s\S]*?)^ *```$/gm)].map(
  ([, indent = "", language, word = "", body = ""]) => {
    const text = body.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    return { language, word, text: text.replace(/\n$/, "") };
  },
);
/** Rows of tables, without the formatter's padding. */
const ROWS = DOC.split("\n").flatMap((line) => (line.startsWith("|") ? [line.replaceAll(/ +/g, " ")] : []));

describe("the examples", () => {
  const schemas: Readonly<Record<string, z.ZodMiniType>> = {
    ...{
      enrollment,
      enrollmentAnswer,
      plan,
      planAnswer,
      heartbeat,
      heartbeatAnswer,
      statusQuestion,
      statusAnswer,
      problem,
    },
  };
  const examples = BLOCKS.filter(({ language }) => language === "json");
  const messages = examples.filter(({ word }) => word !== "marker");

  test("there is one of every message, and each fits its schema", () => {
    expect(messages.map(({ word }) => word).toSorted()).toEqual(Object.keys(schemas).toSorted());
    for (const { word, text } of messages) expect(schemas[word]?.parse(JSON.parse(text))).toEqual(JSON.parse(text));
  });

  test("the marker is one that our pusher reads", () => {
    const { text = "" } = examples.find(({ word }) => word === "marker") ?? {};
    expect(parseMarker(text, "apps")).toEqual({ ok: true, value: JSON.parse(text) });
    expect(DOC).toContain(`\`${MARKER_FILE}\`, in the root of the dataset`);
  });

  test("every field is shown or named", () => {
    const fields = [plan, heartbeat, run, sighting, reading].flatMap((schema) => Object.keys(schema.shape));
    expect(fields.filter((field) => !DOC.includes(`"${field}":`) && !DOC.includes(`\`${field}\``))).toEqual([]);
  });
});

describe("the tables", () => {
  test("every refusal stands there, with its status and title, and no other", () => {
    const rows = problem.shape.code.options.map((code) => {
      const { status, title } = problemOf({ code }, 0);
      return `| \`${code}\` | ${status} | ${title} |`;
    });
    expect(ROWS.filter((row) => /^\| `[a-z_]+` \| \d{3} \|/.test(row))).toEqual(rows);
  });

  test("every limit stands there with its value, and no other", () => {
    const cells = ROWS.flatMap((row) => [...row.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/g)]);
    expect(Object.fromEntries(cells.map(([, name, value]) => [name, Number(value)]))).toEqual({ ...limits });
  });
});

describe("the vectors", () => {
  test.each(Object.entries({ ENROLLMENT, PLAN, HEARTBEAT }))("%s stands there whole", (_, vector) => {
    const headers = [
      "Content-Type: application/json",
      `Content-Digest: ${vector.contentDigest}`,
      `Signature-Input: ${vector.signatureInput}`,
      `Signature: ${vector.signature}`,
    ];
    const texts = BLOCKS.map(({ text }) => text);
    for (const block of [vector.body, vector.signatureBase.join("\n"), headers.join("\n")])
      expect(texts).toContain(block);
    expect(DOC).toContain(`\`${vector.method} ${new URL(vector.url).pathname}\`, body`);
    expect(DOC).toContain(`body (one line, ${Buffer.byteLength(vector.body)} bytes)`);
  });

  test("the key is the same in each of its forms", () => {
    const pem = BLOCKS.find(({ text }) => text.includes("PRIVATE KEY"))?.text ?? "";
    const { d, x } = createPrivateKey(pem).export({ format: "jwk" });
    expect({ d, x }).toEqual({ d: KEY.seed, x: KEY.publicKey });
    for (const value of Object.values(KEY)) expect(ROWS.join("\n")).toContain(`| \`${value}\` |`);
  });

  test("the steps of signing show the bytes of the heartbeat's vector", () => {
    const first = DOC.slice(0, DOC.indexOf("## Test vectors"));
    for (const line of HEARTBEAT.signatureBase) expect(first).toContain(`   ${line}\n`);
    expect(first).toContain(`   Signature-Input: ${HEARTBEAT.signatureInput}\n   Signature: ${HEARTBEAT.signature}\n`);
  });
});

const hasOpenssl = spawnSync("openssl", ["version"]).stdout?.toString().startsWith("OpenSSL 3") === true;
if (!hasOpenssl) console.warn("skipped, because there is no OpenSSL 3: the pusher in shell signs as ours does");

test.runIf(hasOpenssl)("the pusher in shell signs as ours does, byte for byte", () => {
  const folder = mkdtempSync(join(tmpdir(), "tierwatch-wire-"));
  try {
    const program = (name: string, body: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    program("date", `echo ${HEARTBEAT.created}`);
    program("curl", "printf '%s\\n' \"$@\"");
    writeFileSync(join(folder, "heartbeat.sh"), BLOCKS.find(({ language }) => language === "sh")?.text ?? "");
    writeFileSync(join(folder, "key.pem"), BLOCKS.find(({ text }) => text.includes("PRIVATE KEY"))?.text ?? "");
    const args = [join(folder, "heartbeat.sh"), "https://tierwatch.example", join(folder, "key.pem"), HEARTBEAT.body];
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` };
    const { stdout, stderr } = spawnSync("sh", args, { env, encoding: "utf8" });
    expect(stderr).toBe("");
    const sent = stdout.split("\n");
    expect(sent).toContain(HEARTBEAT.url);
    expect(sent).toContain(HEARTBEAT.body);
    expect(sent).toContain(`Content-Digest: ${HEARTBEAT.contentDigest}`);
    expect(sent).toContain(`Signature-Input: ${HEARTBEAT.signatureInput}`);
    expect(sent).toContain(`Signature: ${HEARTBEAT.signature}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
