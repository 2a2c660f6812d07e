/** XML as a value: elements with elements or text inside. Written with two spaces a level, read by nobody here. */

export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly inside: string | readonly Xml[];
}

export function element(
  name: string,
  inside: string | readonly Xml[],
  attributes: Readonly<Record<string, string>> = {},
): Xml {
  return { name, attributes, inside };
}

/** The text of an element, with CRLF between its lines. */
export function xmlText(root: Xml, indent = ""): string {
  const attributes = Object.entries(root.attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const open = `${indent}<${root.name}${attributes.join("")}`;
  if (root.inside.length === 0) return `${open} />\r\n`;
  if (typeof root.inside === "string") return `${open}>${escaped(root.inside)}</${root.name}>\r\n`;
  return `${open}>\r\n${root.inside.map((each) => xmlText(each, `${indent}  `)).join("")}${indent}</${root.name}>\r\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
