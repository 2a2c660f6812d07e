/**
 * The page /owner/export where scripts run: one click makes one file of all parts of a table, or of all tables. Parts come one
 * after the other by the owner's API, so no answer is long; a file is made only when every part came.
 */

/** @typedef {"json" | "csv"} Format */

const progress = /** @type {HTMLElement} */ (document.querySelector("#progress"));
const links = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-table]"));
const tables = [...new Set([...links].map(({ dataset }) => dataset.table ?? ""))];
let isBusy = false;

/**
 * A part, and where the next one is.
 * @param {string} url
 * @param {Format} format
 */
async function partAt(url, format) {
  const answer = await fetch(url);
  if (!answer.ok)
    throw new Error(answer.status === 401 ? "you are signed out" : `the worker answered ${answer.status}`);
  if (format === "csv") {
    const text = await answer.text();
    const next = /<([^>]*)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    return { text, rows: 0, next };
  }
  const { rows, next } = /** @type {{ rows: unknown[], next: string | null }} */ (await answer.json());
  const text = rows.map((row) => JSON.stringify(row)).join(",\n");
  return { text, rows: rows.length, next: next === null ? undefined : `${url.split("?")[0]}?after=${next}` };
}

/**
 * All of a table, as pieces of a file.
 * @param {string} table
 * @param {Format} format
 */
async function piecesOf(table, format) {
  /** @type {string[]} */
  const pieces = [];
  /** @type {string | undefined} */
  let url = `/v1/export/${table}${format === "csv" ? "/csv" : ""}`;
  for (let part = 1; url !== undefined; part += 1) {
    progress.textContent = `Reading ${table}, part ${part} …`;
    /** @type {{ text: string, rows: number, next: string | undefined }} */
    const { text, next } = await partAt(url, format);
    // The names of the columns stand above the first part alone.
    const piece = format === "csv" && part > 1 ? text.slice(text.indexOf("\r\n") + 2) : text;
    if (format === "json" && part > 1 && piece !== "") pieces.push(",\n");
    pieces.push(piece);
    url = next;
  }
  return format === "csv" ? pieces : ["[", ...pieces, "]"];
}

/**
 * @param {string} name
 * @param {BlobPart[]} pieces
 * @param {Format} format
 */
function save(name, pieces, format) {
  const type = format === "csv" ? "text/csv" : "application/json";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(pieces, { type }));
  link.download = `tierwatch-${name}.${format}`;
  link.click();
  // The browser has to have begun with it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Everything: one object of all tables as JSON; as CSV a file for each. @param {Format} format */
async function saveAll(format) {
  /** @type {string[]} */
  const pieces = [];
  for (const table of tables) {
    const own = await piecesOf(table, format);
    if (format === "csv") save(table, own, format);
    else pieces.push(pieces.length === 0 ? "{" : ",\n", JSON.stringify(table), ": ", ...own);
  }
  if (format === "json") save("all", [...pieces, "}"], format);
}

/** @param {() => Promise<void>} work */
async function tell(work) {
  if (isBusy) return;
  isBusy = true;
  try {
    await work();
    progress.textContent = "Done: your browser keeps it where it keeps what it downloads.";
  } catch (error) {
    const why = error instanceof TypeError ? "the worker could not be reached" : /** @type {Error} */ (error).message;
    progress.textContent = `Nothing was saved of the last table: ${why}. Try again.`;
  } finally {
    isBusy = false;
  }
}

/** @type {(element: HTMLElement) => Format} */
const formatOf = ({ dataset }) => (dataset.format === "csv" ? "csv" : "json");

for (const link of links) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const [table, format] = [link.dataset.table ?? "", formatOf(link)];
    void tell(async () => save(table, await piecesOf(table, format), format));
  });
}
const all = /** @type {HTMLElement} */ (document.querySelector("#all"));
all.hidden = false;
for (const button of all.querySelectorAll("button")) {
  button.addEventListener("click", () => void tell(() => saveAll(formatOf(button))));
}
