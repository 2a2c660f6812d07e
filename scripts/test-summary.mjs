// Prints the closing line of a test run from the JSON report that Vitest wrote: how many passed, failed, were skipped.
import { readFileSync } from "node:fs";

const [file = ""] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, "utf8"));
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`);
