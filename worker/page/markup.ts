/**
 * HTML as text, for the rows that a page has by the hundred: there the elements of jsx cost several times what is in them. What is
 * not ours is escaped here, as jsx does elsewhere.
 */
const SPECIAL = /[&<>"']/;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** As it stands in an element, or in an attribute between quotes. */
export function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char) : text;
}

/** A cell of a table with the name of its column, which stands beside it where there is no room for columns; `html` as it is. */
export function cell(column: string, html: string): string {
  return `<td data-label="${escaped(column)}">${html}</td>`;
}
