/** Reads Prometheus' text format 0.0.4 strictly: whatever is against its rules throws. */
export interface Exposed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HELP = /^# HELP ([a-z_:][a-z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-z_:][a-z0-9_:]*) (gauge|counter)$/;
const SAMPLE = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?[0-9.]+(?:e[+-]?\d+)?)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^\\"\n]|\\[\\"n])*)"(?:,|$)/;

export function readExposition(text: string): Exposed[] {
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Set<string>();
  const series = new Set<string>();
  const exposed: Exposed[] = [];
  let [helped, typed] = ["", ""];
  for (const line of text.split("\n").slice(0, -1)) {
    const [, help] = HELP.exec(line) ?? [];
    const [, type] = TYPE.exec(line) ?? [];
    if (help !== undefined) {
      if (families.has(help)) throw new Error(`${help} comes twice`);
      families.add(help);
      helped = help;
    } else if (type !== undefined) {
      if (type !== helped) throw new Error(`${type} has a type and no help`);
      typed = type;
    } else {
      const sample = readSample(line);
      if (sample.name !== typed) throw new Error(`${line} stands outside of its family`);
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (series.has(key)) throw new Error(`${key} comes twice`);
      series.add(key);
      exposed.push(sample);
    }
  }
  return exposed;
}

function readSample(line: string): Exposed {
  const [, name, inside = "", value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = inside; rest !== ""; ) {
    const [whole, label, raw] = LABEL.exec(rest) ?? [];
    if (whole === undefined || label === undefined || raw === undefined) throw new Error(`no label: ${rest}`);
    if (label in labels) throw new Error(`${label} comes twice in ${line}`);
    labels[label] = raw.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
    rest = rest.slice(whole.length);
  }
  return { name, labels, value: Number(value) };
}
