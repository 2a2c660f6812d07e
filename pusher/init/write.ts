/** The text of a first pusher.toml, from what was found. It works as it is; what needs the owner's hand stands in comments. */
import type { Part } from "./part.ts";
import { quoted } from "./part.ts";

const PLACEHOLDER = "https://tierwatch.example.workers.dev";

export function firstConfig(parts: readonly Part[], worker: string | undefined, state: string): string {
  const drafts = parts.flatMap(({ drafts: own }) => own);
  const leftOut = parts.flatMap(({ leftOut: own }) => own);
  return [
    head(worker, state),
    ...parts.flatMap(({ tables }) => tables),
    ...(leftOut.length === 0
      ? []
      : [commented(["Found, and left out:", ...leftOut.map((line) => `- ${line}`)].join("\n"))]),
    ...(drafts.length === 0
      ? []
      : [
          commented("Drafts: make them yours, give the secrets by reference, and take the `# ` away."),
          ...drafts.map(commented),
        ]),
  ].join("\n");
}

function head(worker: string | undefined, state: string): string {
  return `# Made by \`pusher init\` from what it found on this machine. Look through it, then: \`pusher doctor\`, \`pusher enroll CODE\`,
# \`pusher schedule install\`. Relative paths are meant against this file's folder. Secrets stand in files or in the environment,
# never here: "file:PATH" or "env:NAME".

worker = ${quoted(worker ?? PLACEHOLDER)}${worker === undefined ? "   # yours: `npm run deploy` told it" : ""}
key = "file:host.key"                 # made by \`enroll CODE\`, mode 0600
state = ${quoted(state)}

[beat]                                # this host says "alive" so often; silent for longer than both, it is missed
every = "5m"
grace = "10m"

# A tier is a place where copies live. Here each pool is one, by its name; call them as you like, the same on every host.
# A dataset is born in one tier, and needs a [[jobs]] table with \`from\`, \`to\`, \`datasets\` and \`window\` for each step that
# carries it on: only then is its age in the farther tier watched.
`;
}

function commented(text: string): string {
  const lines = text.trimEnd().split("\n");
  return `${lines.map((line) => (line === "" ? "#" : `# ${line}`)).join("\n")}\n`;
}
