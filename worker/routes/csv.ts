/** Rows as CSV (RFC 4180). */

type Value = string | number | null;

export function csvOf(columns: readonly string[], rows: readonly Readonly<Record<string, Value>>[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))];
  return lines.map((values) => `${values.map(field).join(",")}\r\n`).join("");
}

/**
 * Texts come from hosts, and spreadsheets run what begins like a formula: such a text is given an apostrophe in front, which
 * they take away again.
 */
function field(value: Value): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
